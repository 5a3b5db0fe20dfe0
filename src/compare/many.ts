import { InvalidInputError } from '../core/errors.js';
import { type ExplainOptions, explain } from '../diagnose/explain.js';
import type { ComparisonDocument, NotCompared } from '../documents/comparison.js';
import { startDocument } from '../documents/header.js';
import type { ReportDocument } from '../documents/report.js';
import type { TraceHop } from '../documents/trace.js';
import { comparisonOf, type NamedReport } from './compare.js';
import { DistinctReports } from './distinct.js';

/**
 * Judges saved reports one after the other, and keeps of each only what a comparison needs: thousands of reports must not fill
 * the memory. A text that is no report is told and does not stop the others.
 */
export class ReportCollection {
  readonly #header = startDocument('comparison');
  readonly #options: ExplainOptions;
  readonly #distinct = new DistinctReports();
  readonly #kept: ReportDocument[] = [];
  readonly #notCompared: NotCompared[] = [];
  #firstProblem: InvalidInputError | null = null;
  #repeated = 0;

  constructor(options: ExplainOptions = {}) {
    this.#options = options;
  }

  add({ name, text }: NamedReport): void {
    try {
      const report = explain(text, this.#options);
      if (this.#distinct.isNew(report)) this.#kept.push(withoutBulk(report));
      else this.#repeated++;
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      this.refuse(name, error);
    }
  }

  /** Notes a text that is no report. */
  refuse(name: string, error: InvalidInputError): void {
    this.#firstProblem ??= new InvalidInputError(error.argument, `${name}: ${error.message}`, {
      cause: error,
    });
    this.#notCompared.push({ name, reason: reasonOf(error) });
  }

  /** What the comparison was made from, for the names in it. */
  get reports(): readonly ReportDocument[] {
    return this.#kept;
  }

  /** Throws InvalidInputError where no text was a report; its message is that of the first. */
  comparison(): ComparisonDocument {
    if (this.#kept.length === 0 && this.#firstProblem !== null) throw this.#firstProblem;
    const comparison = comparisonOf(this.#kept, {
      repeated: this.#repeated,
      notCompared: this.#notCompared,
    });
    return { ...this.#header(), ...comparison };
  }
}

/** The reason without what only helps whoever gave the file. */
export function reasonOf({ message }: InvalidInputError): string {
  return message.replace(/^not a report of pprobe: /, '').replace(/; give a file written by [^;]*$/, '');
}

/** A report without the probes of its traces that a comparison does not read: the larger part of most reports. */
export function withoutBulk(report: ReportDocument): ReportDocument {
  const { observations } = report;
  const trace = observations.trace.map((path) => ({ ...path, hops: path.hops.map(withOneProbe) }));
  return { ...report, observations: { ...observations, trace } };
}

/** The probe whose answer tells the router, or else the first one. */
function withOneProbe(hop: TraceHop): TraceHop {
  const probe = hop.probes.find(({ reply }) => reply === 'time-exceeded') ?? hop.probes[0];
  return { ...hop, probes: probe === undefined ? [] : [probe] };
}
