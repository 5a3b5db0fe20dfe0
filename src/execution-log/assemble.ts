import { excerpt } from '../core/text.js';
import type { LogLine } from './line.js';
import { type Reading, readMessage } from './message.js';
import type { LogFault, RequestFacts } from './request-facts.js';

/** The bounds of what is kept of one request, in numbers of faults and lines, and in characters of a line. */
const MOST_FAULTS = 4;
const MOST_EVIDENCE = 6;
const LONGEST_EVIDENCE = 320;

/** How many requests are held at once. One more, and the request whose last line is longest ago is given up. */
const MOST_OPEN = 4096;

/**
 * Groups the lines of a log by request. Lines of different requests may be interleaved, and a request may lack its first or
 * last lines. At most `mostOpen` requests of bounded size are held. A request goes to `onRequest` when the log ends, or
 * when it makes room for another one.
 */
export class RequestAssembler {
  readonly #open = new Map<string, RequestFacts>();
  readonly #onRequest: (facts: RequestFacts) => void;
  readonly #mostOpen: number;
  /** The request that lines without an id belong to: the one that was started last. */
  #current: RequestFacts | null = null;
  #lastId: string | null = null;
  #line = 0;

  constructor(onRequest: (facts: RequestFacts) => void, mostOpen = MOST_OPEN) {
    this.#onRequest = onRequest;
    this.#mostOpen = mostOpen;
  }

  /** The number of requests that are held. */
  get open(): number {
    return this.#open.size;
  }

  /** Adds a line. Returns whether it belongs to a request. `number` is its position in the log, from 1. */
  push(line: LogLine, number: number): boolean {
    this.#line = number;
    // A line that continues the one before belongs to a body, so its text is not API Gateway's.
    if (line.bare) return this.#lastId !== null;
    const reading = readMessage(line.message);
    const facts = this.#factsFor(line, reading);
    this.#lastId = facts?.id ?? null;
    if (facts === null) return false;
    facts.lines++;
    noteTime(facts, line.atMs);
    if (line.message.endsWith('[TRUNCATED]')) facts.truncated = true;
    if (reading !== null) this.#note(facts, reading, line.message);
    return true;
  }

  /** Ends the log: every request that is held goes to `onRequest`. */
  end(): void {
    for (const facts of this.#open.values()) this.#onRequest(facts);
    this.#open.clear();
    this.#current = null;
    this.#lastId = null;
  }

  /** Ends a source of lines: the first lines of the next one continue no request. */
  endSource(): void {
    this.#current = null;
    this.#lastId = null;
  }

  #factsFor(line: LogLine, reading: Reading | null): RequestFacts | null {
    if (line.requestId !== null) return this.#get(line.requestId);
    if (reading?.kind === 'start' && reading.requestId !== null) {
      this.#current = this.#withId(reading.requestId) ?? this.#get(reading.requestId);
      return this.#current;
    }
    const isOver =
      this.#current === null || this.#current.status !== null || !this.#open.has(this.#current.id);
    // Where lines have no id, a request that was rejected at once has no line that names its id.
    if (
      isOver &&
      (reading?.kind === 'fault' || reading?.kind === 'extended-id' || reading?.kind === 'completed')
    ) {
      this.#current = this.#get(`line-${this.#line}`);
    } else if (this.#current !== null && !this.#open.has(this.#current.id)) this.#current = null;
    return this.#current;
  }

  /** Gives `id` to the current request if its lines had no id so far; null where there is no such request. */
  #withId(id: string): RequestFacts | null {
    const begun = this.#current;
    if (begun === null || begun.status !== null || !begun.id.startsWith('line-')) return null;
    if (this.#open.has(id) || !this.#open.delete(begun.id)) return null;
    begun.id = own(id);
    this.#open.set(begun.id, begun);
    return begun;
  }

  #get(id: string): RequestFacts {
    const known = this.#open.get(id);
    if (known !== undefined) {
      // The map is kept in the order of the last lines, which matters only when it is nearly full.
      if (this.#open.size * 2 > this.#mostOpen) {
        this.#open.delete(known.id);
        this.#open.set(known.id, known);
      }
      return known;
    }
    if (this.#open.size >= this.#mostOpen) this.#evict();
    const facts = emptyFacts(own(id), this.#line);
    this.#open.set(facts.id, facts);
    return facts;
  }

  #evict(): void {
    for (const [id, facts] of this.#open) {
      this.#open.delete(id);
      this.#onRequest(facts);
      return;
    }
  }

  #note(facts: RequestFacts, reading: Reading, message: string): void {
    switch (reading.kind) {
      case 'start':
        facts.began = true;
        facts.apiId ??= owned(reading.apiId);
        facts.stage ??= owned(reading.stage);
        return;
      case 'extended-id':
        facts.began = true;
        facts.extendedId ??= own(reading.extendedId);
        return;
      case 'method':
        facts.method ??= own(reading.method);
        facts.path ??= own(hideSecrets(reading.path));
        return;
      case 'sent':
        facts.sentTo ??= own(reading.host);
        return;
      case 'received':
        facts.backendStatus = reading.status ?? facts.backendStatus;
        facts.backendMs = reading.latencyMs ?? facts.backendMs;
        return;
      case 'completed':
        facts.status = reading.status;
        this.#keep(facts, message);
        return;
      case 'fault':
        this.#addFault(facts, reading.fault, message);
    }
  }

  #addFault(facts: RequestFacts, fault: LogFault, message: string): void {
    if (facts.faults.length < MOST_FAULTS) facts.faults.push(ownFault(fault));
    const [, apiId, stage] = /\bRestApi ([a-z0-9]{1,32}), Stage ([\w-]{1,128})/.exec(message) ?? [];
    facts.apiId ??= owned(fault.denial?.resource?.apiId ?? apiId ?? null);
    facts.stage ??= owned(fault.denial?.resource?.stage ?? stage ?? null);
    facts.method ??= owned(/\bHttpMethod ([A-Z]{1,20})/.exec(message)?.[1] ?? null);
    this.#keep(facts, message);
  }

  #keep(facts: RequestFacts, message: string): void {
    if (facts.evidence.length >= MOST_EVIDENCE) return;
    const text = own(hideSecrets(excerpt(message, LONGEST_EVIDENCE)));
    facts.evidence.push({ line: this.#line, text });
  }
}

function noteTime(facts: RequestFacts, atMs: number | null): void {
  if (atMs === null) return;
  // Events can be out of order, so first and last are by time, not by line.
  if (facts.fromMs === null || atMs < facts.fromMs) facts.fromMs = atMs;
  if (facts.toMs === null || atMs > facts.toMs) facts.toMs = atMs;
}

function emptyFacts(id: string, line: number): RequestFacts {
  return {
    id,
    line,
    extendedId: null,
    apiId: null,
    stage: null,
    method: null,
    path: null,
    status: null,
    fromMs: null,
    toMs: null,
    lines: 0,
    began: false,
    sentTo: null,
    backendStatus: null,
    backendMs: null,
    truncated: false,
    faults: [],
    evidence: [],
  };
}

/** A copy of a string. A slice would keep the piece of the log that it was cut from in memory. */
function own(text: string): string {
  return Buffer.from(text).toString();
}

function owned(text: string | null): string | null {
  return text === null ? null : own(text);
}

function ownFault(fault: LogFault): LogFault {
  return { ...fault, denial: fault.denial && ownDenial(fault.denial) };
}

function ownDenial(denial: NonNullable<LogFault['denial']>): NonNullable<LogFault['denial']> {
  const { who, policy, resource } = denial;
  return {
    ...denial,
    who: owned(who),
    policy: owned(policy),
    resource: resource && {
      arn: own(hideSecrets(resource.arn)),
      region: own(resource.region),
      account: own(resource.account),
      apiId: own(resource.apiId),
      stage: owned(resource.stage),
    },
  };
}

const HIDDEN = '***';

/** Names of headers and members whose value is secret, with the value. */
const NAMED =
  /\b((?:proxy-)?authorization|x-api-key|api[-_ ]?key|x-amz-security-token|cookie|set-cookie|password|passwd|secret|client_secret|(?:access|id|refresh|session|bearer)[-_]?token|token|signature|credential)(["']?\s*[:=]\s*["']?)(?:(?:bearer|basic|aws4-hmac-sha256)\s+)?[^\s"',;}\]]+/gi;
const BEARER = /\b(bearer|basic)\s+[\w+/.~=-]{6,}/gi;
const JWT = /\beyJ[\w-]{8,}(?:\.[\w-]+){0,2}/g;
const ACCESS_KEY = /\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g;
const QUERY = /\?[^\s"'<>]*/g;
const USERINFO = /(:\/\/)[^\s/@"']+@/g;

/**
 * Text of a log with queries, credentials, keys and tokens replaced by `***`. In doubt it replaces too much; the sentences that
 * verdicts rest on contain none of these.
 */
export function hideSecrets(text: string): string {
  return text
    .replace(QUERY, (query) => (query.length > 1 ? `?${HIDDEN}` : query))
    .replace(USERINFO, `$1${HIDDEN}@`)
    .replace(NAMED, `$1$2${HIDDEN}`)
    .replace(BEARER, `$1 ${HIDDEN}`)
    .replace(JWT, HIDDEN)
    .replace(ACCESS_KEY, HIDDEN);
}
