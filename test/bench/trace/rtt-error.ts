import type { AnsweredSyn } from '../../tun/protocol.js';
import { TunPath } from '../../tun/tun.js';
import { answeringPath, answeringTarget, client } from './paths.js';
import { median, ms, quantile, table } from './statistics.js';
import { busyTrace, type Measured, mtr, pprobeTrace, timed, traceroute } from './tools.js';

/**
 * What each tool adds to the round trip: its time less the time that the responder in truth took, probe by probe. What
 * the kernel needs on both ways is in it, for all tools alike.
 */
export async function rttError(rounds: number): Promise<void> {
  // At no realtime priority: there, a program that computes without a pause keeps the kernel's own threads from handing
  // packets on, and what is measured is the machine.
  const path = await TunPath.start({ clients: [client], paths: {}, elsewhere: answeringPath });
  const quiet = [traceroute, mtr, pprobeTrace('syn'), pprobeTrace('connect')];
  const tools = [...quiet, busyTrace('syn'), busyTrace('connect')];
  const errors = new Map(tools.map(({ name }) => [name, [] as number[]]));
  let unmatched = 0;
  try {
    // The responder's first answers are slower: its code is not yet compiled.
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
    // Both are in the order of sending; where one is missing nobody can say which.
    if (rtts.length === 0 || truth.length !== rtts.length) unmatched += 1;
    else errors.push(...truth.map(({ delayMs }, index) => (rtts[index] ?? Number.NaN) - delayMs));
  }
  return { errors, unmatched };
}
