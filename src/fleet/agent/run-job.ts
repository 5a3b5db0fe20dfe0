import { anyOf } from '../../core/deadline.js';
import { CapabilityError, InvalidInputError } from '../../core/errors.js';
import { list } from '../../core/text.js';
import { diagnose } from '../../diagnose/diagnose.js';
import type { ReportDocument, SkippedStep } from '../../documents/report.js';
import type { TcpDocument } from '../../documents/tcp.js';
import type { TraceDocument } from '../../documents/trace.js';
import { familyOf } from '../../net/address/address.js';
import { findAddresses } from '../../observe/host-addresses.js';
import type { ProbeDefaults } from '../../observe/options.js';
import { permittedOf } from '../../observe/permitted.js';
import { resolve } from '../../probe/dns/resolve.js';
import { connectAddresses } from '../../probe/tcp/connect-addresses.js';
import { traceAddress } from '../../probe/trace/trace.js';
import { redacted } from '../../report/redact/redact.js';
import type { DeniedPlaces, Permit } from '../../target/allow-list.js';
import { type HostAndPort, parseControl } from '../../target/host-port.js';
import type { ResultEnvelope } from '../envelope.js';
import type { AdmittedJob } from './admission.js';
import type { AgentConfig } from './agent-config.js';

/** What came of a job, without its times. */
export type JobOutcome = Pick<ResultEnvelope, 'outcome' | 'report' | 'error'>;

/** What ends a job early. */
export interface JobSignals {
  /** Its deadline, with time left to send what is known. */
  deadline: AbortSignal;
  cancel: AbortSignal;
}

/**
 * Makes the measurement of a job that was admitted. Every address is compared with the allow-list again after each lookup. Ends when
 * a signal says so, with what was measured. Never rejects.
 */
export async function runJob(
  { job, target }: AdmittedJob,
  config: AgentConfig & { defaults?: ProbeDefaults | undefined },
  broker: () => DeniedPlaces,
  { deadline, cancel }: JobSignals,
): Promise<JobOutcome> {
  const stop = anyOf(deadline, cancel);
  const control = job.options.control === undefined ? null : parseControl(job.options.control);
  const permit = limitedPermit([target.host, ...(control === null ? [] : [control.host])], config, broker);
  const ended = { 'time-limit': 'deadline', request: 'cancelled' } as const;
  try {
    const measured = await measure({ job, target, control }, config, permit, stop);
    if (measured instanceof RefusedTarget)
      return { outcome: 'refused', report: null, error: `address ${list(measured.addresses)}` };
    const isMasked = job.redact || config.redact;
    const report = isMasked ? redacted(measured, { target }, job.maskSeed) : measured;
    if (cancel.aborted) return { outcome: 'cancelled', report, error: null };
    return { outcome: 'report', report, error: null };
  } catch (error) {
    if (stop.aborted)
      return { outcome: ended[cancel.aborted ? 'request' : 'time-limit'], report: null, error: null };
    const isOurs = error instanceof InvalidInputError || error instanceof CapabilityError;
    const message = error instanceof Error ? error.message : String(error);
    return { outcome: 'failed', report: null, error: isOurs ? message : `a bug in pprobe: ${message}` };
  }
}

/** A target whose addresses are all refused. */
class RefusedTarget {
  constructor(readonly addresses: readonly string[]) {}
}

/** The allow-list for the addresses of the hosts of a job, for at most so many of them. */
function limitedPermit(
  hosts: readonly string[],
  { allow, limits }: AgentConfig,
  broker: () => DeniedPlaces,
): Permit {
  const used = new Set<string>();
  return (address, port) => {
    const isFree = used.has(address) || used.size < limits.addresses;
    const isPermitted = isFree && hosts.some((host) => allow.permitFor(host, broker())(address, port));
    if (isPermitted) used.add(address);
    return isPermitted;
  };
}

/** The document of the job's check. */
async function measure(
  { job, target, control }: Pick<AdmittedJob, 'job' | 'target'> & { control: HostAndPort | null },
  { limits, defaults = {} }: AgentConfig & { defaults?: ProbeDefaults | undefined },
  permit: Permit,
  stop: AbortSignal,
): Promise<object | RefusedTarget> {
  const { trace, http, imds, vpce, apiId } = job.options;
  const { family = defaults.family, timeoutMs = defaults.timeoutMs } = job.options;
  const isOfFamily =
    defaults.source !== undefined && (family === undefined || familyOf(defaults.source) === family);
  const source = isOfFamily ? defaults.source : undefined;
  const maxTtl = Math.min(limits.hops, job.options.maxTtl ?? limits.hops);
  if (job.check === 'diagnose') {
    const given = { family, source, timeoutMs, trace, http, imds, vpce, apiId };
    const options = { ...given, ...(control === null ? {} : { control }), maxTtl, permit, stop };
    return asFarAsMeasured(await diagnose(job.target, options));
  }
  const { host, port } = target;
  if (job.check === 'dns') {
    const types = family === undefined ? ['A', 'AAAA'] : [family === 4 ? 'A' : 'AAAA'];
    return resolve(host, { types, timeoutMs, source, stop });
  }
  const { addresses: found, resolution } = await findAddresses(host, { family, stop });
  const { addresses } = permittedOf(found, port, permit);
  if (found.length > 0 && addresses.length === 0) return new RefusedTarget(found);
  if (job.check === 'tcp')
    return (await connectAddresses(
      { host, port, addresses, resolution },
      { timeoutMs, source, stop, watch: true },
    )) satisfies TcpDocument;
  const [address] = addresses;
  if (address === undefined) throw new CapabilityError('address', `${host} has no address to trace`);
  return (await traceAddress(
    { host, address, port, resolution },
    { maxTtl, source, stop },
    () => {},
  )) satisfies TraceDocument;
}

/** A report that says what the deadline left out. */
function asFarAsMeasured(report: ReportDocument): ReportDocument | RefusedTarget {
  const { target, observations, skipped, stopped } = report;
  const words = 'refused: address ';
  const refused = skipped.flatMap(({ step, reason }) =>
    step === 'tcp' && reason.startsWith(words) ? [reason.slice(words.length)] : [],
  );
  if (refused.length > 0 && observations.tcp.length === 0) return new RefusedTarget(refused);
  if (stopped?.by !== 'time-limit') return report;
  // A request is made where the target speaks HTTP, over a connection.
  const isOpen = observations.tcp.some(({ attempts }) => attempts.some(({ status }) => status === 'open'));
  const steps = target.url !== null && isOpen ? (['http', 'trace'] as const) : (['trace'] as const);
  const missing = steps.filter(
    (step) => observations[step].length === 0 && !skipped.some((each) => each.step === step),
  );
  const left = missing.map((step): SkippedStep => ({ step, reason: 'deadline' }));
  return { ...report, skipped: [...skipped, ...left] };
}
