/**
 * pprobe as a library: measure with `resolve`, `connect`, `trace` or `observe`, judge with `classify`, or do both with
 * `diagnose`. Every result is the JSON document the command line prints with `--json`.
 *
 * ```ts
 * import { diagnose } from 'pprobe';
 *
 * const { verdict } = await diagnose('https://abc123defg.execute-api.us-east-1.amazonaws.com/prod');
 * if (verdict.class !== 'reachable') console.error(verdict.summary, verdict.remedies);
 * ```
 *
 * @packageDocumentation
 */

export type { AddressScope } from './address/scope.js';
export { CAUSES, type Cause } from './diagnose/causes.js';
export { checkTarget } from './diagnose/check-target.js';
export { type ClassifyOptions, classify, findingsOf } from './diagnose/classify.js';
export { compareReports } from './diagnose/compare/compare.js';
export type * from './diagnose/compare/types.js';
export type { Basis, Finding, Phase, Rule } from './diagnose/finding.js';
export type * from './diagnose/observations.js';
export { type ParseTargetOptions, parseTarget } from './diagnose/parse-target.js';
export { RULES as rules } from './diagnose/rules/index.js';
export type { PrivateApi, Target } from './diagnose/target.js';
export type * from './diagnose/verdict.js';
export type { DocumentHeader } from './document.js';
export { CapabilityError, type ErrorCode, InvalidInputError, PprobeError } from './errors.js';
export type { ResolverRole } from './host/resolver-role.js';
export type { SystemPatience } from './host/system-patience.js';
export { type ConnectOptions, connect } from './pipeline/connect.js';
export { type ConnectManyOptions, type ConnectTarget, connectMany } from './pipeline/connect-many.js';
export { type DiagnoseOptions, diagnose } from './pipeline/diagnose.js';
export type { DoctorDocument } from './pipeline/doctor.js';
export { type DoctorOptions, doctor } from './pipeline/doctor.js';
export { explain } from './pipeline/explain.js';
export {
  type ExplainLogOptions,
  explainLog,
  type LogDocument,
  type LogSource,
} from './pipeline/explain-log.js';
export { type ComparisonDocument, explainTogether, type NamedReport } from './pipeline/explain-together.js';
export { type ObserveOptions, observe } from './pipeline/observe.js';
export { scopeOf } from './pipeline/scope-of.js';
export { type TraceHostOptions as TraceOptions, traceHost as trace } from './pipeline/trace-host.js';
export { type WatchHostOptions as WatchOptions, watchHost as watchTrace } from './pipeline/watch-host.js';
export type { DnsDiscardMessage, DnsQueryMessage, DnsReplyMessage } from './probe/dns/channels.js';
export type { ResolveOptions } from './probe/dns/options.js';
export { resolve } from './probe/dns/resolve.js';
export { type NameOutcome, type ResolveManyOptions, resolveMany } from './probe/dns/resolve-many.js';
export { lookupSystem, type SystemLookupOptions } from './probe/dns/system.js';
export type * from './probe/dns/types.js';
export type * from './probe/http/types.js';
export type { TcpAttemptMessage, TcpResultMessage } from './probe/tcp/channels.js';
export type * from './probe/tcp/types.js';
export type * from './probe/tls/types.js';
export type { HopStatistics } from './probe/trace/statistics.js';
export type { TraceRun } from './probe/trace/trace-run.js';
export type * from './probe/trace/types.js';
export type { PathChange } from './probe/trace/watch-changes.js';
export type { WatchRound } from './probe/trace/watch-path.js';
export { version } from './version.js';
