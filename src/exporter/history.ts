import type { ReportDocument } from '../documents/report.js';

/** The last report about a target and module, and the last one of another class before it. */
export interface Remembered {
  target: string;
  module: string;
  last: ReportDocument;
  /** null where the class was the same since the start. */
  lastOfAnotherClass: ReportDocument | null;
}

/** More targets than this are not remembered: the one that was asked for least recently is forgotten. */
const mostTargets = 500;

/** What was measured last, by target and module. */
export class ProbeHistory {
  readonly #entries = new Map<string, Remembered>();

  /** Remembers a report. Returns the one before it, or null. */
  add(module: string, report: ReportDocument): ReportDocument | null {
    const target = report.target.input;
    const key = `${module} ${target}`;
    const known = this.#entries.get(key);
    this.#entries.delete(key);
    const isAnother = known !== undefined && known.last.verdict.class !== report.verdict.class;
    const lastOfAnotherClass = isAnother ? known.last : (known?.lastOfAnotherClass ?? null);
    this.#entries.set(key, { target, module, last: report, lastOfAnotherClass });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > mostTargets && oldest !== undefined) this.#entries.delete(oldest);
    return known?.last ?? null;
  }

  /** What is known of a target: with a module that of it, else that of the latest probe. */
  find(target: string, module: string | null): Remembered | null {
    const found = [...this.#entries.values()].filter(
      (each) => each.target === target && (module === null || each.module === module),
    );
    return found.at(-1) ?? null;
  }
}
