import { factsDocumentOf, isMembers } from '../aws/facts-document.js';
import { ShapeError } from '../aws/shape.js';
import { InvalidInputError } from '../core/errors.js';
import type { FactsDocument } from '../documents/facts.js';
import type { Evidence, ReportDocument } from '../documents/report.js';
import { classify } from './classify.js';
import { withGates } from './configuration/gates.js';

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
