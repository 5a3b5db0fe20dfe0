import type { Comparison, ComparisonDocument } from '../comparison.js';
import type { DnsDocument } from '../dns.js';
import type { DoctorDocument } from '../doctor.js';
import type { FleetDocument } from '../fleet.js';
import type { LogDocument } from '../log.js';
import type { ReportDocument, VerdictClass } from '../report.js';
import type { TcpCause, TcpDocument, TcpStatus } from '../tcp.js';
import type { TraceDocument, TraceOutcome } from '../trace.js';
import type { WatchRound } from '../trace-watch.js';
import { ownLimitOf } from './errno.js';

/** The exit codes. Programs can rely on them. */
export const exitCodes = {
  ok: 0,
  bug: 1,
  usage: 2,
  capability: 3,
  dns: 10,
  timeout: 11,
  policy: 12,
  refused: 13,
  unreachable: 14,
  tls: 15,
  service: 16,
  inconclusive: 20,
  interrupted: 130,
} as const;

/** What each exit code means. */
const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'reachable, answered, open',
  bug: 'a bug in pprobe',
  usage: 'a mistake in the command line',
  capability: 'this host cannot: a permission, an engine or a file is missing',
  dns: 'DNS',
  timeout: 'timeout',
  policy: 'policy',
  refused: 'refused',
  unreachable: 'unreachable',
  tls: 'TLS',
  service: 'service: it answered, so the network is not at fault',
  inconclusive: 'inconclusive',
  interrupted: 'interrupted; what was measured is printed',
};

/** The exit codes with their meanings, in ascending order. */
export const exitCodeMeanings: readonly { code: number; meaning: string }[] = (
  Object.keys(exitCodes) as (keyof typeof exitCodes)[]
).map((name) => ({ code: exitCodes[name], meaning: meanings[name] }));

/** The exit code of each status of `tcp`. */
export const tcpExitCodes: Readonly<Record<TcpStatus, number>> = {
  open: exitCodes.ok,
  refused: exitCodes.refused,
  reset: exitCodes.refused,
  timeout: exitCodes.timeout,
  prohibited: exitCodes.policy,
  unreachable: exitCodes.unreachable,
  // This host's own policy refused, and nothing was sent.
  denied: exitCodes.capability,
  error: exitCodes.inconclusive,
};

/** The exit code of each outcome of `trace`. */
export const traceExitCodes: Readonly<Record<TraceOutcome, number>> = {
  open: exitCodes.ok,
  closed: exitCodes.refused,
  filtered: exitCodes.timeout,
  prohibited: exitCodes.policy,
  unreachable: exitCodes.unreachable,
  'not-reached': exitCodes.inconclusive,
  interrupted: exitCodes.interrupted,
};

/** The exit code of each class of a verdict. */
export const verdictExitCodes: Readonly<Record<VerdictClass, number>> = {
  reachable: exitCodes.ok,
  dns: exitCodes.dns,
  timeout: exitCodes.timeout,
  policy: exitCodes.policy,
  refused: exitCodes.refused,
  unreachable: exitCodes.unreachable,
  tls: exitCodes.tls,
  service: exitCodes.service,
  local: exitCodes.capability,
  inconclusive: exitCodes.inconclusive,
};

/** The order in which the worst of several verdicts is chosen: a fault near the host hides those behind it. */
const worstFirst: readonly VerdictClass[] = [
  'local',
  'dns',
  'timeout',
  'unreachable',
  'refused',
  'policy',
  'tls',
  'service',
  'inconclusive',
  'reachable',
];

/** The codes of statuses as text, in order: `0 open, 11 timeout, 13 refused or reset`. */
export function exitCodeList(codes: Readonly<Record<string, number>>): string {
  const numbers = [...new Set(Object.values(codes))].sort((one, other) => one - other);
  return numbers
    .map((code) => `${code} ${alternatives(Object.keys(codes).filter((status) => codes[status] === code))}`)
    .join(', ');
}

function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

export type JudgedDocument =
  | DnsDocument
  | TcpDocument
  | TraceDocument
  | WatchRound
  | ReportDocument
  | ComparisonDocument
  | FleetDocument
  | LogDocument
  | DoctorDocument;

/** The exit code of a command that prints the document. */
export function exitCodeOf(document: JudgedDocument): number {
  switch (document.kind) {
    case 'dns':
      if (isAnsweredAlike(document)) return exitCodes.ok;
      if (wasNotSent(document)) return exitCodes.capability;
      return wasCutOff(document) ? exitCodes.inconclusive : exitCodes.dns;
    case 'tcp':
      return tcpExitCode(document);
    case 'trace':
      return traceExitCode(document);
    case 'trace-watch':
      return traceExitCode({ ...document, outcome: document.settledOutcome });
    case 'report':
    case 'log':
      return verdictExitCodes[document.verdict.class];
    case 'comparison':
      return comparisonExitCode(document);
    case 'fleet':
      return fleetExitCode(document);
    case 'doctor':
      // Most commands need a nameserver. A missing engine costs the trace alone.
      return document.nameservers.length > 0 ? exitCodes.ok : exitCodes.capability;
  }
}

/** The code of the worst verdict; inconclusive for reports about different targets. */
function comparisonExitCode({ target, reports }: Comparison): number {
  const worst = worstFirst.find((each) => reports.some((report) => report.class === each));
  return verdictExitCodes[target === null ? 'inconclusive' : (worst ?? 'inconclusive')];
}

/** That of the reports that came in time; inconclusive where fewer than half of the hosts answered. */
function fleetExitCode({ results, counts, comparison }: FleetDocument): number {
  if (counts.roster === 0) return exitCodes.capability;
  if (counts.answered * 2 < counts.roster) return exitCodes.inconclusive;
  if (comparison !== null) return comparisonExitCode(comparison);
  const only = results.find(({ outcome }) => outcome === 'answered')?.report;
  return verdictExitCodes[only?.verdict.class ?? 'inconclusive'];
}

/** Whether the lookup was answered, and with the same addresses where two names or several servers were compared. */
function isAnsweredAlike({ status, compare, allServers }: DnsDocument): boolean {
  return status === 'answered' && compare?.same !== false && allServers?.agree !== false;
}

/** Whether the lookup was stopped before it had any result. */
function wasCutOff({ status, stopped }: DnsDocument): boolean {
  return status === 'error' && stopped !== undefined;
}

function traceExitCode({
  outcome,
  address,
  stopped,
}: Pick<TraceDocument, 'outcome' | 'address' | 'stopped'>): number {
  if (outcome === 'interrupted' && stopped?.by === 'time-limit') return exitCodes.inconclusive;
  return address === null && outcome !== 'interrupted' ? exitCodes.dns : traceExitCodes[outcome];
}

function tcpExitCode({ status, attempts, resolution, stopped }: TcpDocument): number {
  const hasNoAddress = attempts.length === 0 && resolution !== null;
  if (hasNoAddress && wasCutOff({ ...resolution, ...(stopped === undefined ? {} : { stopped }) }))
    return exitCodes.inconclusive;
  if (hasNoAddress) return exitCodes.dns;
  const isShort = attempts.some(({ cause }) => cause != null && shortages.has(cause));
  return status === 'error' && isShort ? exitCodes.capability : tcpExitCodes[status];
}

/** Whether no query left this host, because it reached a limit of its own. */
function wasNotSent({ status, attempts }: DnsDocument): boolean {
  return (
    status === 'error' && attempts.length > 0 && attempts.every(({ errno }) => ownLimitOf(errno) !== null)
  );
}

/** What this host lacked for an attempt, so that nothing was sent. */
const shortages: ReadonlySet<TcpCause> = new Set([
  'no-ports',
  'no-descriptors',
  'no-memory',
  'no-source-address',
]);
