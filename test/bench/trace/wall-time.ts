import { TunPath } from '../../tun/tun.js';
import { client, wallTimeCases } from './paths.js';
import { median, ms, table } from './statistics.js';
import { nodeStart, pprobeTrace, timed, traceroute } from './tools.js';

/** The time from start to end of each command, compared with traceroute on the same path. */
export async function wallTime(rounds: number): Promise<void> {
  const path = await TunPath.start(
    { clients: [client], paths: Object.fromEntries(wallTimeCases.map(({ target, path }) => [target, path])) },
    { areToolsRealtime: true },
  );
  const tools = [nodeStart, traceroute, pprobeTrace('syn'), pprobeTrace('connect')];
  const rows: string[][] = [];
  try {
    for (const { name, target, atMostRatio } of wallTimeCases) {
      const walls = new Map<string, number[]>();
      // traceroute waits 20 s for a silent target every time.
      const times = atMostRatio < 1 ? Math.min(rounds, 2) : rounds;
      for (let round = 0; round < times; round += 1) {
        for (const tool of tools) {
          const { wallMs } = await timed(path, tool, target);
          walls.set(tool.name, [...(walls.get(tool.name) ?? []), wallMs]);
        }
      }
      const startMs = median(walls.get(nodeStart.name) ?? []);
      const theirsMs = median(walls.get(traceroute.name) ?? []);
      rows.push([name, traceroute.name, ms(theirsMs), '', '1', '']);
      for (const tool of tools.slice(2)) {
        const wallMs = median(walls.get(tool.name) ?? []);
        const ratio = (wallMs - startMs) / theirsMs;
        const words = `${ratio <= atMostRatio ? 'met' : 'MISSED'} (at most ${atMostRatio})`;
        rows.push([name, tool.name, ms(wallMs), ms(wallMs - startMs), ratio.toFixed(2), words]);
      }
    }
  } finally {
    await path.stop();
  }
  console.log(`\nWall time, medians of ${rounds} rounds (2 where traceroute takes 20 s):`);
  console.log(table(['path', 'tool', 'ms', "ms less node's start", 'ratio', 'target'], rows));
}
