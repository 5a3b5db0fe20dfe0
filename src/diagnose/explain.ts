import { checkString } from '../core/check-options.js';
import type { ReportDocument } from '../documents/report.js';
import { parseReport } from '../documents/saved-report.js';
import { classify } from './classify.js';

/**
 * Judges a saved report with the rules of this version; nothing is measured. `text` is what `diagnose --save` or `--json`
 * wrote, of this version or an older one. Throws InvalidInputError when it is not a report, or one of a later version.
 */
export function explain(text: string): ReportDocument {
  checkString('text', text, 'give the text of a saved report');
  const report = parseReport(text);
  const { target, vantage, observations, skipped, stopped } = report;
  const evidence = { target, vantage, observations, skipped, ...(stopped === undefined ? {} : { stopped }) };
  return { ...report, verdict: classify(evidence) };
}
