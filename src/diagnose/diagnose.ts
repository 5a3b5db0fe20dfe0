import { startDocument } from '../documents/header.js';
import type { ReportDocument } from '../documents/report.js';
import type { GivenOptions } from '../documents/target.js';
import { type ObserveOptions, observe } from '../observe/observe.js';
import { type ParseTargetOptions, parseTarget } from '../target/parse-target.js';
import { classify } from './classify.js';

export interface DiagnoseOptions extends ObserveOptions, ParseTargetOptions {
  /** The path of the file that `ca` was read from. It is not read; commands in remedies name it. */
  caFile?: string | undefined;
}

/**
 * Finds out why `input` (an https URL, a host, or host:port) does not answer, or that it does: measures with `observe`, and
 * judges with `classify`. Throws InvalidInputError for an invalid target or option, or the signal's reason.
 */
export async function diagnose(input: string, options: DiagnoseOptions = {}): Promise<ReportDocument> {
  const given = givenOptions(options);
  const target = { ...parseTarget(input, options), ...(given === null ? {} : { given }) };
  const header = startDocument('report');
  const evidence = await observe(target, { query: queryOf(input), ...options });
  return { ...header(), ...evidence, verdict: classify(evidence) };
}

/** The options that a further command has to repeat; null where none was given. */
function givenOptions({ family, source, control, dns, vpcResolver, ca, caFile }: DiagnoseOptions) {
  const given: GivenOptions = {
    ...(family === undefined ? {} : { family }),
    ...(source === undefined ? {} : { source }),
    ...(control === undefined ? {} : { control: { host: control.host, port: control.port } }),
    ...(dns?.servers === undefined ? {} : { servers: [...dns.servers] }),
    ...(vpcResolver === undefined ? {} : { vpcResolver }),
    ...(ca === undefined ? {} : { caFile: caFile ?? 'CA.pem' }),
  };
  return Object.keys(given).length === 0 ? null : given;
}

/** The query string of the URL as given, with its `?`; empty where there is none. It is sent, and not recorded. */
function queryOf(input: string): string {
  return /^[^?#]*(\?[^#\s]*)/.exec(input.trim())?.[1] ?? '';
}
