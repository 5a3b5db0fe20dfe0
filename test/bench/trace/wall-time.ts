import type { TraceDocument } from '../../../src/documents/trace.js';
import { TunPath } from '../../tun/tun.js';
import { client, wallTimeCases } from './paths.js';
import { median, quantile, table } from './statistics.js';
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
export async function wallTime(rounds: number): Promise<void> {
  const path = await TunPath.start(
    { clients: [client], paths: Object.fromEntries(wallTimeCases.map(({ target, path }) => [target, path])) },
    { areToolsRealtime: true },
  );
  const ours = ['syn', 'connect'];
  const rows: string[][] = [];
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
        for (const method of ours) {
          const { stdout } = await timed(path, pprobeTrace(method), target);
          await note(method, (JSON.parse(stdout) as TraceDocument).durationMs);
        }
      }
      const theirs = taken.get(traceroute.name) ?? { ms: [], syns: [] };
      const theirsMs = median(theirs.ms);
      for (const [tool, { ms, syns }] of taken) {
        const ratio = median(ms) / theirsMs;
        const isOurs = tool !== traceroute.name;
        rows.push([
          name,
          isOurs ? `pprobe ${tool}` : tool,
          `${median(ms).toFixed(1)} (${quantile(ms, 0).toFixed(1)} to ${quantile(ms, 1).toFixed(1)})`,
          median(syns).toFixed(0),
          ratio.toFixed(2),
          isOurs ? `${ratio <= atMostRatio ? 'met' : 'MISSED'} (at most ${atMostRatio})` : '',
        ]);
      }
    }
  } finally {
    await path.stop();
  }
  console.log(`\nTime of a trace, medians of ${rounds} rounds (${slowRounds} where traceroute takes 20 s):`);
  console.log(table(['path', 'tool', 'ms (least to most)', 'SYNs', 'ratio', 'goal'], rows));
}
