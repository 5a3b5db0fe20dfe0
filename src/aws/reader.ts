import { waitBound } from '../core/check-options.js';
import { Semaphore } from '../core/semaphore.js';
import type { FactsCall, FactsDocument } from '../documents/facts.js';
import { isUnreachable, statusOf } from './call-status.js';
import { type AwsRequest, callOf } from './calls.js';
import { partOf } from './cli-answers.js';
import { isMembers, noFacts } from './facts-document.js';
import { factsWith } from './read-facts.js';
import { type AwsSession, type CallFailure, isOwnEnd } from './session.js';
import { ShapeError } from './shape.js';

/** How long reading may take. */
export const readingTimeout = { ...waitBound(8000, 600_000), min: 1000 };

/** The limits of reading. */
export const readingBounds = {
  /** The share of the time that one call with its repetition may take, and that finding credentials may. */
  callShare: 0.6,
  credentialsShare: 0.5,
  /**
   * How much longer reading may take where the SDK is loaded late or the execution log is read, in milliseconds: with the default
   * time for reading, all ends within ten seconds. Waiting for the packets is not part of it.
   */
  loadingMs: 1200,
  /** Calls at the same time. */
  parallel: 4,
  /** Pages of one list. A token that comes again ends it, too. */
  pages: 10,
  /** Items of one list. */
  items: 10_000,
} as const;

/** How many values a filter of EC2 may have. */
export const mostFilterValues = 200;

/**
 * Makes calls, keeps what their answers say, and notes the outcome of each. A service that does not answer is not asked again:
 * its other calls are noted as silent, too.
 */
export class Reader {
  readonly #session: AwsSession;
  readonly #region: string;
  readonly #leftMs: () => number;
  readonly #callMs: number;
  readonly #permits = new Semaphore(readingBounds.parallel);
  readonly #unreachable = new Map<string, FactsCall>();
  #facts: FactsDocument = noFacts();
  #endedBy: string | null = null;

  /** `leftMs`: the time that is left for reading. */
  constructor(session: AwsSession, region: string, leftMs: () => number, callMs: number) {
    this.#session = session;
    this.#region = region;
    this.#leftMs = leftMs;
    this.#callMs = callMs;
  }

  /** What was read so far. */
  get facts(): FactsDocument {
    return this.#facts;
  }

  /** Ends reading: what has no answer yet is noted with this reason. */
  end(reason: string): void {
    this.#endedBy ??= reason;
  }

  /** Makes calls at the same time, and resolves when all have their outcome. */
  async askAll(requests: readonly (AwsRequest | null)[]): Promise<void> {
    await Promise.all(requests.map((each) => (each === null ? null : this.#ask(each))));
  }

  /** The texts of the events that a call finds; none where it fails, which is noted. They are not part of the facts. */
  async events(request: AwsRequest): Promise<string[]> {
    const { document, failure, isCut } = await this.#pages(request);
    const isOff = failure?.code === 'ResourceNotFoundException';
    if (failure !== null) {
      const off = {
        status: 'error',
        text: 'ResourceNotFoundException: the stage has no execution log',
      } as const;
      this.#note(request, isOff ? off : this.#statusOf(failure, request));
      return [];
    }
    const list: unknown = isMembers(document) ? document.events : null;
    if (!Array.isArray(list)) {
      this.#note(request, { status: 'error', text: 'the answer is not one of AWS: it has no events' });
      return [];
    }
    this.#note(request, isCut ? cut : whole);
    return list.flatMap((each) =>
      isMembers(each) && typeof each.message === 'string' ? [each.message] : [],
    );
  }

  /** Whether reading was ended. */
  get isOver(): boolean {
    return this.#endedBy !== null;
  }

  async #ask(request: AwsRequest): Promise<void> {
    const call = callOf(request.action);
    if (call.cliOnly === true) return;
    await this.#permits.acquire();
    try {
      const { document, failure, isCut } = await this.#pages(request);
      if (failure === null) this.#keep(request, document, isCut);
      else this.#note(request, this.#statusOf(failure, request));
    } finally {
      this.#permits.release();
    }
  }

  /** The answers of all pages as one document. */
  async #pages({
    action,
    input,
  }: AwsRequest): Promise<{ document: unknown; failure: CallFailure | null; isCut: boolean }> {
    const call = callOf(action);
    const items: unknown[] = [];
    const tokens = new Set<string>();
    let token: string | null = null;
    for (let page = 1; ; page += 1) {
      const outcome = await this.#one(action, {
        ...input,
        ...(call.pages?.size === undefined ? {} : { [call.pages.size[0]]: call.pages.size[1] }),
        ...(call.pages === undefined || token === null ? {} : { [call.pages.ask]: token }),
      });
      if ('failure' in outcome)
        // What earlier pages said is kept.
        return page === 1
          ? { document: null, failure: outcome.failure, isCut: false }
          : { document: { [call.answer]: items }, failure: null, isCut: true };
      const { answer } = outcome;
      if (call.pages === undefined || !isMembers(answer))
        return { document: answer, failure: null, isCut: false };
      const list = answer[call.answer];
      if (!Array.isArray(list)) return { document: answer, failure: null, isCut: false };
      items.push(...list);
      const next = answer[call.pages.answer];
      const isOver = typeof next !== 'string' || next === '';
      const isCut =
        !isOver && (tokens.has(next) || page >= readingBounds.pages || items.length >= readingBounds.items);
      if (isOver || isCut) return { document: { ...answer, [call.answer]: items }, failure: null, isCut };
      tokens.add(next);
      token = next;
    }
  }

  async #one(
    action: AwsRequest['action'],
    input: Readonly<Record<string, unknown>>,
  ): Promise<Awaited<ReturnType<AwsSession['call']>>> {
    const { service } = callOf(action);
    const known = this.#unreachable.get(service);
    const leftMs = this.#leftMs();
    if (known !== undefined)
      return { failure: notAsked(`not asked: ${service} did not answer another call`) };
    if (this.#endedBy !== null) return { failure: notAsked(this.#endedBy) };
    if (leftMs < 50) return { failure: notAsked('not asked: the time for reading is over') };
    const limitMs = Math.min(this.#callMs, leftMs);
    return this.#session.call(service, action, input, this.#region, limitMs);
  }

  #statusOf(failure: CallFailure, { action }: AwsRequest): Pick<FactsCall, 'status' | 'text'> {
    const call = callOf(action);
    if (this.#endedBy !== null && isOwnEnd(failure)) return { status: 'silent', text: this.#endedBy };
    const said = statusOf(failure, call);
    if (isUnreachable(failure.code) && !this.#unreachable.has(call.service))
      this.#unreachable.set(call.service, { service: call.service, action, ...said });
    return said;
  }

  #keep(request: AwsRequest, document: unknown, isCut: boolean): void {
    const { action, input } = request;
    const call = callOf(action);
    try {
      const id = input.PrefixListId ?? input.FirewallDomainListId ?? '';
      const part = partOf(action, document, call.answer, String(id));
      checkAnswered(request, part);
      this.#join(part);
      this.#note(request, isCut ? cut : whole);
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      this.#note(request, { status: 'error', text: `the answer is not one of AWS: ${error.message}` });
    }
  }

  #join(part: Partial<FactsDocument>): void {
    this.#facts = factsWith(this.#facts, { ...noFacts(), ...part });
  }

  #note({ action }: AwsRequest, said: Pick<FactsCall, 'status' | 'text'>): void {
    const { service } = callOf(action);
    // API Gateway says so of an API of another account or Region, too: this is what was looked for.
    const isAbsent = action === 'GetRestApi' && said.status === 'error' && said.text === 'NotFoundException';
    this.#join({
      calls: [{ service, action, ...said }],
      ...(isAbsent ? { apigateway: { restApi: null } } : {}),
    });
  }
}

const whole = { status: 'ok', text: null } as const;
const cut = { status: 'partial', text: 'the list goes on: what it lacks may exist nevertheless' } as const;

/** Throws ShapeError where an answer is about something else than the question. */
function checkAnswered({ action, input }: AwsRequest, part: Partial<FactsDocument>): void {
  const id = part.apigateway?.restApi?.id;
  if (action === 'GetRestApi' && id !== input.restApiId)
    throw new ShapeError(
      `it is about ${JSON.stringify(id ?? null)}, and ${JSON.stringify(input.restApiId)} was asked for`,
    );
  const asked = input.VpcId;
  if (action === 'DescribeVpcAttribute' && part.ec2?.VpcAttributes?.[String(asked)] === undefined)
    throw new ShapeError(`it is not about ${String(asked)}`);
}

function notAsked(message: string): CallFailure {
  return { code: 'TimeoutError', httpStatus: null, contentType: null, message };
}
