import type { ComparisonDocument } from '../comparison.js';
import type { DnsDocument } from '../dns.js';
import type { DoctorDocument } from '../doctor.js';
import type { LogDocument } from '../log.js';
import type { ReportDocument, VerdictClass } from '../report.js';
import type { TcpDocument, TcpStatus } from '../tcp.js';
import type { TraceDocument, TraceOutcome } from '../trace.js';
import type { WatchRound } from '../trace-watch.js';

/** The exit codes that do not come from a measurement. Part of the interface, like those below. */
export const exitCodes = { ok: 0, bug: 1, usage: 2, capability: 3, interrupted: 130 } as const;

/** What each exit code means, in order. */
export const exitCodeMeanings: readonly { code: number; meaning: string }[] = [
  { code: 0, meaning: 'reachable, answered, open' },
  { code: 1, meaning: 'a bug in pprobe' },
  { code: 2, meaning: 'a mistake in the command line' },
  { code: 3, meaning: 'this host cannot: a permission, an engine or a file is missing' },
  { code: 10, meaning: 'DNS' },
  { code: 11, meaning: 'timeout' },
  { code: 12, meaning: 'policy' },
  { code: 13, meaning: 'refused' },
  { code: 14, meaning: 'unreachable' },
  { code: 15, meaning: 'TLS' },
  { code: 16, meaning: 'service: it answered, so the network is not at fault' },
  { code: 20, meaning: 'inconclusive' },
  { code: 130, meaning: 'interrupted; what was measured is printed' },
];

export const tcpExitCodes: Readonly<Record<TcpStatus, number>> = {
  open: 0,
  refused: 13,
  reset: 13,
  timeout: 11,
  prohibited: 12,
  unreachable: 14,
  // This host's own policy forbade the connection: nothing left it.
  denied: exitCodes.capability,
  error: 20,
};

export const traceExitCodes: Readonly<Record<TraceOutcome, number>> = {
  open: 0,
  closed: 13,
  filtered: 11,
  prohibited: 12,
  unreachable: 14,
  interrupted: exitCodes.interrupted,
};

export const verdictExitCodes: Readonly<Record<VerdictClass, number>> = {
  reachable: 0,
  dns: 10,
  timeout: 11,
  policy: 12,
  refused: 13,
  unreachable: 14,
  tls: 15,
  service: 16,
  local: 3,
  inconclusive: 20,
};

/** Of several verdicts the one that is told: what lies nearest to the host hides what is behind it. */
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
  | LogDocument
  | DoctorDocument;

/** The exit code that says what a document says, for scripts that do not read it. */
export function exitCodeOf(document: JudgedDocument): number {
  switch (document.kind) {
    case 'dns':
      return isAnsweredAlike(document) ? exitCodes.ok : 10;
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
    case 'doctor':
      // Without a nameserver, most of what pprobe is for cannot be done. One engine or none costs the trace alone.
      return document.nameservers.length > 0 ? exitCodes.ok : exitCodes.capability;
  }
}

/** Reports about different targets have no verdict in common. */
function comparisonExitCode({ target, reports }: ComparisonDocument): number {
  const worst = worstFirst.find((each) => reports.some((report) => report.class === each));
  return verdictExitCodes[target === null ? 'inconclusive' : (worst ?? 'inconclusive')];
}

/** Answered, and by the same addresses where two names or several servers are laid side by side. */
function isAnsweredAlike({ status, compare, allServers }: DnsDocument): boolean {
  return status === 'answered' && compare?.same !== false && allServers?.agree !== false;
}

function traceExitCode({ outcome, address }: Pick<TraceDocument, 'outcome' | 'address'>): number {
  return address === null && outcome !== 'interrupted' ? 10 : traceExitCodes[outcome];
}

function tcpExitCode({ status, attempts, resolution }: TcpDocument): number {
  const hasNoAddress = attempts.length === 0 && resolution !== null;
  return hasNoAddress ? 10 : tcpExitCodes[status];
}
