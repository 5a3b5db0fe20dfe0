import { once } from 'node:events';
import { join } from 'node:path';
import { type Lab, startLab } from '../lab/lab.js';
import { packageRoot } from '../lab/paths.js';
import { inRealtime } from '../tun/tun.js';
import type { BenchRow } from './row.js';
import { median } from './trace/statistics.js';

/** What a silent AWS may add to the verdict of the packets, in milliseconds. */
const goalMs = 2000;

const situations: readonly { what: string; fault: string | null }[] = [
  { what: 'silent AWS, healthy', fault: null },
  { what: 'silent AWS, all addresses filtered', fault: 'security-group' },
  { what: 'silent AWS, resolver silent', fault: 'resolver-silent' },
];

/** Accepts every connection and reads, and never answers. */
const silentServer =
  "require('node:net').createServer(s=>s.resume().on('error',()=>{})).listen(0,'127.0.0.1',function(){console.log(this.address().port)})";

/** How much longer `diagnose --aws` takes than `diagnose` where every endpoint of AWS is silent. The runs alternate. */
export async function silentAwsTime(rounds: number): Promise<BenchRow[]> {
  const lab = await startLab();
  try {
    const server = lab.spawn('client', [process.execPath, '-e', silentServer], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (server.stdout === null) throw new Error('the server has no output');
    const [port] = await once(server.stdout, 'data');
    const rows: BenchRow[] = [];
    for (const { what, fault } of situations) {
      await (fault === null ? lab.heal() : lab.break(fault));
      rows.push(await beside(lab, what, `http://127.0.0.1:${String(port).trim()}`, rounds));
    }
    return rows;
  } finally {
    await lab.stop();
  }
}

async function beside(lab: Lab, what: string, endpoint: string, rounds: number): Promise<BenchRow> {
  const { url, caFile } = lab.facts;
  const program = join(packageRoot, 'bin', 'pprobe.js');
  const plain = [process.execPath, program, 'diagnose', url, '--ca-file', caFile, '--json'];
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  };
  const taken = async (argv: readonly string[]): Promise<number> =>
    (await lab.exec('client', inRealtime(argv), { env })).durationMs;
  const values: number[] = [];
  const packets: number[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const without = await taken(plain);
    const withAws = await taken([...plain, '--aws']);
    // The first run fills the caches of compiled code.
    if (round < 0) continue;
    packets.push(without);
    values.push(withAws - without);
  }
  const added = median(values);
  return {
    what,
    tool: 'pprobe --aws',
    values,
    unit: 'ms',
    goal: { text: `adds at most ${goalMs} ms`, isMet: added <= goalMs },
    note: `packets alone: ${Math.round(median(packets))} ms`,
  };
}
