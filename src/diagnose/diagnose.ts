import {
  callback,
  checkOptions,
  isPlainObject,
  type OptionChecks,
  refused,
  string,
} from '../core/check-options.js';
import { randomUuid } from '../core/random.js';
import { checkRuntime } from '../core/runtime.js';
import type { FactsDocument } from '../documents/facts.js';
import { startDocument } from '../documents/header.js';
import type { ReportDocument } from '../documents/report.js';
import type { GivenOptions, Target } from '../documents/target.js';
import { type ObserveOptions, observeTarget } from '../observe/observe.js';
import { observeChecks } from '../observe/options.js';
import {
  type ParseTargetOptions,
  parseTargetChecks,
  queryOf,
  targetOf,
  targetText,
} from '../target/parse-target.js';
import { keptHeaders, readHeaders } from '../target/request-headers.js';
import { published } from './channels.js';
import { classify } from './classify.js';
import { type ReadFacts, startReading } from './reading.js';

/** Options of `diagnose`. */
export interface DiagnoseOptions extends ObserveOptions, ParseTargetOptions {
  /** The path of the file that `ca` was read from. It is not read; commands in remedies name it. */
  caFile?: string | undefined;
  /** The configuration around the target as somebody has read it. It decides the cause, and the packets the class. */
  facts?: FactsDocument | undefined;
  /** Reads the configuration while packets are under way; what it reads is used as `facts` is. */
  readFacts?: ReadFacts | undefined;
  /** Called with the parsed target before anything is sent. */
  onTarget?: ((target: Target) => void) | undefined;
}

const diagnoseChecks: OptionChecks<DiagnoseOptions> = {
  ...observeChecks,
  ...parseTargetChecks,
  caFile: string('give the path of a file'),
  facts: (value, argument) => {
    if (!isPlainObject(value))
      throw refused(argument, value, 'a document of facts', 'give what pprobe collect wrote');
  },
  readFacts: callback,
  onTarget: callback,
};

/**
 * Says why `input` (an https URL, as text or as a URL object, a host, or host:port) does not answer, or that it does:
 * measures with `observe`, judges with `classify`. Rejects with InvalidInputError for what is not a target, or with the
 * signal's reason.
 */
export async function diagnose(input: string | URL, options: DiagnoseOptions = {}): Promise<ReportDocument> {
  checkRuntime();
  checkOptions(diagnoseChecks, options);
  const text = targetText(input);
  const given = givenOptions(options);
  const target = { ...targetOf(text, options), ...(given === null ? {} : { given }) };
  options.onTarget?.(target);
  const header = startDocument('report');
  const reportId = randomUuid();
  const query = options.query ?? queryOf(text);
  const reading =
    options.readFacts === undefined ? null : startReading(options.readFacts, target, options.stop);
  const evidence = await observeTarget(target, {
    ...options,
    query,
    onEnds: reading?.onEnds ?? options.onEnds,
  }).catch((error: unknown) => {
    reading?.abandon();
    throw error;
  });
  const facts = (await reading?.finish(evidence.observations.http)) ?? options.facts;
  if (facts === undefined)
    return published({
      ...header(),
      reportId,
      ...evidence,
      observations: { ...evidence.observations, configuration: null },
      gates: [],
      verdict: classify(evidence),
    });
  // No other diagnosis pays for the evaluators.
  const { checkedFacts, withVerdict } = await import('./configured-verdict.js');
  const configuration = checkedFacts(facts, 'facts');
  const judged = withVerdict({ ...evidence, observations: { ...evidence.observations, configuration } });
  return published({ ...header(), reportId, ...judged });
}

/** The options that a further command has to repeat; null where none was given. */
function givenOptions(options: DiagnoseOptions) {
  const { family, source, control, dns, vpcResolver, ca, caFile, headers, timeoutMs, http, trace } = options;
  const given: GivenOptions = {
    ...(family === undefined ? {} : { family }),
    ...(source === undefined ? {} : { source }),
    ...(control === undefined ? {} : { control: { host: control.host, port: control.port } }),
    ...(dns?.servers === undefined ? {} : { servers: [...dns.servers] }),
    ...(vpcResolver === undefined ? {} : { vpcResolver }),
    ...(ca === undefined ? {} : { caFile: caFile ?? 'CA.pem' }),
    ...(headers === undefined ? {} : { headers: keptHeaders(readHeaders(headers)) }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(http === false ? { http } : {}),
    ...(trace === undefined ? {} : { trace }),
  };
  return Object.keys(given).length === 0 ? null : given;
}
