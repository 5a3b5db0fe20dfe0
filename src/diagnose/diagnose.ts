import { startDocument } from '../documents/header.js';
import type { ReportDocument } from '../documents/report.js';
import { type ObserveOptions, observe } from '../observe/observe.js';
import { type ParseTargetOptions, parseTarget } from '../target/parse-target.js';
import { classify } from './classify.js';

export interface DiagnoseOptions extends ObserveOptions, ParseTargetOptions {}

/**
 * Says why `input` (an https URL, a host, or host:port) does not answer, or that it does: measures with `observe`,
 * judges with `classify`. Throws InvalidInputError for a target that cannot be one, or the signal's reason.
 */
export async function diagnose(input: string, options: DiagnoseOptions = {}): Promise<ReportDocument> {
  const target = parseTarget(input, options);
  const header = startDocument('report');
  const evidence = await observe(target, { query: queryOf(input), ...options });
  return { ...header(), ...evidence, verdict: classify(evidence) };
}

/** What follows the path of the URL as given; '' for a host alone. It is sent, and of no document a part. */
function queryOf(input: string): string {
  return /^[^?#]*(\?[^#\s]*)/.exec(input.trim())?.[1] ?? '';
}
