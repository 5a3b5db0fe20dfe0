import type { AnsweredSyn } from '../../tun/protocol.js';
import { TunPath } from '../../tun/tun.js';
import { type BenchRow, isInstalled } from '../row.js';
import { answeringPath, answeringTarget, client } from './paths.js';
import { median, ms, quantile } from './statistics.js';
import { busyTrace, type Measured, mtr, pprobeTrace, timed, traceroute } from './tools.js';

/**
 * The error of each tool's round trips: its time minus the responder's actual time, for each probe. It includes the time of
 * the kernel in both directions, for all tools alike.
 */
export async function rttError(rounds: number): Promise<BenchRow[]> {
  // No realtime priority: with it, a program that computes without a pause would keep the kernel's threads from delivering
  // packets.
  const path = await TunPath.start({ clients: [client], paths: {}, elsewhere: answeringPath });
  const peers = [traceroute, ...(isInstalled('mtr') ? [mtr] : [])];
  const quiet = [...peers, pprobeTrace('syn'), pprobeTrace('connect')];
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
  const peerNames = peers.map(({ name }) => name);
  const best = (share: number): number =>
    Math.min(...peerNames.map((name) => quantile(absolute(errors.get(name) ?? []), share)));
  return [...errors].map(([name, values]) => {
    const sizes = absolute(values);
    const isMet = median(sizes) <= best(0.5) && quantile(sizes, 0.95) <= best(0.95);
    return {
      what: 'RTT error, 12 hops',
      tool: name,
      values: sizes,
      unit: 'ms',
      goal: peerNames.includes(name) ? undefined : { text: 'median and p95 below the peers', isMet },
      note: `p95 ${ms(quantile(sizes, 0.95))}, ${values.length} probes, ${unmatched} hops left out`,
    };
  });
}

const absolute = (values: readonly number[]): number[] => values.map((value) => Math.abs(value));

function errorsOf(measured: Measured, answered: readonly AnsweredSyn[]) {
  const errors: number[] = [];
  let unmatched = 0;
  for (let ttl = 1; ttl <= answeringPath.hops.length + 1; ttl += 1) {
    const rtts = measured.get(ttl) ?? [];
    const isTarget = ttl > answeringPath.hops.length;
    const own = answered.filter((syn) => syn.ttl === ttl);
    // pprobe takes the packets of higher TTLs, which reach the target as well, for probes of its hop.
    const isOwn = own.length === rtts.length || !isTarget;
    const truth = isOwn ? own : answered.filter((syn) => syn.ttl >= ttl).slice(0, rtts.length);
    // Both lists are in the order of sending. If one entry is missing, it is not known which.
    if (rtts.length === 0 || truth.length !== rtts.length) unmatched += 1;
    else errors.push(...truth.map(({ delayMs }, index) => (rtts[index] ?? Number.NaN) - delayMs));
  }
  return { errors, unmatched };
}
