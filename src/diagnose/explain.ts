import { factsDocumentOf, isMembers } from '../aws/facts-document.js';
import { ShapeError } from '../aws/shape.js';
import { checkString } from '../core/check-options.js';
import { InvalidInputError } from '../core/errors.js';
import type { FactsDocument } from '../documents/facts.js';
import type { Evidence, ReportDocument } from '../documents/report.js';
import { parseReport } from '../documents/saved-report.js';
import { classify } from './classify.js';
import { withGates } from './configuration/gates.js';

/** Options of `explain`. */
export interface ExplainOptions {
  /** The configuration around the target, in place of that of the report: a document of facts. */
  facts?: FactsDocument | undefined;
}

/**
 * Judges a saved report with the rules of this version; nothing is measured. `text` is what `diagnose --save` or `--json`
 * wrote, of this version or an older one. Throws InvalidInputError when it is not a report, or one of a later version.
 */
export function explain(text: string, { facts }: ExplainOptions = {}): ReportDocument {
  checkString('text', text, 'give the text of a saved report');
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

/** Evidence with its gates and its verdict. */
export function withVerdict(evidence: Evidence): Evidence & Pick<ReportDocument, 'gates' | 'verdict'> {
  const judged = withGates(evidence);
  return { ...judged, verdict: classify(judged) };
}

/** Facts with the members that are known. Throws InvalidInputError for damaged ones. */
export function checkedFacts(
  facts: unknown,
  argument: string,
  masked: FactsDocument | null = null,
): FactsDocument {
  if (masked?.redacted === true)
    throw new InvalidInputError(
      argument,
      `${argument}: the report is masked, so that no configuration can be compared with it; give the report as it was before --redact`,
    );
  try {
    if (isMembers(facts)) return factsDocumentOf(facts);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new InvalidInputError(argument, `${argument}: not a document of facts: ${error.message}`, {
      cause: error,
    });
  }
  throw new InvalidInputError(
    argument,
    `${argument}: not a document of facts; give what pprobe collect wrote`,
  );
}
