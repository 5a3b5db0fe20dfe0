import type { HopState, ProbeState } from './hop-state.js';
import type { TracedPath } from './traced-path.js';
import type { Waits } from './wait.js';

/** One SYN on the wire. */
export interface PacketState {
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
  /** It waits to leave this host. */
  isQueued: boolean;
}

/** The packets of a trace: which are in flight, which have expired, and how many of each probe and hop are open. */
export class Packets {
  readonly #path: TracedPath;
  readonly #waits: Waits;
  readonly #longestQueueMs: number;
  /** By id; null for SYNs of the target's query. */
  readonly #byId: (PacketState | null)[] = [];
  /** In flight: sent, not answered, not expired. Never more than `parallel`. */
  readonly #pending = new Set<PacketState>();
  /** Expired and not answered. */
  readonly #expired = new Set<PacketState>();

  /** `longestQueueMs`: how long a packet may wait to leave this host. A queue that does not move is not waited for for ever. */
  constructor(path: TracedPath, waits: Waits, longestQueueMs: number) {
    this.#path = path;
    this.#waits = waits;
    this.#longestQueueMs = longestQueueMs;
  }

  /** Number of packets made, those of the target's query included. It is the id of the next one. */
  get count(): number {
    return this.#byId.length;
  }

  get inFlight(): number {
    return this.#pending.size;
  }

  /** null for the packets of the target's query, and for ids that no packet has. */
  at(id: number): PacketState | null {
    return this.#byId[id] ?? null;
  }

  /** The id of a SYN of the target's query, which keeps its own account. */
  addForTarget(): number {
    return this.#byId.push(null) - 1;
  }

  /** Makes the packet of a new probe, or the second packet of `again`. Returns its id. */
  add(hop: HopState, again: ProbeState | null, nowMs: number): number {
    const { ttl } = hop;
    const id = this.count;
    const probe = again ?? { ttl, ending: null, result: null, sentAtMs: nowMs, sent: 0, open: 0, order: id };
    const isSecond = probe.sent > 0;
    if (again === null) hop.probes.push(probe);
    else if (again.result !== null) again.result = { ...again.result, sent: 2 };
    else if (isSecond) hop.isRetried = true;
    probe.sentAtMs = nowMs;
    probe.sent += 1;
    this.countOpen(probe, 1);
    const states = { isSecond, isExpired: false, isAnswered: false, isRefused: false, isQueued: false };
    const packet = { id, probe, sentAtMs: nowMs, ...states };
    this.#pending.add(packet);
    this.#byId.push(packet);
    return id;
  }

  /** The packets in flight that were sent after `fromMs`: how many there are, and when the first of them was sent. */
  sentAfter(fromMs: number): { count: number; firstMs: number } {
    let [count, firstMs] = [0, Number.POSITIVE_INFINITY];
    for (const { sentAtMs } of this.#pending) {
      if (sentAtMs <= fromMs) continue;
      count += 1;
      firstMs = Math.min(firstMs, sentAtMs);
    }
    return { count, firstMs };
  }

  /** When the first of the packets in flight expires whose probe is awaited; infinity when there is none. */
  firstDeadlineMs(isAwaited: (probe: ProbeState) => boolean): number {
    let firstMs = Number.POSITIVE_INFINITY;
    for (const packet of this.#pending)
      if (isAwaited(packet.probe)) firstMs = Math.min(firstMs, this.#deadlineMs(packet));
    return firstMs;
  }

  /** Expires the packets in flight whose wait is over, and returns their ids. */
  expire(nowMs: number): number[] {
    const expired: number[] = [];
    for (const packet of this.#pending) {
      if (nowMs < this.#deadlineMs(packet)) continue;
      packet.isExpired = true;
      this.#close(packet);
      this.#expired.add(packet);
      expired.push(packet.id);
    }
    return expired;
  }

  /** Longer waits than before put packets that expired too early in flight again. They stay late. */
  extend(nowMs: number): void {
    for (const packet of this.#expired) {
      const { probe } = packet;
      if (probe.result !== null) this.#expired.delete(packet);
      else if (nowMs < this.#deadlineMs(packet)) {
        this.#expired.delete(packet);
        this.#pending.add(packet);
        this.countOpen(probe, 1);
      }
    }
  }

  /** The packet was answered: nothing waits for it any more. */
  answer(packet: PacketState): void {
    packet.isAnswered = true;
    this.#close(packet);
    this.#expired.delete(packet);
  }

  /** No packet of this probe is in flight any more. */
  settle(probe: ProbeState): void {
    for (const packet of this.#pending) if (packet.probe === probe) this.#close(packet);
  }

  /** Counts the packets that a probe and its hop have in flight, or have to send again. */
  countOpen(probe: ProbeState, change: 1 | -1): void {
    const hop = this.#path.at(probe.ttl);
    probe.open += change;
    if (hop !== undefined) hop.open += change;
  }

  #close(packet: PacketState): void {
    if (this.#pending.delete(packet)) this.countOpen(packet.probe, -1);
  }

  #deadlineMs({ probe, sentAtMs, isSecond, isQueued }: PacketState): number {
    if (isQueued) return sentAtMs + this.#longestQueueMs;
    const waitMs = this.#waits.forTtl(probe.ttl);
    // The cause that delays the first packets of a path is gone by the second one, so half the wait is enough.
    return sentAtMs + (isSecond ? waitMs / 2 : waitMs);
  }
}
