import type { AnsweredSyn } from '../../tun/protocol.js';
import { TunPath } from '../../tun/tun.js';
import { answeringPath, answeringTarget, client } from './paths.js';
import { median, ms, quantile, table } from './statistics.js';
import { busyTrace, type Measured, mtr, pprobeTrace, timed, traceroute } from './tools.js';

/**
 * The error of each tool's round trips: its time minus the responder's actual time, for each probe. It includes the time of
 * the kernel in both directions, for all tools alike.
 */
export async function rttError(rounds: number): Promise<void> {
  // No realtime priority: with it, a program that computes without a pause would keep the kernel's threads from delivering
  // packets.
  const path = await TunPath.start({ clients: [client], paths: {}, elsewhere: answeringPath });
  const quiet = [traceroute, mtr, pprobeTrace('syn'), pprobeTrace('connect')];
  const tools = [...quiet, busyTrace('syn'), busyTrace('connect')];
  const errors = new Map(tools.map(({ name }) => [name, [] as number[]]));
  let unmatched = 0;
  try {
    // The responder's first answers are slower, because its code is not compiled yet.
    await timed(path, traceroute, answeringTarget);
    await path.report();
    for (let round = 0; round < rounds; round += 1) {
      for (const tool of tools) {
        const { stdout } = await timed(path, tool, answeringTarget);
        const { answered } = await path.report();
        const found = errorsOf(tool.read(stdout), answered);
        errors.get(tool.name)?.push(...found.errors);
        unmatched += found.unmatched;
      }
    }
  } finally {
    await path.stop();
  }
  const rows = [...errors].map(([name, values]) => [
    name,
    ms(median(values)),
    ms(quantile(values, 0.95)),
    ms(Math.max(...values)),
    ms(Math.min(...values)),
    String(values.length),
  ]);
  console.log(
    `\nRTT error in ms against what the responder did, ${rounds} traces each, ${unmatched} hops left out:`,
  );
  console.log(table(['tool', 'median', 'p95', 'max', 'min', 'probes'], rows));
}

function errorsOf(measured: Measured, answered: readonly AnsweredSyn[]) {
  const errors: number[] = [];
  let unmatched = 0;
  for (let ttl = 1; ttl <= answeringPath.hops.length + 1; ttl += 1) {
    const truth = answered.filter((syn) => syn.ttl === ttl);
    const rtts = measured.get(ttl) ?? [];
    // Both lists are in the order of sending. If one entry is missing, it is not known which.
    if (rtts.length === 0 || truth.length !== rtts.length) unmatched += 1;
    else errors.push(...truth.map(({ delayMs }, index) => (rtts[index] ?? Number.NaN) - delayMs));
  }
  return { errors, unmatched };
}
