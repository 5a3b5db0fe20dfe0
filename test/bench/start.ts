import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dnsServer, tcpServer } from '../cli/servers.js';
import { closedTcpPort } from '../closed-port.js';
import { packageRoot } from '../lab/paths.js';
import type { BenchRow } from './row.js';
import { median } from './trace/statistics.js';

/** Node 20 reads the file of NODE_EXTRA_CA_CERTS at every start, which takes longer than everything else. */
const { NODE_EXTRA_CA_CERTS: _file, NODE_OPTIONS: _options, ...env } = process.env;

/** What each command may take, as a ratio to `node -e 0`. */
const goals: Readonly<Record<string, number>> = {
  '--version': 1.3,
  tcp: 2.2,
  'tcp of a closed port': 2.2,
  dns: 2.6,
  trace: 2.6,
};

/** A start takes a twentieth of a second, and varies as much: it has this many times the rounds of the other parts. */
const roundsPerRound = 5;

async function wallMs(argv: readonly string[]): Promise<number> {
  const started = process.hrtime.bigint();
  const child = spawn(process.execPath, argv, { env, stdio: 'ignore' });
  const [exitCode, signal] = await once(child, 'exit');
  const ended = process.hrtime.bigint();
  if (signal !== null || exitCode === 3) throw new Error(`${argv.join(' ')}: exit ${signal ?? exitCode}`);
  return Number(ended - started) / 1e6;
}

/**
 * How long each command takes from start to end, as a ratio to `node -e 0`, against servers on loopback. The runs alternate, so
 * that other load on the machine affects all of them. `base` is another checkout, which is built, to be measured beside.
 */
export async function startTime(rounds: number, base: string | undefined): Promise<BenchRow[]> {
  const directory = mkdtempSync(join(tmpdir(), 'pprobe-bench-'));
  const [dns, tcp] = [await dnsServer(), await tcpServer()];
  try {
    const report = join(directory, 'report.json');
    const port = String(tcp.port);
    const commands: Readonly<Record<string, readonly string[]>> = {
      '--version': ['--version'],
      // An open connection is watched for 20 ms, which is in the first.
      tcp: ['tcp', '127.0.0.1', port],
      'tcp of a closed port': ['tcp', '127.0.0.1', String(await closedTcpPort())],
      dns: ['dns', 'api.example', '--server', dns.server],
      trace: ['trace', '127.0.0.1', '-p', port],
      diagnose: ['diagnose', `127.0.0.1:${await closedTcpPort()}`, '--no-trace', '--save', report],
      // Where there is a base, the report that this reads is the base's, which both can read.
      explain: ['explain', report],
      doctor: ['doctor'],
    };
    const roots = { pprobe: packageRoot, ...(base === undefined ? {} : { base }) };
    const bare = { what: 'start', tool: 'node -e 0', argv: ['-e', '0'], values: [] as number[] };
    const runs = Object.entries(commands).flatMap(([name, words]) =>
      Object.entries(roots).map(([tool, root]) => ({
        what: `start, ${name}`,
        tool,
        argv: [join(root, 'bin/pprobe.js'), ...words],
        values: [] as number[],
        goal: tool === 'pprobe' ? goals[name] : undefined,
      })),
    );
    const all = [bare, ...runs];
    // The first runs fill the caches of the kernel, and those of compiled code.
    for (const { argv } of [...all, ...all, ...all]) await wallMs(argv);
    for (let round = 0; round < rounds * roundsPerRound; round += 1) {
      for (const { argv, values } of all) values.push(await wallMs(argv));
    }
    const one = median(bare.values);
    return [
      { what: bare.what, tool: bare.tool, values: bare.values, unit: 'ms' },
      ...runs.map(({ what, tool, values, goal }) => {
        const ratio = median(values) / one;
        const wanted =
          goal === undefined ? undefined : { text: `at most ${goal} of node -e 0`, isMet: ratio <= goal };
        return { what, tool, values, unit: 'ms', ratio, goal: wanted };
      }),
    ];
  } finally {
    dns.close();
    tcp.server.close();
    tcp.server.unref();
    rmSync(directory, { recursive: true });
  }
}
