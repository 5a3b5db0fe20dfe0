import type { TraceHop, TraceOutcome, TraceProbe, TraceStop } from '../../documents/trace.js';
import type { ProbeRequest, WireReply } from '../../net/wire/wire.js';
import { endingOf, endOf, outcomeAt, refusalOutcome } from './ending.js';
import { resultOf, silentProbe, unsentProbe } from './probe-result.js';
import { isToBeAskedAgain, repeatAtMs, Untimed, Waits } from './wait.js';

export interface EngineOptions {
  family: 4 | 6;
  firstTtl: number;
  maxTtl: number;
  /** Probes per hop. */
  queries: number;
  /** Probes in flight. */
  parallel: number;
  /** Silent hops in a row that end the trace; 0 for no limit. */
  gapLimit: number;
  maxWaitMs: number;
  /** All probes share a 5-tuple, so that two at the target at the same time would hide each other. */
  paris: boolean;
}

export interface Step {
  send: ProbeRequest[];
  /** When to call `onDeadline` if nothing happens before; null when done. */
  deadlineMs: number | null;
  isDone: boolean;
}

export interface TraceEnd {
  outcome: TraceOutcome;
  stoppedBy: TraceStop;
  destinationTtl: number | null;
}

/** A packet to be sent, of this probe or of a new one. */
interface Due {
  hop: HopState;
  probe: ProbeState | null;
  /** Not before. */
  atMs: number;
}

/**
 * The trace as a pure state machine: it owns no socket and no timer, so the same code runs on real wires and on the
 * simulated one. Tell it of every event, call `next` after each, send what it returns. Times are milliseconds of one
 * monotonic clock. Ids count the packets sent, up from 0.
 */
export class TraceEngine {
  readonly #options: EngineOptions;
  /** In order of TTL, from the first. */
  readonly #hops: HopState[] = [];
  /** By id. */
  readonly #packets: PacketState[] = [];
  /** Sent, not answered and not given up: never more than `parallel`. */
  readonly #pending = new Set<PacketState>();
  readonly #waits: Waits;
  readonly #untimed = new Untimed();
  #lastAnsweredTtl: number;
  /** Of the hop that ends the path as far as is known. */
  #endTtl: number | null = null;
  #isStopped = false;
  #refused = 0;
  #isRefusedHere = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#waits = new Waits(options.maxWaitMs);
    this.#lastAnsweredTtl = options.firstTtl - 1;
  }

  next(nowMs: number): Step {
    if (this.#isStopped) return { send: [], deadlineMs: null, isDone: true };
    const send: ProbeRequest[] = [];
    let wakeAtMs = Number.POSITIVE_INFINITY;
    while (this.#pending.size < this.#options.parallel) {
      const due = this.#nextDue(nowMs);
      if (due === null) break;
      if (due.atMs > nowMs) {
        wakeAtMs = due.atMs;
        break;
      }
      send.push(this.#send(due.hop, due.probe, nowMs));
    }
    const limit = this.#limitTtl();
    for (const packet of this.#pending) {
      if (packet.probe.ttl <= limit) wakeAtMs = Math.min(wakeAtMs, this.#deadline(packet));
    }
    const isDone = wakeAtMs === Number.POSITIVE_INFINITY;
    return { send, deadlineMs: isDone ? null : wakeAtMs, isDone };
  }

  onReply(reply: WireReply): void {
    const packet = this.#packets[reply.id];
    if (packet === undefined) return;
    const { probe } = packet;
    if (packet.isAnswered) {
      // The target's SYN-ACK sent again or a packet doubled on the path: the first counts.
      if (probe.result !== null) this.#amend(probe, { duplicates: probe.result.duplicates + 1 });
      return;
    }
    packet.isAnswered = true;
    this.#pending.delete(packet);
    if (probe.result !== null) {
      if (probe.result.rttMs === null) this.#amend(probe, { rttMs: reply.rttMs });
      return;
    }
    this.#settle(probe);
    const { family } = this.#options;
    probe.ending = endingOf(family, reply);
    probe.result = resultOf(family, reply, { sent: probe.sent, isLate: packet.isExpired });
    this.#changed(probe.ttl);
    if (reply.rttMs !== null) this.#waits.note(probe.ttl, reply.rttMs);
    else if (probe.sent === 1) this.#untimed.add(probe);
    this.#lastAnsweredTtl = Math.max(this.#lastAnsweredTtl, probe.ttl);
    const endIndex = endOf(this.#hops);
    this.#endTtl = endIndex === null ? null : this.#options.firstTtl + endIndex;
  }

  /** The packet never left: the probe is settled and says why. */
  onSendError(id: number, errno: string): void {
    const probe = this.#packets[id]?.probe;
    if (probe === undefined || probe.result !== null) return;
    this.#settle(probe);
    probe.result = { ...unsentProbe(errno), sent: probe.sent };
    this.#changed(probe.ttl);
    this.#refused += 1;
    // A host that let not one packet out refuses at every TTL; one that lets some out may lack descriptors or buffers.
    if (this.#refused < this.#packets.length || this.#refused < this.#options.queries) return;
    this.#isRefusedHere = true;
    for (const refused of this.#hops[0]?.probes ?? []) refused.ending = refusalOutcome(errno);
    this.#endTtl = this.#options.firstTtl;
  }

  /**
   * The deadline has come and every packet that had arrived by then has been told. Only this gives probes up: at any
   * other moment their replies may be waiting in the socket behind the one just read.
   */
  onDeadline(nowMs: number): void {
    for (const packet of this.#pending) {
      if (nowMs < this.#deadline(packet)) continue;
      packet.isExpired = true;
      this.#pending.delete(packet);
    }
  }

  /** Ends the trace with what is known. */
  stop(): void {
    this.#isStopped = true;
  }

  /** The highest TTL there is a hop for: the one that ended the trace, or the last that was asked. */
  lastTtl(): number {
    return Math.min(this.#limitTtl(), this.#options.firstTtl + this.#hops.length - 1);
  }

  /** Every hop asked, up to the one that ended the trace. */
  hops(): TraceHop[] {
    const hops: TraceHop[] = [];
    for (let ttl = this.#options.firstTtl; ttl <= this.lastTtl(); ttl += 1) hops.push(this.hop(ttl));
    return hops;
  }

  hop(ttl: number): TraceHop {
    const probes = this.#hopAt(ttl)?.probes ?? [];
    return {
      ttl,
      probes: probes.map((probe) => probe.result ?? { ...silentProbe, sent: probe.sent }),
      rateLimited: false,
    };
  }

  /** Grows whenever the hop's probes say something new. */
  changesOf(ttl: number): number {
    return this.#hopAt(ttl)?.changes ?? 0;
  }

  /** Whether nothing more is awaited from this hop, so that it can be shown. A late answer may still change it. */
  isSettled(ttl: number): boolean {
    const hop = this.#hopAt(ttl);
    if (hop === undefined || hop.probes.length < this.#options.queries) return false;
    if (isToBeAskedAgain(hop, this.#options.queries)) return false;
    for (const packet of this.#pending) if (packet.probe.ttl === ttl) return false;
    return true;
  }

  end(): TraceEnd {
    if (this.#endTtl !== null) {
      const outcome = outcomeAt(this.#hopAt(this.#endTtl));
      const isTarget = outcome === 'open' || outcome === 'closed';
      return {
        outcome,
        stoppedBy: isTarget ? 'destination' : 'unreachable',
        destinationTtl: this.#isRefusedHere ? null : this.#endTtl,
      };
    }
    if (this.#isStopped) return { outcome: 'interrupted', stoppedBy: 'abort', destinationTtl: null };
    const stoppedBy = this.#limitTtl() < this.#options.maxTtl ? 'gap-limit' : 'max-ttl';
    return { outcome: 'filtered', stoppedBy, destinationTtl: null };
  }

  /** No probe beyond this TTL can tell anything new as things stand. */
  #limitTtl(): number {
    const { gapLimit, maxTtl } = this.#options;
    const gap = gapLimit === 0 ? maxTtl : this.#lastAnsweredTtl + gapLimit;
    return Math.min(maxTtl, gap, this.#endTtl ?? maxTtl);
  }

  #hopAt(ttl: number): HopState | undefined {
    return this.#hops[ttl - this.#options.firstTtl];
  }

  /**
   * The next packet to send, and the earliest time for it; null when nothing can be sent before something happens.
   *
   * Hop by hop, as traceroute(8) does. One probe to each hop and then the second to each finds the end no sooner, because the
   * gap limit decides how far ahead may be asked, and leaves the repeats of the far hops for last: on simulated paths of 6
   * to 25 hops it took 1.0 to 1.4 times as long for as many packets.
   */
  #nextDue(nowMs: number): Due | null {
    const { firstTtl, queries, paris } = this.#options;
    const limit = this.#limitTtl();
    for (let ttl = firstTtl; ttl <= limit; ttl += 1) {
      const hop = this.#hopAt(ttl);
      if (hop === undefined) return { hop: this.#addHop(), probe: null, atMs: 0 };
      if (hop.probes.length < queries) {
        const atMs = paris
          ? repeatAtMs(hop, { isPending: this.#isPending(ttl), isEnd: this.#endTtl === ttl })
          : 0;
        if (atMs !== null) return { hop, probe: null, atMs };
      }
      const [first] = hop.probes;
      if (first !== undefined && isToBeAskedAgain(hop, queries) && !this.#isPending(ttl)) {
        return { hop, probe: first, atMs: 0 };
      }
    }
    // Only when all else has been sent.
    const untimed = this.#untimed.next(limit, nowMs);
    const hop = untimed === null ? undefined : this.#hopAt(untimed.probe.ttl);
    return untimed === null || hop === undefined ? null : { hop, ...untimed };
  }

  #isPending(ttl: number): boolean {
    for (const { probe } of this.#pending) if (probe.ttl === ttl) return true;
    return false;
  }

  #deadline({ probe, sentAtMs, isSecond }: PacketState): number {
    const wait = this.#waits.forTtl(probe.ttl);
    // Whatever made the first packets late is over by the second: half the wait tells loss from silence.
    return sentAtMs + (isSecond ? wait / 2 : wait);
  }

  #addHop(): HopState {
    const hop: HopState = { probes: [], isAskedAgain: false, changes: 0 };
    this.#hops.push(hop);
    return hop;
  }

  /** Sends a probe of this hop again, or a new one. */
  #send(hop: HopState, again: ProbeState | null, nowMs: number): ProbeRequest {
    const ttl = again?.ttl ?? this.#options.firstTtl + this.#hops.indexOf(hop);
    const probe = again ?? { ttl, ending: null, result: null, sentAtMs: nowMs, sent: 0 };
    if (again === null) hop.probes.push(probe);
    else if (again.result === null) hop.isAskedAgain = true;
    else again.result = { ...again.result, sent: 2 };
    probe.sentAtMs = nowMs;
    probe.sent += 1;
    const isSecond = again !== null;
    const packet = { probe, sentAtMs: nowMs, isSecond, isExpired: false, isAnswered: false };
    this.#pending.add(packet);
    this.#packets.push(packet);
    return { id: this.#packets.length - 1, ttl };
  }

  /** Nothing more is awaited of this probe. */
  #settle(probe: ProbeState): void {
    for (const packet of this.#pending) if (packet.probe === probe) this.#pending.delete(packet);
  }

  #amend(probe: ProbeState, changes: Partial<TraceProbe>): void {
    if (probe.result === null) return;
    probe.result = { ...probe.result, ...changes };
    this.#changed(probe.ttl);
  }

  #changed(ttl: number): void {
    const hop = this.#hopAt(ttl);
    if (hop !== undefined) hop.changes += 1;
  }
}

/** How an answer can end a path. */
export type Ending = Extract<TraceOutcome, 'open' | 'closed' | 'prohibited' | 'unreachable'>;

export interface ProbeState {
  ttl: number;
  ending: Ending | null;
  result: TraceProbe | null;
  /** When its latest packet was sent. */
  sentAtMs: number;
  sent: number;
}

export interface HopState {
  probes: ProbeState[];
  /** One of its probes was sent again, because all were silent. */
  isAskedAgain: boolean;
  /** Grows with every answer. */
  changes: number;
}

/** One SYN on the wire; a probe that was asked again has two. */
interface PacketState {
  probe: ProbeState;
  sentAtMs: number;
  isSecond: boolean;
  /** Its wait is over; a reply after that is late. */
  isExpired: boolean;
  isAnswered: boolean;
}
