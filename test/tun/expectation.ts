import type { TraceDocument } from '../../src/documents/trace.js';
import { describeHops, type Expectation, type Scenario } from '../probe/trace/scenario.js';

export type Method = 'syn' | 'connect';

/** A scenario with one method and its own target, so that many run in one namespace at the same time. */
export interface Run {
  name: string;
  method: Method;
  scenario: Scenario;
}

/** The same scenario with another target: the n-th address of the block for targets. */
export function withTarget({ scenario, ...rest }: Run, index: number): Run {
  const { target } = scenario.path;
  const own = target.includes(':')
    ? target.replace(/[^:]*$/, (256 + index).toString(16))
    : `203.0.${index}.1`;
  return { ...rest, scenario: JSON.parse(JSON.stringify(scenario).replaceAll(target, own)) as Scenario };
}

export function expected({ scenario, method }: Run): Expectation {
  return { ...scenario.expect, ...scenario.tun?.[method] };
}

/** Lines of hops without round trips, which differ in every run. */
export function withoutTimes(lines: readonly string[]): string[] {
  return lines.map((line) => {
    const probes = line.split(' | ').map((probe) => probe.replace(/^(\S+) [\d.]*( |$)/, '$1$2'));
    return new Set(probes).size === 1 ? (probes[0] ?? '') : probes.join(' | ');
  });
}

/** Hops with an answer that no probe of this hop should get. The last line is also that of all further hops. */
export function strangers(document: TraceDocument, lines: readonly string[]): string[] {
  const allowed = withoutTimes(lines).map((line) => line.split(' | '));
  return withoutTimes(describeHops(document)).filter(
    (line, index) =>
      !line.split(' | ').every((probe) => allowed[Math.min(index, allowed.length - 1)]?.includes(probe)),
  );
}

/** The largest accepted difference between the kernel's clocks and the responder's. */
const toleranceMs = 0.1;

/** Round trips shorter than the delay of the path, which no probe can have measured. */
export function impossiblyFast(document: TraceDocument, heldBackMs: (ttl: number) => number): string[] {
  return document.hops.flatMap(({ ttl, probes }) =>
    probes
      .filter(({ rttMs }) => rttMs !== null && rttMs < heldBackMs(ttl) - toleranceMs)
      .map(({ rttMs }) => `hop ${ttl}: ${rttMs} ms, and the path took ${heldBackMs(ttl)} ms`),
  );
}
