import {
  routingLoop,
  silentProbe,
  type TargetQuery,
  type TraceHop,
  type TraceOutcome,
  type TraceProbe,
  type TraceStop,
} from '../../documents/trace.js';
import type { ProbeRequest, WireReply } from '../../net/wire/wire.js';
import {
  blockedAt,
  endingOf,
  type HopState,
  isUnsent,
  needsRetry,
  outcomeAt,
  type ProbeState,
  reachedAt,
  refusalOutcome,
  repeatAtMs,
} from './hop-state.js';
import type { StrategyOptions } from './options.js';
import { probeResult, unsentProbe } from './probe-result.js';
import { RefusedSends } from './refused-sends.js';
import { TargetAsker } from './target-query.js';
import { UntimedProbes, Waits } from './wait.js';

/** What to do now. */
export interface Step {
  send: ProbeRequest[];
  /** When to call `onDeadline` unless another event comes first; null when done. */
  deadlineMs: number | null;
  isDone: boolean;
}

/** How the trace ended. */
export interface TraceEnd {
  outcome: TraceOutcome;
  stoppedBy: TraceStop;
  destinationTtl: number | null;
  target: TargetQuery | null;
}

/** One SYN on the wire. */
interface PacketState {
  id: number;
  probe: ProbeState;
  sentAtMs: number;
  /** The second packet of its probe. */
  isSecond: boolean;
  /** Its wait is over; a reply after that is late. */
  isExpired: boolean;
  isAnswered: boolean;
  /** It did not leave this host. */
  isRefused: boolean;
}

/** The next packet to send: a new probe, or `probe` once more. */
interface Due {
  hop: HopState;
  probe: ProbeState | null;
  /** The earliest time to send it. */
  atMs: number;
}

/** With fewer packets in flight, the SYNs of full TTL would take the place of too many probes. */
const fewestForTarget = 4;

/**
 * Decides which probe to send when, and when the trace is over. It is a pure state machine without sockets and timers, so
 * the same code runs on real and on simulated wires. Report every event to it, then call `next` and send the probes it
 * returns. Times are milliseconds of one monotonic clock. Ids count the packets sent, from 0.
 */
export class TraceStrategy {
  readonly #options: StrategyOptions;
  /** In order of TTL, from the first. */
  readonly #hops: HopState[] = [];
  /** By id; null for SYNs of the target's query. */
  readonly #packets: (PacketState | null)[] = [];
  /** In flight: sent, not answered, not expired. Never more than `parallel`. */
  readonly #pending = new Set<PacketState>();
  /** Expired and not answered. */
  readonly #expired = new Set<PacketState>();
  readonly #waits: Waits;
  readonly #untimed = new UntimedProbes();
  readonly #target: TargetAsker;
  readonly #refusals = new RefusedSends<Due & { hop: HopState; probe: ProbeState }>();
  #nowMs = 0;
  #lastAnsweredTtl: number;
  /** TTL of the first hop that reached the target, or that refused every packet. */
  #reachedTtl: number | null = null;
  /** TTL of the first hop that answers with unreachables alone; the answer to the target's query confirms or refutes it. */
  #blockedTtl: number | null = null;
  #isStopped = false;
  /** Number of packets that this host refused to send. */
  #refused = 0;
  #isRefusedHere = false;
  #hasAnyLeft = false;
  /** All hops below this TTL have all their probes and need no other packet. */
  #completeBelow: number;

  constructor(options: StrategyOptions) {
    this.#options = options;
    this.#waits = new Waits(options);
    this.#target = new TargetAsker(options.family, options.maxTtl, this.#waits);
    this.#lastAnsweredTtl = options.firstTtl - 1;
    this.#completeBelow = options.firstTtl;
  }

  next(nowMs: number): Step {
    if (this.#isStopped) return { send: [], deadlineMs: null, isDone: true };
    this.#nowMs = nowMs;
    const send: ProbeRequest[] = [];
    let wakeAtMs = Number.POSITIVE_INFINITY;
    while (this.#pending.size + this.#target.countYoung(nowMs) < this.#options.parallel) {
      if (this.#isTargetDue(nowMs) && this.#isTurnOfTarget()) {
        send.push(this.#sendToTarget(nowMs));
        continue;
      }
      const due = this.#nextDue(nowMs);
      if (due === null) {
        if (!this.#isTargetDue(nowMs) || !this.#isTimeForLast()) break;
        send.push(this.#sendToTarget(nowMs));
        continue;
      }
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
    wakeAtMs = Math.min(wakeAtMs, this.#targetWakeAtMs(nowMs));
    const isDone = wakeAtMs === Number.POSITIVE_INFINITY;
    return { send, deadlineMs: isDone ? null : wakeAtMs, isDone };
  }

  onReply(reply: WireReply): void {
    this.#refusals.retryNow();
    if (this.#target.has(reply.id)) {
      this.#target.onReply(reply, this.#nowMs);
      return;
    }
    const packet = this.#packets[reply.id];
    if (packet == null) return;
    const { probe } = packet;
    if (packet.isAnswered) {
      // A retransmitted SYN-ACK, or a packet duplicated on the path. The first reply counts.
      if (probe.result !== null) this.#amend(probe, { duplicates: probe.result.duplicates + 1 });
      return;
    }
    packet.isAnswered = true;
    this.#close(packet);
    this.#expired.delete(packet);
    if (probe.result !== null) {
      if (probe.result.rttMs === null) this.#amend(probe, { rttMs: reply.rttMs });
      return;
    }
    this.#settle(probe);
    const { family } = this.#options;
    probe.ending = endingOf(family, reply);
    probe.result = probeResult(family, reply, { sent: probe.sent, isLate: packet.isExpired });
    this.#changed(probe.ttl);
    if (reply.rttMs !== null) this.#waits.note(probe.ttl, reply.rttMs);
    else if (probe.sent === 1) this.#untimed.add(probe);
    this.#lastAnsweredTtl = Math.max(this.#lastAnsweredTtl, probe.ttl);
    this.#findEnd();
    this.#extendWaits();
  }

  /** Round trips that are longer than those before give packets that expired too early more time. They stay late. */
  #extendWaits(): void {
    for (const packet of this.#expired) {
      const { probe } = packet;
      if (probe.result !== null) this.#expired.delete(packet);
      else if (this.#nowMs < this.#deadline(packet)) {
        this.#expired.delete(packet);
        this.#pending.add(packet);
        const hop = this.#hopAt(probe.ttl);
        if (hop !== undefined) hop.open += 1;
      }
    }
  }

  #findEnd(): void {
    const { firstTtl } = this.#options;
    const reached = reachedAt(this.#hops);
    const blocked = blockedAt(this.#hops);
    this.#reachedTtl = reached === null ? null : firstTtl + reached;
    this.#blockedTtl = blocked === null ? null : firstTtl + blocked;
  }

  /** The packet with this id was handed to the system. If it was not refused by now, it has left this host. */
  onSent(id: number): void {
    if (this.#packets[id]?.isRefused === false) this.#hasAnyLeft = true;
  }

  /** The packet with this id did not leave this host. `errno` is symbolic. */
  onSendError(id: number, errno: string): void {
    this.#refused += 1;
    if (this.#target.has(id)) {
      this.#target.onRefusal(id);
      return;
    }
    const packet = this.#packets[id];
    if (packet == null || packet.probe.result !== null) return;
    const { probe } = packet;
    const hop = this.#hopAt(probe.ttl);
    packet.isRefused = true;
    this.#settle(probe);
    probe.sent -= 1;
    const circumstances = { nowMs: this.#nowMs, hasAnyLeft: this.#hasAnyLeft };
    if (hop !== undefined && this.#refusals.add({ hop, probe, atMs: 0 }, errno, circumstances)) {
      hop.open += 1;
      return;
    }
    // The first packet of the probe left this host and was not answered.
    if (probe.sent > 0) return;
    probe.result = { ...unsentProbe(errno), sent: 1 };
    this.#changed(probe.ttl);
    // If no packet at all left this host, it refuses at every TTL. If some left, it lacks ports, descriptors or buffers.
    if (this.#refused < this.#packets.length || this.#refused < this.#options.queries) return;
    this.#isRefusedHere = true;
    for (const refused of this.#hops[0]?.probes ?? []) {
      refused.ending = refusalOutcome(errno);
      refused.result ??= { ...unsentProbe(errno), sent: 1 };
    }
    this.#refusals.clear();
    this.#reachedTtl = this.#options.firstTtl;
  }

  /**
   * The deadline is reached, and every packet that had arrived by then was reported. Only this method expires packets: at
   * any other time their replies may still be in the socket's queue. Returns the ids of the packets that expired.
   */
  onDeadline(nowMs: number): number[] {
    const expired: number[] = [];
    for (const packet of this.#pending) {
      if (nowMs < this.#deadline(packet)) continue;
      packet.isExpired = true;
      this.#close(packet);
      this.#expired.add(packet);
      expired.push(packet.id);
    }
    if (expired.length > 0) this.#refusals.retryNow();
    this.#target.onDeadline(nowMs);
    return expired;
  }

  /** Ends the trace with what is known. */
  stop(): void {
    this.#isStopped = true;
  }

  /** The highest TTL that has a hop: the one that ended the trace, or the highest one probed. */
  lastTtl(): number {
    return Math.min(this.#limitTtl(), this.#options.firstTtl + this.#hops.length - 1);
  }

  /** Every hop probed, up to the one that ended the trace. */
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

  /** Number of changes to the hop's results; a greater number than before means news. */
  changesOf(ttl: number): number {
    return this.#hopAt(ttl)?.changes ?? 0;
  }

  /** Whether the hop has all its probes and none is in flight. A late reply can still change it. */
  isSettled(ttl: number): boolean {
    const hop = this.#hopAt(ttl);
    if (hop === undefined || hop.probes.length < this.#options.queries) return false;
    return !needsRetry(hop, this.#options.queries) && hop.open === 0;
  }

  /** Whether anything but this host answered. */
  isAnyAnswered(): boolean {
    if (this.#target.stage === 'answered') return true;
    return this.#hops.some(({ probes }) => probes.some(({ result }) => result?.from != null));
  }

  end(): TraceEnd {
    const target = this.#target.result();
    const endTtl = this.#endTtl();
    if (endTtl !== null) {
      const outcome = outcomeAt(this.#hopAt(endTtl));
      const isTarget = outcome === 'open' || outcome === 'closed';
      return {
        outcome,
        stoppedBy: isTarget ? 'destination' : 'unreachable',
        destinationTtl: this.#isRefusedHere ? null : endTtl,
        target,
      };
    }
    if (this.#isStopped) return { outcome: 'interrupted', stoppedBy: 'abort', destinationTtl: null, target };
    const stoppedBy = this.#limitTtl() < this.#options.maxTtl ? 'gap-limit' : 'max-ttl';
    return { outcome: this.#outcomeWithoutEnd(), stoppedBy, destinationTtl: null, target };
  }

  /** The outcome where no hop ended the path. */
  #outcomeWithoutEnd(): TraceOutcome {
    const { stage, ending } = this.#target;
    if (ending === 'prohibited' || ending === 'unreachable' || this.#isBehindWire())
      return ending ?? 'not-reached';
    if (this.#isLoop()) return 'filtered';
    if (this.#target.result() === null) return 'not-reached';
    if (stage === 'silent') return 'filtered';
    // The SYNs of full TTL expired: they travel in a circle.
    if (stage === 'answered' && ending === null) return 'filtered';
    return 'not-reached';
  }

  /** The packets travel in a circle up to the last hop, so no TTL brings them to the target. */
  #isLoop(): boolean {
    const { maxTtl } = this.#options;
    return this.#lastAnsweredTtl === maxTtl && this.isSettled(maxTtl) && routingLoop(this.hops()) !== null;
  }

  /** The target answers, but later than the wire can see at any of its hops. */
  #isBehindWire(): boolean {
    const { longestRttMs } = this.#options;
    if (longestRttMs === undefined || !this.#target.isReached) return false;
    return this.#target.elapsedMs > 0.9 * longestRttMs;
  }

  /** TTL of the hop that ends the path, as far as is known. */
  #endTtl(): number | null {
    if (this.#reachedTtl !== null || this.#blockedTtl === null) return this.#reachedTtl;
    const { stage, ending, isReached } = this.#target;
    if (ending !== null) return isReached ? null : this.#blockedTtl;
    if (this.#isStopped) return this.#blockedTtl;
    return stage === 'silent' && !this.#isForwarding(this.#blockedTtl) ? this.#blockedTtl : null;
  }

  /**
   * Whether the router that answered every probe of this hop with an unreachable answered none of the packets of higher
   * TTLs, which it would have to reject as well: it treats only expiring packets like that, and forwards the others.
   */
  #isForwarding(blockedTtl: number): boolean {
    const hops = this.#hops.slice(blockedTtl - this.#options.firstTtl);
    const [rejecting, ...behind] = hops.map(({ probes }) => probes.map(({ result }) => result?.from != null));
    if (rejecting === undefined || behind.length === 0) return false;
    return rejecting.length > 1 && rejecting.every(Boolean) && !behind.flat().some(Boolean);
  }

  /** The highest TTL that is worth a probe, as far as is known. */
  #limitTtl(): number {
    const { maxTtl } = this.#options;
    return Math.min(maxTtl, this.#gapTtl(), this.#endTtl() ?? maxTtl);
  }

  /**
   * The TTL at which the gap limit ends the trace. Hops whose packets this host refused to send are not silent, and a gap
   * does not count where the target, or a router that rejects, is known to answer.
   */
  #gapTtl(): number {
    const { gapLimit, maxTtl } = this.#options;
    if (gapLimit === 0 || (this.#target.ending !== null && !this.#isBehindWire())) return maxTtl;
    let ttl = this.#lastAnsweredTtl;
    for (let silent = 0; silent < gapLimit && ttl < maxTtl; ttl += 1) {
      const hop = this.#hopAt(ttl + 1);
      if (hop === undefined || !isUnsent(hop)) silent += 1;
    }
    return ttl;
  }

  /** Whether it is time for a SYN of full TTL. */
  #isTargetDue(nowMs: number): boolean {
    const atMs = this.#target.nextSendAtMs();
    return atMs !== null && atMs <= nowMs && this.#reachedTtl === null && !this.#refusals.isWaiting;
  }

  /** Whether it goes out before the probes that are due: the first one is the last packet of the first wave. */
  #isTurnOfTarget(): boolean {
    if (this.#isTargetLast) return false;
    return this.#target.stage !== 'idle' || this.#pending.size === this.#options.parallel - 1;
  }

  /** Where the target is asked last: whether everything else is known, and the answer can still decide something. */
  #isTimeForLast(): boolean {
    if (!this.#isTargetLast) return true;
    return this.#pending.size === 0 && this.#lastAnsweredTtl < this.#options.maxTtl;
  }

  /**
   * On one 5-tuple, SYNs of full TTL would hide the answers to others, and with very few packets in flight they would delay
   * them. There they are sent when nothing else is left.
   */
  get #isTargetLast(): boolean {
    return this.#options.paris || this.#options.parallel < fewestForTarget;
  }

  /** When the target's query needs attention; infinity when never. */
  #targetWakeAtMs(nowMs: number): number {
    if (this.#reachedTtl !== null || this.#isLoop()) return Number.POSITIVE_INFINITY;
    const atMs = this.#target.wakeAtMs();
    // With all slots taken, the next reply or deadline wakes the trace.
    return atMs === null || (atMs <= nowMs && this.#target.nextSendAtMs() !== null)
      ? Number.POSITIVE_INFINITY
      : atMs;
  }

  #sendToTarget(nowMs: number): ProbeRequest {
    const id = this.#packets.length;
    this.#packets.push(null);
    this.#target.onSend(id, nowMs);
    return { id, ttl: this.#target.ttl, isForTarget: true };
  }

  #hopAt(ttl: number): HopState | undefined {
    return this.#hops[ttl - this.#options.firstTtl];
  }

  /**
   * The next packet to send, and the earliest time for it; null when nothing can be sent before another event.
   *
   * All probes of a hop are sent before those of the next one, as traceroute(8) does. The other order, the first probe of
   * each hop and then the second, does not find the end sooner, because the gap limit bounds how far ahead a probe may go,
   * and it leaves the repeats of the far hops for last. On simulated paths of 6 to 25 hops it took 1.0 to 1.4 times as
   * long with the same number of packets.
   */
  #nextDue(nowMs: number): Due | null {
    const refused = this.#refusals.next(nowMs);
    if (refused !== null) {
      if (refused.atMs <= nowMs) refused.hop.open -= 1;
      return refused;
    }
    const { queries, paris } = this.#options;
    const limit = this.#limitTtl();
    for (let ttl = this.#completeBelow; ttl <= limit; ttl += 1) {
      const hop = this.#hopAt(ttl);
      if (hop === undefined) return { hop: this.#addHop(), probe: null, atMs: 0 };
      if (hop.probes.length < queries) {
        const atMs = paris
          ? repeatAtMs(hop, { isPending: hop.open > 0, isEnd: this.#reachedTtl === ttl })
          : 0;
        if (atMs !== null) return { hop, probe: null, atMs };
      }
      const [first] = hop.probes;
      if (first !== undefined && needsRetry(hop, queries) && hop.open === 0) {
        return { hop, probe: first, atMs: 0 };
      }
      const isComplete = hop.probes.length === queries && hop.open === 0;
      if (ttl === this.#completeBelow && isComplete) this.#completeBelow += 1;
    }
    // These come after all other packets.
    const untimed = this.#untimed.next(limit, nowMs);
    const hop = untimed === null ? undefined : this.#hopAt(untimed.probe.ttl);
    return untimed === null || hop === undefined ? null : { hop, ...untimed };
  }

  #deadline({ probe, sentAtMs, isSecond }: PacketState): number {
    const wait = this.#waits.forTtl(probe.ttl);
    // The cause that delays the first packets of a path is gone by the second one, so half the wait is enough.
    return sentAtMs + (isSecond ? wait / 2 : wait);
  }

  #addHop(): HopState {
    const hop: HopState = { probes: [], isRetried: false, changes: 0, open: 0 };
    this.#hops.push(hop);
    return hop;
  }

  /** Makes the packet of a new probe, or the second packet of `again`. */
  #send(hop: HopState, again: ProbeState | null, nowMs: number): ProbeRequest {
    const ttl = again?.ttl ?? this.#options.firstTtl + this.#hops.indexOf(hop);
    const probe = again ?? { ttl, ending: null, result: null, sentAtMs: nowMs, sent: 0 };
    const isSecond = probe.sent > 0;
    if (again === null) hop.probes.push(probe);
    else if (again.result !== null) again.result = { ...again.result, sent: 2 };
    else if (isSecond) hop.isRetried = true;
    probe.sentAtMs = nowMs;
    probe.sent += 1;
    hop.open += 1;
    const id = this.#packets.length;
    const packet = {
      id,
      probe,
      sentAtMs: nowMs,
      isSecond,
      isExpired: false,
      isAnswered: false,
      isRefused: false,
    };
    this.#pending.add(packet);
    this.#packets.push(packet);
    return { id, ttl };
  }

  /** No packet of this probe is in flight any more. */
  #settle(probe: ProbeState): void {
    for (const packet of this.#pending) if (packet.probe === probe) this.#close(packet);
  }

  /** The packet is not in flight any more. */
  #close(packet: PacketState): void {
    const hop = this.#hopAt(packet.probe.ttl);
    if (this.#pending.delete(packet) && hop !== undefined) hop.open -= 1;
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
