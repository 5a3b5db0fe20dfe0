import { InvalidInputError } from '../core/errors.js';
import { type ExplainOptions, explain } from '../diagnose/explain.js';
import type { ComparisonDocument, NotCompared } from '../documents/comparison.js';
import { startDocument } from '../documents/header.js';
import type { ReportDocument } from '../documents/report.js';
import { silentProbe, type TraceHop } from '../documents/trace.js';
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
  readonly #hops: SharedHops = new Map();
  readonly #notCompared: NotCompared[] = [];
  #firstProblem: InvalidInputError | null = null;
  #repeated = 0;

  constructor(options: ExplainOptions = {}) {
    this.#options = options;
  }

  add({ name, text }: NamedReport): void {
    try {
      const report = explain(text, this.#options);
      if (this.#distinct.isNew(report)) this.#kept.push(withoutBulk(report, this.#hops));
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

/** Hops that are alike, once each: the paths of the hosts of a fleet have most of their routers in common. */
export type SharedHops = Map<string, TraceHop>;

/**
 * A report without what a comparison does not read of its traces: the larger part of most reports. Those that are kept together share
 * their hops.
 */
export function withoutBulk(report: ReportDocument, shared: SharedHops = new Map()): ReportDocument {
  const { observations } = report;
  const trace = observations.trace.map((path) => ({
    ...path,
    hops: path.hops.map((hop) => sharedHop(hop, shared)),
  }));
  return { ...report, observations: { ...observations, trace } };
}

/** A hop with what a comparison reads of it: the router that answered. */
function sharedHop({ ttl, probes, rateLimited }: TraceHop, shared: SharedHops): TraceHop {
  const { reply, from } = probes.find((probe) => probe.reply === 'time-exceeded') ?? probes[0] ?? silentProbe;
  const key = `${ttl} ${reply} ${from} ${rateLimited}`;
  const known = shared.get(key);
  if (known !== undefined) return known;
  const hop = { ttl, probes: [{ ...silentProbe, reply, from }], rateLimited };
  shared.set(key, hop);
  return hop;
}
