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

export { compareReports, explainTogether, type NamedReport } from './compare/compare.js';
export { CapabilityError, type ErrorCode, InvalidInputError, PprobeError } from './core/errors.js';
export type { Items } from './core/ordered-map.js';
export { version } from './core/version.js';
export type { DiagnoseReportMessage } from './diagnose/channels.js';
export type { AddressClaim, Claim, HostClaim, ServerClaim } from './diagnose/claims.js';
export type { ClassifyOptions } from './diagnose/classify.js';
export { type DiagnoseOptions, diagnose } from './diagnose/diagnose.js';
export { type ExplainOptions, explain } from './diagnose/explain.js';
export type { Basis, Finding, Phase, Rule } from './diagnose/finding.js';
export {
  checkGivenTarget as checkTarget,
  classifyGiven as classify,
  findingsOfGiven as findingsOf,
} from './diagnose/library.js';
export type { ReadFacts } from './diagnose/reading.js';
export type { Advice, AdviceQuestion, AdviceScope, Argv, OpenEnds } from './diagnose/remedies/advice.js';
export { RULES as rules } from './diagnose/rules/index.js';
export type * from './documents/agents.js';
export { CAUSES, type Cause } from './documents/causes.js';
export type * from './documents/comparison.js';
export type * from './documents/dns.js';
export type * from './documents/doctor.js';
export type * from './documents/error.js';
export type * from './documents/facts.js';
export type * from './documents/fleet.js';
export type { Denial, DenialLayer, DeniedResource } from './documents/gateway-answer.js';
export type { DocumentHeader, Stopped, Tool } from './documents/header.js';
export type * from './documents/http.js';
export type { KnownEnds } from './documents/known-ends.js';
export type * from './documents/log.js';
export type * from './documents/report.js';
export type * from './documents/scalars.js';
export type { GivenHeader, GivenOptions, PrivateApi, Target } from './documents/target.js';
export type * from './documents/tcp.js';
export type * from './documents/tls.js';
export type * from './documents/trace.js';
export type * from './documents/trace-watch.js';
export {
  type ExplainLogOptions,
  explainLog,
  type LogSource,
} from './execution-log/explain-log.js';
export type { CompiledCode } from './host/compiled-code.js';
export type { EcnRequest, LocalPorts } from './host/proc.js';
export type { ProxyEnvironment, ProxyVariable } from './host/proxy.js';
export type { ResolvConf, SystemPatience } from './host/resolv-conf.js';
export type { ResolverRole } from './host/resolver-role.js';
export type { NameService } from './host/vantage.js';
export type { AddressScope } from './net/address/scope.js';
export type { EngineStatus, MethodChoice } from './net/wire/engines.js';
export type { PacketChoice } from './net/wire/wire.js';
export {
  type ConnectManyOptions,
  type ConnectOptions,
  type ConnectTarget,
  connect,
  connectMany,
} from './observe/connect.js';
export { type DoctorOptions, doctor } from './observe/doctor.js';
export { type ObserveOptions, observe } from './observe/observe.js';
export { type TraceHostOptions as TraceOptions, traceHost as trace } from './observe/trace-host.js';
export { type WatchHostOptions as WatchOptions, watchHost as watchTrace } from './observe/watch-host.js';
export type { DnsDiscardMessage, DnsQueryMessage, DnsReplyMessage } from './probe/dns/channels.js';
export { lookupSystem, type SystemLookupOptions } from './probe/dns/compare.js';
export type { ResolveManyOptions, ResolveOptions } from './probe/dns/options.js';
export { resolve } from './probe/dns/resolve.js';
export { type NameOutcome, resolveMany } from './probe/dns/resolve-many.js';
export type { TcpAttemptMessage, TcpResultMessage } from './probe/tcp/channels.js';
export type { SocketChoice } from './probe/tcp/sockets.js';
export type { TraceRun } from './probe/trace/trace-run.js';
export type { Permit } from './target/allow-list.js';
export { scopeOfAddress as scopeOf } from './target/host.js';
export type { HostAndPort } from './target/host-port.js';
export { type ParseTargetOptions, parseTarget } from './target/parse-target.js';
export type { GivenHeaders } from './target/request-headers.js';
