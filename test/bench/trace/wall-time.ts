import type { TraceDocument } from '../../../src/documents/trace.js';
import { TunPath } from '../../tun/tun.js';
import type { BenchRow } from '../row.js';
import { client, wallTimeCases } from './paths.js';
import { median } from './statistics.js';
import { pprobeTrace, timed, traceroute } from './tools.js';

/** Two rounds of what takes traceroute twenty seconds. */
const slowRounds = 2;

interface Taken {
  ms: number[];
  syns: number[];
}

/**
 * `durationMs` of pprobe's traces, which counts from the load of the native code, as a share of traceroute's time from start to
 * end. The tools alternate, so that other load on the machine affects all of them.
 */
export async function wallTime(rounds: number): Promise<BenchRow[]> {
  const path = await TunPath.start(
    { clients: [client], paths: Object.fromEntries(wallTimeCases.map(({ target, path }) => [target, path])) },
    { areToolsRealtime: true },
  );
  // With 16 probes in flight, the default, 25 hops of 120 ms take 293 ms at least: the sum of their round trips by 16.
  const ours = [pprobeTrace('syn'), pprobeTrace('connect'), pprobeTrace('syn', ['--parallel', '24'])];
  const rows: BenchRow[] = [];
  try {
    for (const { name, target, atMostRatio, isSlow = false } of wallTimeCases) {
      const taken = new Map<string, Taken>();
      const note = async (tool: string, ms: number): Promise<void> => {
        const { syns } = await path.report();
        const before = taken.get(tool) ?? { ms: [], syns: [] };
        taken.set(tool, { ms: [...before.ms, ms], syns: [...before.syns, syns] });
      };
      for (let round = 0; round < (isSlow ? Math.min(slowRounds, rounds) : rounds); round += 1) {
        await note(traceroute.name, (await timed(path, traceroute, target)).wallMs);
        for (const tool of ours) {
          const { stdout } = await timed(path, tool, target);
          await note(tool.name, (JSON.parse(stdout) as TraceDocument).durationMs);
        }
      }
      const theirs = taken.get(traceroute.name) ?? { ms: [], syns: [] };
      const theirsMs = median(theirs.ms);
      for (const [tool, { ms, syns }] of taken) {
        const ratio = median(ms) / theirsMs;
        const isOurs = tool !== traceroute.name;
        const fewer = median(syns) <= median(theirs.syns);
        rows.push({
          what: `trace, ${name}`,
          tool,
          values: ms,
          unit: 'ms',
          ratio,
          goal: isOurs
            ? { text: `at most ${atMostRatio}, no more packets`, isMet: ratio <= atMostRatio && fewer }
            : undefined,
          note: `${median(syns)} SYNs`,
        });
      }
    }
  } finally {
    await path.stop();
  }
  return rows;
}
