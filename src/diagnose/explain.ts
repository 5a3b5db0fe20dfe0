import { checkOptions, checkString, type OptionChecks } from '../core/check-options.js';
import type { FactsDocument } from '../documents/facts.js';
import type { Evidence, ReportDocument } from '../documents/report.js';
import { parseReport } from '../documents/saved-report.js';
import { checkedFacts, withVerdict } from './configured-verdict.js';

/** Options of `explain`. */
export interface ExplainOptions {
  /** The configuration around the target, in place of that of the report: a document of facts. */
  facts?: FactsDocument | undefined;
}

const explainChecks: OptionChecks<ExplainOptions> = {
  facts: (value, argument) => void checkedFacts(value, argument),
};

/**
 * Judges a saved report with the rules of this version; nothing is measured. `text` is what `diagnose --save` or `--json`
 * wrote, of this version or an older one. Throws InvalidInputError when it is not a report, or one of a later version.
 */
export function explain(text: string, options: ExplainOptions = {}): ReportDocument {
  checkString('text', text, 'give the text of a saved report');
  checkOptions(explainChecks, options);
  const { facts } = options;
  const report = parseReport(text);
  const { target, vantage, observations, skipped, stopped, gates = [] } = report;
  const configuration =
    facts === undefined
      ? (observations.configuration ?? null)
      : checkedFacts(facts, 'facts', observations.configuration ?? null);
  const evidence: Evidence = {
    target,
    vantage,
    observations: {
      ...observations,
      configuration:
        configuration === null ? null : checkedFacts(configuration, 'report.observations.configuration'),
    },
    skipped,
    gates,
    ...(stopped === undefined ? {} : { stopped }),
  };
  return { ...report, ...withVerdict(evidence) };
}
