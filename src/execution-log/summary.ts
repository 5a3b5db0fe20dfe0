import type { CauseCount, JudgedRequest, LoggedApi } from '../documents/log.js';
import type { VerdictClass } from '../documents/report.js';

/** Failures before successes, and among failures the one that is nearest to the client first. */
const WORST_FIRST: readonly VerdictClass[] = ['policy', 'service', 'inconclusive', 'reachable'];

/** How many APIs are counted. A log group has one API and one stage, but files of several groups can be read together. */
const MOST_APIS = 50;

/**
 * Counts the requests of a log by cause and by API, and keeps an example of each cause, the last requests, and the one that was
 * asked for. Its size does not grow with the log.
 */
export class LogSummary {
  readonly #limit: number;
  readonly #wantedId: string | null;
  readonly #counts = new Map<string, CauseCount>();
  readonly #examples = new Map<string, JudgedRequest>();
  readonly #apis = new Map<string, LoggedApi>();
  readonly #failed: JudgedRequest[] = [];
  readonly #fine: JudgedRequest[] = [];
  #wanted: JudgedRequest | null = null;
  #requests = 0;
  #fromMs: number | null = null;
  #toMs: number | null = null;

  /** `limit`: how many of the last requests are kept. `wantedId`: either id of the request that is asked for. */
  constructor(limit: number, wantedId: string | null = null) {
    this.#limit = limit;
    this.#wantedId = wantedId;
  }

  add(request: JudgedRequest): void {
    this.#requests++;
    this.#count(request);
    this.#noteTime(request);
    this.#noteApi(request);
    if (this.#isWanted(request)) this.#wanted = request;
    const kept = request.class === 'reachable' ? this.#fine : this.#failed;
    kept.push(request);
    if (kept.length > this.#limit * 2) kept.splice(0, kept.length - this.#limit);
  }

  get requests(): number {
    return this.#requests;
  }

  /** The time of the first line, ISO 8601; null where no line has one. */
  get from(): string | null {
    return instant(this.#fromMs);
  }

  /** The time of the last line, ISO 8601. */
  get to(): string | null {
    return instant(this.#toMs);
  }

  /** The request that was asked for; null where the log does not have it. */
  get wanted(): JudgedRequest | null {
    return this.#wanted;
  }

  /** Worst first, and among equals the most frequent. */
  causes(): CauseCount[] {
    return [...this.#counts.values()].sort(
      (a, b) => WORST_FIRST.indexOf(a.class) - WORST_FIRST.indexOf(b.class) || b.requests - a.requests,
    );
  }

  /** The last request with this cause. */
  exampleOf({ class: verdictClass, cause }: CauseCount): JudgedRequest | null {
    return this.#examples.get(`${verdictClass} ${cause}`) ?? null;
  }

  /** The most frequent first. */
  apis(): LoggedApi[] {
    return [...this.#apis.values()].sort((a, b) => b.requests - a.requests);
  }

  /** The last requests in the order of the log. Requests that failed are preferred to others. */
  details(): JudgedRequest[] {
    const failed = this.#failed.slice(-this.#limit);
    const room = this.#limit - failed.length;
    const fine = room > 0 ? this.#fine.slice(-room) : [];
    return [...failed, ...fine].sort((a, b) => a.line - b.line);
  }

  #isWanted({ id, extendedId }: JudgedRequest): boolean {
    if (this.#wantedId === null) return false;
    return id === this.#wantedId.toLowerCase() || extendedId === this.#wantedId;
  }

  #count(request: JudgedRequest): void {
    const { class: verdictClass, cause, id } = request;
    const key = `${verdictClass} ${cause}`;
    const requests = (this.#counts.get(key)?.requests ?? 0) + 1;
    this.#counts.set(key, { class: verdictClass, cause, requests, last: id });
    this.#examples.set(key, request);
  }

  #noteTime({ startedAt, durationMs }: JudgedRequest): void {
    if (startedAt === null) return;
    const fromMs = Date.parse(startedAt);
    const toMs = fromMs + (durationMs ?? 0);
    if (this.#fromMs === null || fromMs < this.#fromMs) this.#fromMs = fromMs;
    if (this.#toMs === null || toMs > this.#toMs) this.#toMs = toMs;
  }

  #noteApi({ apiId, stage }: JudgedRequest): void {
    if (apiId === null) return;
    const key = `${apiId}/${stage ?? ''}`;
    const known = this.#apis.get(key);
    if (known !== undefined) known.requests++;
    else if (this.#apis.size < MOST_APIS) this.#apis.set(key, { apiId, stage, requests: 1 });
  }
}

function instant(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
