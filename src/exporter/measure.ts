import { randomUuid } from '../core/random.js';
import { published } from '../diagnose/channels.js';
import { classify } from '../diagnose/classify.js';
import { startDocument } from '../documents/header.js';
import type { ReportDocument } from '../documents/report.js';
import type { Target } from '../documents/target.js';
import { literalAddress } from '../observe/host-addresses.js';
import type { ObserveOptions } from '../observe/observe.js';
import { observeTarget } from '../observe/observe.js';
import type { Permit } from '../target/allow-list.js';
import { queryOf, targetOf } from '../target/parse-target.js';
import type { ProbeModule } from './config.js';

/** One probe: what to measure, and its limits. */
export interface Probe {
  /** As in the request. */
  text: string;
  target: Target;
  module: ProbeModule;
  permit: Permit;
  /** The probe ends by itself within this time; milliseconds. */
  limitMs: number;
  /** Ends it with what was measured. */
  stop: AbortSignal;
  /** Ends it without a result. */
  signal: AbortSignal;
}

/** Makes the report of a probe. Rejects with the reason of `signal`. */
export type Measure = (probe: Probe) => Promise<ReportDocument>;

/**
 * Parses the target of a request as a module has it.
 *
 * @throws InvalidInputError for text that is not a target, and for an address of another family than the module's
 */
export function probeTarget(text: string, { check, vpce, apiId, family }: ProbeModule): Target {
  const target = targetOf(text, { vpce, apiId });
  literalAddress(target.host, family);
  return check === 'tcp' ? { ...target, url: null } : target;
}

/** With more time than this, the waits are those of `pprobe diagnose`, which takes some three seconds for a silent target. */
const amplyMs = 8000;

/** Measures and judges as `pprobe diagnose` does, within the limits of a probe. */
export const measureProbe: Measure = async ({ text, target, module, permit, limitMs, stop, signal }) => {
  const header = startDocument('report');
  const { trace, family, source, control } = module;
  const options: ObserveOptions = {
    permit,
    // The metadata service has what remedies name, and a monitor asks the same again and again.
    imds: false,
    trace: trace ? undefined : false,
    family,
    source,
    control,
    query: queryOf(text),
    stop,
    signal,
    ...(limitMs > amplyMs ? {} : waits(limitMs)),
  };
  const evidence = await observeTarget(target, options);
  return published({
    ...header(),
    reportId: randomUuid(),
    ...evidence,
    observations: { ...evidence.observations, configuration: null },
    gates: [],
    verdict: classify(evidence),
  });
};

/** The share of the limit after which silence is silence: the verdict must be there before the limit cuts the probe off. */
const share = 0.7;

/** Waits such that a silent resolver, address or server is known to be silent before the limit. */
function waits(limitMs: number): Pick<ObserveOptions, 'timeoutMs' | 'dns'> {
  const tries = 2;
  return {
    timeoutMs: Math.max(1, limitMs * share),
    dns: { tries, timeoutMs: Math.max(1, Math.min(1000, (limitMs * share) / tries)) },
  };
}
