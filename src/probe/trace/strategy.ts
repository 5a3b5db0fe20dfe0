import type { TargetQuery, TraceHop, TraceOutcome, TraceProbe, TraceStop } from '../../documents/trace.js';
import type { ProbeRequest, WireReply } from '../../net/wire/wire.js';
import { endingOf, type HopState, type ProbeState, refusalOutcome } from './hop-state.js';
import type { StrategyOptions } from './options.js';
import { Packets } from './packets.js';
import { type Due, hopByHop, overdueAfterMs, scoutsFirst } from './probe-order.js';
import { probeResult, unsentProbe } from './probe-result.js';
import { RefusedSends } from './refused-sends.js';
import { TargetAsker } from './target-query.js';
import { TracedPath } from './traced-path.js';
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

/** With fewer packets in flight, the SYNs of full TTL would take the place of too many probes. */
const fewestForTarget = 4;

/** The longest time that a packet waits to leave this host where the wire names none, milliseconds. */
const usualQueueMs = 2000;

/** The most packets in flight before anything has answered: a near target answers all of them. */
const blindWindow = 16;

/**
 * Packets after which answers are read before more are sent: those of near hops and of a near target have arrived by then, and
 * make further packets needless.
 */
const batch = 4;

/**
 * Decides which probe to send when, and when the trace is over. It is a pure state machine without sockets and timers, so
 * the same code runs on real and on simulated wires. Report every event to it, then call `next` and send the probes it
 * returns. Times are milliseconds of one monotonic clock. Ids count the packets sent, from 0.
 */
export class TraceStrategy {
  readonly #options: StrategyOptions;
  readonly #path: TracedPath;
  readonly #packets: Packets;
  readonly #waits: Waits;
  readonly #untimed = new UntimedProbes();
  readonly #target: TargetAsker;
  readonly #refusals = new RefusedSends<Due & { hop: HopState; probe: ProbeState }>();
  #nowMs = 0;
  /** Number of packets that this host refused to send. */
  #refused = 0;
  #hasAnyLeft = false;
  /** All hops below this TTL have all their probes and need no other packet. */
  #completeBelow: number;

  constructor(options: StrategyOptions) {
    this.#options = options;
    this.#waits = new Waits(options);
    const { longestQueueMs = usualQueueMs } = options;
    this.#target = new TargetAsker(options, this.#waits, longestQueueMs);
    this.#path = new TracedPath(options, this.#target);
    this.#packets = new Packets(this.#path, this.#waits, longestQueueMs);
    this.#completeBelow = options.firstTtl;
  }

  next(nowMs: number): Step {
    if (this.#path.isStopped) return { send: [], deadlineMs: null, isDone: true };
    this.#nowMs = nowMs;
    const send: ProbeRequest[] = [];
    let wakeAtMs = Number.POSITIVE_INFINITY;
    const most = this.#isSequential ? this.#options.parallel : batch;
    while (send.length < most) {
      const roomAtMs = this.#roomAtMs(nowMs);
      if (roomAtMs > nowMs) {
        wakeAtMs = roomAtMs;
        break;
      }
      if (this.#isTargetDue(nowMs) && !this.#isSequential) {
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
      send.push({ id: this.#packets.add(due.hop, due.probe, nowMs), ttl: due.hop.ttl });
    }
    const deadlineMs = this.#packets.firstDeadlineMs(this.#path.awaited());
    wakeAtMs = Math.min(wakeAtMs, deadlineMs, this.#targetWakeAtMs(nowMs));
    const isDone = wakeAtMs === Number.POSITIVE_INFINITY && send.length === 0;
    return { send, deadlineMs: isDone ? null : wakeAtMs, isDone };
  }

  /**
   * When there is room for another packet in flight. Packets that are overdue take no room, or silent hops would stop the trace;
   * but no more than twice the limit are waited for. Infinity: after the next answer or deadline.
   */
  #roomAtMs(nowMs: number): number {
    const isBlind = this.#path.lastAnsweredTtl < this.#options.firstTtl && this.#target.stage !== 'answered';
    const parallel = isBlind ? Math.min(blindWindow, this.#options.parallel) : this.#options.parallel;
    const forTarget = this.#target.countYoung(nowMs);
    const inFlight = this.#packets.inFlight + forTarget;
    if (inFlight < parallel) return nowMs;
    if (this.#isSequential || inFlight >= 2 * parallel) return Number.POSITIVE_INFINITY;
    const overdueMs = overdueAfterMs(this.#waits.slowestMs);
    const { count, firstMs } = this.#packets.sentAfter(nowMs - overdueMs);
    return count + forTarget < parallel ? nowMs : firstMs + overdueMs;
  }

  onReply(reply: WireReply): void {
    this.#refusals.retryNow();
    if (this.#target.has(reply.id)) {
      this.#target.onReply(reply, this.#nowMs);
      return;
    }
    const packet = this.#packets.at(reply.id);
    if (packet === null) return;
    const { probe } = packet;
    if (packet.isAnswered) {
      // A retransmitted SYN-ACK, or a packet duplicated on the path. The first reply counts.
      if (probe.result !== null) this.#amend(probe, { duplicates: probe.result.duplicates + 1 });
      return;
    }
    this.#packets.answer(packet);
    if (probe.result !== null) {
      if (probe.result.rttMs === null) this.#amend(probe, { rttMs: reply.rttMs });
      return;
    }
    this.#packets.settle(probe);
    const { family } = this.#options;
    probe.ending = endingOf(family, reply);
    probe.result = probeResult(family, reply, { sent: probe.sent, isLate: packet.isExpired });
    this.#changed(probe.ttl);
    if (reply.rttMs !== null) this.#waits.note(probe.ttl, reply.rttMs);
    else if (probe.sent === 1) this.#untimed.add(probe);
    this.#path.noteReply(probe.ttl);
    this.#packets.extend(this.#nowMs);
  }

  /** The packet with this id was handed to the system. If it was not refused by now, it has left this host. */
  onSent(id: number): void {
    if (this.#packets.at(id)?.isRefused !== false) return;
    this.#hasAnyLeft = true;
    this.#refusals.noteLeft();
  }

  /** The packet with this id waits to leave this host. Its wait begins when it does. */
  onQueued(id: number): void {
    const packet = this.#packets.at(id);
    if (packet !== null) packet.isQueued = true;
    else this.#target.onQueued(id);
  }

  /** A packet that may have been queued leaves this host now. Returns whether it was queued: then `next` has another deadline. */
  onLeft(id: number, nowMs: number): boolean {
    const packet = this.#packets.at(id);
    if (packet === null) return this.#target.onLeft(id, nowMs);
    if (!packet.isQueued) return false;
    packet.isQueued = false;
    packet.sentAtMs = nowMs;
    packet.probe.sentAtMs = nowMs;
    this.onSent(id);
    return true;
  }

  /** The packet with this id did not leave this host. `errno` is symbolic. */
  onSendError(id: number, errno: string): void {
    this.#refused += 1;
    if (this.#target.has(id)) {
      this.#target.onRefusal(id);
      return;
    }
    const packet = this.#packets.at(id);
    if (packet === null || packet.probe.result !== null) return;
    const { probe } = packet;
    const hop = this.#path.at(probe.ttl);
    packet.isRefused = true;
    this.#packets.settle(probe);
    probe.sent -= 1;
    const circumstances = { nowMs: this.#nowMs, hasAnyLeft: this.#hasAnyLeft };
    if (hop !== undefined && this.#refusals.add({ hop, probe, atMs: 0 }, errno, circumstances)) {
      this.#packets.countOpen(probe, 1);
      return;
    }
    // The first packet of the probe left this host and was not answered.
    if (probe.sent > 0) return;
    probe.result = { ...unsentProbe(errno), sent: 1 };
    this.#changed(probe.ttl);
    // If no packet at all left this host, it refuses at every TTL. If some left, it lacks ports, descriptors or buffers.
    if (this.#refused < this.#packets.count || this.#refused < this.#options.queries) return;
    for (const refused of this.#path.hops[0]?.probes ?? []) {
      refused.ending = refusalOutcome(errno);
      refused.result ??= { ...unsentProbe(errno), sent: 1 };
    }
    this.#refusals.clear();
    this.#path.refuseHere();
  }

  /**
   * The deadline is reached, and every packet that had arrived by then was reported. Only this method expires packets: at
   * any other time their replies may still be in the socket's queue. Returns the ids of the packets that expired.
   */
  onDeadline(nowMs: number): number[] {
    const expired = this.#packets.expire(nowMs);
    if (expired.length > 0) this.#refusals.retryNow();
    this.#target.onDeadline(nowMs);
    return expired;
  }

  /** Ends the trace with what is known. */
  stop(): void {
    this.#path.isStopped = true;
  }

  /** The highest TTL that has a hop: the one that ended the trace, or the highest one probed. */
  lastTtl(): number {
    return this.#path.lastTtl();
  }

  /** Every hop probed, up to the one that ended the trace. */
  hops(): TraceHop[] {
    return this.#path.documents();
  }

  hop(ttl: number): TraceHop {
    return this.#path.hop(ttl);
  }

  /** Number of changes to the hop's results; a greater number than before means news. */
  changesOf(ttl: number): number {
    return this.#path.changesOf(ttl);
  }

  /** Whether the hop has all its probes and none is in flight. A late reply can still change it. */
  isSettled(ttl: number): boolean {
    return this.#path.isSettled(ttl);
  }

  /** Whether anything but this host answered. */
  isAnyAnswered(): boolean {
    if (this.#target.stage === 'answered') return true;
    return this.#path.hops.some(({ probes }) => probes.some(({ result }) => result?.from != null));
  }

  end(): TraceEnd {
    return { ...this.#path.end(), target: this.#target.result() };
  }

  /** Whether it is time for a SYN of full TTL. */
  #isTargetDue(nowMs: number): boolean {
    const atMs = this.#target.nextSendAtMs();
    return atMs !== null && atMs <= nowMs && this.#path.reachedTtl === null && !this.#refusals.isWaiting;
  }

  /** Where the target is asked last: whether everything else is known, and the answer can still decide something. */
  #isTimeForLast(): boolean {
    if (!this.#isSequential) return true;
    return this.#packets.inFlight === 0 && this.#path.lastAnsweredTtl < this.#options.maxTtl;
  }

  /**
   * On one 5-tuple, SYNs of full TTL would hide the answers to others, and with very few packets in flight they would delay
   * them. There they are sent when nothing else is left, and all probes of a hop before those of the next one.
   */
  get #isSequential(): boolean {
    return this.#options.paris || this.#options.parallel < fewestForTarget;
  }

  /** When the target's query needs attention; infinity when never. */
  #targetWakeAtMs(nowMs: number): number {
    if (this.#path.reachedTtl !== null || this.#path.isLoop()) return Number.POSITIVE_INFINITY;
    const atMs = this.#target.wakeAtMs();
    // With all slots taken, the next reply or deadline wakes the trace.
    return atMs === null || (atMs <= nowMs && this.#target.nextSendAtMs() !== null)
      ? Number.POSITIVE_INFINITY
      : atMs;
  }

  #sendToTarget(nowMs: number): ProbeRequest {
    const id = this.#packets.addForTarget();
    this.#target.onSend(id, nowMs);
    return { id, ttl: this.#target.ttl, isForTarget: true };
  }

  /** The next packet to send, and the earliest time for it; null when nothing can be sent before another event. */
  #nextDue(nowMs: number): Due | null {
    const refused = this.#refusals.next(nowMs);
    if (refused !== null) {
      if (refused.atMs <= nowMs) this.#packets.countOpen(refused.probe, -1);
      return refused;
    }
    while (this.#isComplete(this.#completeBelow)) this.#completeBelow += 1;
    const { slowestMs } = this.#waits;
    const due = this.#isSequential
      ? hopByHop(this.#path, this.#options, this.#completeBelow)
      : scoutsFirst(this.#path, this.#options, {
          fromTtl: this.#completeBelow,
          nowMs,
          slowestMs,
          target: this.#target,
        });
    if (due !== null) return due;
    // These come after all other packets.
    const untimed = this.#untimed.next(this.#path.limitTtl(), nowMs);
    const hop = untimed === null ? undefined : this.#path.at(untimed.probe.ttl);
    return untimed === null || hop === undefined ? null : { hop, ...untimed };
  }

  /** Whether the hop needs no other packet. That the end moves down does not undo it. */
  #isComplete(ttl: number): boolean {
    const hop = this.#path.at(ttl);
    return hop !== undefined && hop.probes.length === this.#options.queries && this.#path.isSettled(ttl);
  }

  #amend(probe: ProbeState, changes: Partial<TraceProbe>): void {
    if (probe.result === null) return;
    probe.result = { ...probe.result, ...changes };
    this.#changed(probe.ttl);
  }

  #changed(ttl: number): void {
    const hop = this.#path.at(ttl);
    if (hop !== undefined) hop.changes += 1;
  }
}
