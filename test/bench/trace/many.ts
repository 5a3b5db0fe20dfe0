import { TunPath } from '../../tun/tun.js';
import type { BenchRow } from '../row.js';
import { client, shortPath } from './paths.js';
import { median } from './statistics.js';
import { library } from './tools.js';

const count = 1000;
/** The number of traceroutes at the same time that send about as many probes as the library has in flight. */
const processes = 64;
const mostRounds = 3;

/** The output of many.mjs. */
interface Held {
  elapsedMs: number;
  processorMs: number;
  peakDescriptors: number;
  peakRssMb: number;
  open: number;
  stars: number;
}

/** A thousand targets in one process, compared with traceroutes run by xargs. */
export async function manyTargets(rounds: number): Promise<BenchRow[]> {
  const path = await TunPath.start(
    { clients: [client], paths: {}, elsewhere: shortPath },
    { areToolsRealtime: true },
  );
  const rates = new Map<string, number[]>();
  const notes = new Map<string, string>();
  const peer = `xargs -P ${processes} traceroute`;
  const note = (tool: string, elapsedMs: number, words: string): void => {
    rates.set(tool, [...(rates.get(tool) ?? []), (count / elapsedMs) * 1000]);
    notes.set(tool, words);
  };
  try {
    for (let round = 0; round < Math.min(mostRounds, rounds); round += 1) {
      const everyTarget = `seq 0 ${count - 1} | awk '{ print "198.18." int($1 / 256) "." $1 % 256 }'`;
      const script = `${everyTarget} | xargs -P ${processes} -n 1 traceroute -n -T -p 443 | grep -c '  198\\.18\\.'`;
      const start = process.hrtime.bigint();
      const { stdout } = await path.exec(['sh', '-c', script]);
      note(peer, Number(process.hrtime.bigint() - start) / 1e6, `${stdout.trim()} reached`);
      for (const method of ['syn', 'connect']) {
        const argv = [process.execPath, 'test/bench/trace/many.mjs', library, method, String(count)];
        const { stdout, stderr } = await path.exec(argv);
        if (stderr !== '') throw new Error(stderr);
        const { elapsedMs, processorMs, peakRssMb, peakDescriptors, open } = JSON.parse(stdout) as Held;
        const peak = `${peakRssMb.toFixed(0)} MiB, ${peakDescriptors} descriptors`;
        const busy = `${(processorMs / 1000).toFixed(1)} s of processor time`;
        note(`pprobe ${method}`, elapsedMs, `${open} reached, ${busy}, at most ${peak}`);
      }
    }
  } finally {
    await path.stop();
  }
  const theirs = median(rates.get(peer) ?? []);
  return [...rates].map(([tool, values]) => {
    const ratio = median(values) / theirs;
    return {
      what: `${count} targets of 6 hops, 30 ms away`,
      tool,
      values,
      unit: 'targets/s',
      ratio,
      goal: tool === peer ? undefined : { text: 'at least 1', isMet: ratio >= 1 },
      note: notes.get(tool),
    };
  });
}
