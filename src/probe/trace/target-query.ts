import type { TargetQuery } from '../../documents/trace.js';
import type { WireReply } from '../../net/wire/wire.js';
import { type Ending, endingOf } from './hop-state.js';
import type { StrategyOptions } from './options.js';
import { backwardHops } from './probe-result.js';
import type { Waits } from './wait.js';

/** A TTL that no path uses up: Linux's default, which an ordinary connection has. */
const ordinaryTtl = 64;

/** When the SYNs are sent, as shares of the whole wait: a lost SYN or SYN-ACK is made up for twice. */
const sendAt = [0, 0.27, 0.66];

/** A SYN whose reply has not come after this time leaves room for another packet in flight. */
const youngMs = 50;

/** Where the SYNs of full TTL are in their schedule. */
type Stage = 'idle' | 'asking' | 'answered' | 'silent';

/**
 * Asks the target itself: a few SYNs whose TTL cannot expire on the way. Their answer decides whether the target answers.
 * Without them, routers that do not reply, routers that reply to expiring packets with an unreachable, and the hop limit
 * would decide. scamper and RIPE Atlas send such a probe last; here it goes out with the first packets, so that it also
 * says how long to wait. Pure: times are milliseconds of the strategy's clock.
 */
export class TargetAsker {
  readonly ttl: number;
  readonly #family: 4 | 6;
  readonly #waits: Waits;
  /** When each SYN was sent, by its id. */
  readonly #sent = new Map<number, number>();
  /** Refused sends count here as well, so that they do not repeat for ever. */
  #tries = 0;
  #firstAtMs: number | null = null;
  #answer: WireReply | null = null;
  /** From the SYN to its answer, by the strategy's clock. */
  #elapsedMs = 0;
  #isSilent = false;
  #waitedMs = 0;
  /** SYNs that wait to leave this host. The schedule stands still until they have left. */
  readonly #queued = new Set<number>();
  readonly #longestQueueMs: number;

  constructor(
    { family, maxTtl }: Pick<StrategyOptions, 'family' | 'maxTtl'>,
    waits: Waits,
    longestQueueMs: number,
  ) {
    this.#family = family;
    this.#waits = waits;
    this.#longestQueueMs = longestQueueMs;
    this.ttl = Math.max(ordinaryTtl, maxTtl);
  }

  get stage(): Stage {
    if (this.#answer !== null) return 'answered';
    if (this.#isSilent) return 'silent';
    return this.#firstAtMs === null ? 'idle' : 'asking';
  }

  /** What the answer means; null without an answer, and for a Time Exceeded. */
  get ending(): Ending | null {
    return this.#answer === null ? null : endingOf(this.#family, this.#answer);
  }

  /** The target itself answered: a SYN-ACK or a RST. */
  get isReached(): boolean {
    return this.ending === 'open' || this.ending === 'closed';
  }

  /** The hops of the return path, estimated from the TTL of the answer; null where it is not known. */
  get backwardHops(): number | null {
    const replyTtl = this.#answer?.replyTtl ?? null;
    return replyTtl === null ? null : backwardHops(replyTtl);
  }

  /** Round trip of the answer; where it is not known, the time until it was read. */
  get elapsedMs(): number {
    return this.#answer?.rttMs ?? this.#elapsedMs;
  }

  /** When the next SYN is to be sent; null when it has an answer or all were sent. */
  nextSendAtMs(): number | null {
    const share = sendAt[this.#tries];
    if (share === undefined || this.#answer !== null || this.#isSilent || this.#queued.size > 0) return null;
    return this.#firstAtMs === null ? 0 : this.#firstAtMs + share * this.#waits.forTarget();
  }

  /** When the next event is due; null without one. */
  wakeAtMs(): number | null {
    if (this.stage !== 'asking' || this.#firstAtMs === null) return null;
    if (this.#queued.size > 0) return this.#queueEndMs();
    return this.nextSendAtMs() ?? this.#firstAtMs + this.#waits.forTarget();
  }

  onSend(id: number, nowMs: number): void {
    this.#firstAtMs ??= nowMs;
    this.#tries += 1;
    this.#sent.set(id, nowMs);
  }

  /** This host refused to send it. */
  onRefusal(id: number): void {
    this.#sent.delete(id);
    this.#queued.delete(id);
  }

  onQueued(id: number): void {
    if (this.#sent.has(id)) this.#queued.add(id);
  }

  /** It leaves this host now, and the waits begin. Returns whether it was queued. */
  onLeft(id: number, nowMs: number): boolean {
    if (!this.#queued.delete(id)) return false;
    const queuedMs = nowMs - (this.#sent.get(id) ?? nowMs);
    this.#sent.set(id, nowMs);
    if (this.#firstAtMs !== null) this.#firstAtMs += queuedMs;
    return true;
  }

  #queueEndMs(): number {
    return Math.min(...[...this.#queued].map((id) => this.#sent.get(id) ?? 0)) + this.#longestQueueMs;
  }

  has(id: number): boolean {
    return this.#sent.has(id);
  }

  /** A reply to one of the SYNs. The target's own answer replaces that of a router, and a known time an unknown one. */
  onReply(reply: WireReply, nowMs: number): void {
    const wasReached = this.isReached;
    if (this.#answer === null || (!wasReached && endingOf(this.#family, reply) !== null))
      this.#answer = reply;
    else if (this.#answer.kind === reply.kind && this.#answer.rttMs === null) this.#answer = reply;
    else return;
    this.#elapsedMs = nowMs - (this.#sent.get(reply.id) ?? nowMs);
    if (this.isReached && reply.rttMs !== null) this.#waits.noteTarget(reply.rttMs);
  }

  /** The time is up for a part of the schedule, or for all of it. */
  onDeadline(nowMs: number): void {
    if (this.stage !== 'asking' || this.#firstAtMs === null) return;
    if (this.#queued.size > 0) {
      if (nowMs < this.#queueEndMs()) return;
      // They are stuck here, and no further one would leave either.
      for (const id of this.#queued) this.onRefusal(id);
      this.#tries = sendAt.length;
    }
    this.#waitedMs = nowMs - this.#firstAtMs;
    this.#isSilent = this.nextSendAtMs() === null && this.#waitedMs >= this.#waits.forTarget();
  }

  /** SYNs that were sent just now and are not answered. */
  countYoung(nowMs: number): number {
    if (this.#answer !== null) return 0;
    let count = 0;
    for (const sentAtMs of this.#sent.values()) if (nowMs - sentAtMs < youngMs) count += 1;
    return count;
  }

  /** null when no SYN left this host. */
  result(): TargetQuery | null {
    if (this.#sent.size === 0) return null;
    const answer = this.#answer;
    return {
      reply: answer?.kind ?? 'none',
      from: answer?.from ?? null,
      rttMs: answer?.rttMs ?? null,
      icmp: answer?.icmp ? { type: answer.icmp.type, code: answer.icmp.code } : null,
      sent: this.#sent.size,
      waitedMs: answer === null ? Math.round(this.#waitedMs) : null,
    };
  }
}
