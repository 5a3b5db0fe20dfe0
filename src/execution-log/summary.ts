import type { CauseCount, JudgedRequest, LoggedApi } from '../documents/log.js';
import type { VerdictClass } from '../documents/report.js';

/** What kept the client from its answer first; what works comes last. */
const WORST_FIRST: readonly VerdictClass[] = ['policy', 'service', 'inconclusive', 'reachable'];

/** A log of one group has one API and one stage; files of several may be read together. */
const MOST_APIS = 50;

/** Counts every request and keeps the last `limit`, those that failed before those that did not. */
export class LogSummary {
  readonly #limit: number;
  readonly #counts = new Map<string, CauseCount>();
  readonly #examples = new Map<string, JudgedRequest>();
  readonly #apis = new Map<string, LoggedApi>();
  readonly #failed: JudgedRequest[] = [];
  readonly #fine: JudgedRequest[] = [];
  requests = 0;
  fromMs: number | null = null;
  toMs: number | null = null;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(request: JudgedRequest): void {
    this.requests++;
    this.#count(request);
    this.#place(request);
    const kept = request.class === 'reachable' ? this.#fine : this.#failed;
    kept.push(request);
    if (kept.length > this.#limit * 2) kept.splice(0, kept.length - this.#limit);
  }

  /** Worst first, and among equals the most frequent. */
  causes(): CauseCount[] {
    return [...this.#counts.values()].sort(
      (a, b) => WORST_FIRST.indexOf(a.class) - WORST_FIRST.indexOf(b.class) || b.requests - a.requests,
    );
  }

  /** The last request of a cause, whole. */
  exampleOf({ class: each, cause }: CauseCount): JudgedRequest | null {
    return this.#examples.get(`${each} ${cause}`) ?? null;
  }

  apis(): LoggedApi[] {
    return [...this.#apis.values()].sort((a, b) => b.requests - a.requests);
  }

  /** In the order of the log, as far as it has one. */
  details(): JudgedRequest[] {
    const failed = this.#failed.slice(-this.#limit);
    const room = this.#limit - failed.length;
    const fine = room > 0 ? this.#fine.slice(-room) : [];
    return [...failed, ...fine].sort((a, b) => a.line - b.line);
  }

  #count(request: JudgedRequest): void {
    const key = `${request.class} ${request.cause}`;
    const known = this.#counts.get(key);
    const { class: each, cause, id } = request;
    this.#counts.set(key, { class: each, cause, requests: (known?.requests ?? 0) + 1, last: id });
    this.#examples.set(key, request);
  }

  #place({ apiId, stage, startedAt, durationMs }: JudgedRequest): void {
    if (startedAt !== null) {
      const fromMs = Date.parse(startedAt);
      const toMs = fromMs + (durationMs ?? 0);
      if (this.fromMs === null || fromMs < this.fromMs) this.fromMs = fromMs;
      if (this.toMs === null || toMs > this.toMs) this.toMs = toMs;
    }
    if (apiId === null) return;
    const key = `${apiId}/${stage ?? ''}`;
    const known = this.#apis.get(key);
    if (known !== undefined) known.requests++;
    else if (this.#apis.size < MOST_APIS) this.#apis.set(key, { apiId, stage, requests: 1 });
  }
}
