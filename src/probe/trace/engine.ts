import type { ProbeRequest, WireReply } from '../../wire/wire.js';
import { annotationOf, outcomeOf } from './annotation.js';
import { silentProbe, unsentProbe } from './probe-result.js';
import type { TraceHop, TraceOutcome, TraceProbe, TraceStop } from './types.js';
import { waitMs } from './wait.js';

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

type Ending = Extract<TraceOutcome, 'open' | 'closed' | 'prohibited' | 'unreachable'>;

interface ProbeState {
  ttl: number;
  sentAtMs: number;
  /** Its wait is over; a reply after that is late. */
  isExpired: boolean;
  /** It was sent a second time, because its whole hop and all behind it were silent. */
  isAskedAgain: boolean;
  ending: Ending | null;
  result: TraceProbe | null;
}

/** Of several kinds of end at one TTL, the one that says most about the target. */
const endingRank: Ending[] = ['open', 'closed', 'prohibited', 'unreachable'];

/**
 * The trace as a pure state machine: it owns no socket and no timer, so the same code runs on real wires and on the
 * simulated one. Tell it of every event, call `next` after each, send what it returns. Times are milliseconds of one
 * monotonic clock. Ids count the packets sent, up from 0.
 */
export class TraceEngine {
  readonly #options: EngineOptions;
  /** In order of TTL, `queries` for each hop. */
  readonly #probes: ProbeState[] = [];
  /** By the id of each packet sent: a probe that was asked again has two. */
  readonly #sent: ProbeState[] = [];
  /** Sent, not answered and not given up: never many more than `parallel`, however long the path. */
  readonly #pending = new Set<ProbeState>();
  readonly #slowest = new Map<number, number>();
  #lastAnsweredTtl: number;
  /** Of the hop that ends the path as far as is known. */
  #endTtl: number | null = null;
  #isStopped = false;
  #refused = 0;
  #isRefusedHere = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#lastAnsweredTtl = options.firstTtl - 1;
  }

  next(nowMs: number): Step {
    const idle = { send: [], deadlineMs: null, isDone: true };
    if (this.#isStopped) return idle;
    const send = this.#due(nowMs);
    if (send.length === 0 && this.#waiting().length === 0) send.push(...this.#askTailAgain(nowMs));
    const waiting = this.#waiting();
    if (waiting.length === 0) return idle;
    const deadlineMs = Math.min(...waiting.map((probe) => this.#deadline(probe)));
    return { send, deadlineMs, isDone: false };
  }

  onReply(reply: WireReply): void {
    const probe = this.#sent[reply.id];
    // A second answer to one probe is the target's SYN-ACK sent again or a duplicate on the path: the first counts.
    if (probe === undefined || probe.result !== null) return;
    const { family } = this.#options;
    this.#pending.delete(probe);
    probe.ending = endingOf(family, reply);
    probe.result = {
      ...silentProbe,
      reply: reply.kind,
      from: reply.from,
      rttMs: reply.rttMs,
      icmp: reply.icmp === null ? null : { type: reply.icmp.type, code: reply.icmp.code },
      annotation:
        reply.icmp === null || reply.kind !== 'unreachable' ? null : annotationOf(family, reply.icmp),
      mpls: reply.mpls,
      late: probe.isExpired,
      nat: reply.nat,
    };
    this.#slowest.set(probe.ttl, Math.max(reply.rttMs, this.#slowest.get(probe.ttl) ?? 0));
    this.#lastAnsweredTtl = Math.max(this.#lastAnsweredTtl, probe.ttl);
    this.#endTtl = this.#findEnd();
  }

  /** The packet never left: the probe is settled and says why. */
  onSendError(id: number, errno: string): void {
    const probe = this.#sent[id];
    if (probe === undefined || probe.result !== null) return;
    this.#pending.delete(probe);
    probe.result = unsentProbe(errno);
    this.#refused += 1;
    // A host that let not one packet out refuses at every TTL; one that lets some out may lack descriptors or buffers.
    if (this.#refused < this.#sent.length || this.#refused < this.#options.queries) return;
    this.#isRefusedHere = true;
    for (const refused of this.#probesOf(this.#options.firstTtl)) refused.ending = refusalOutcome(errno);
    this.#endTtl = this.#options.firstTtl;
  }

  /**
   * The deadline has come and every packet that had arrived by then has been told. Only this gives probes up: at any
   * other moment their replies may be waiting in the socket behind the one just read.
   */
  onDeadline(nowMs: number): void {
    for (const probe of this.#pending) {
      if (nowMs < this.#deadline(probe)) continue;
      probe.isExpired = true;
      this.#pending.delete(probe);
    }
  }

  /** Ends the trace with what is known. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Every hop asked, up to the one that ended the trace. */
  hops(): TraceHop[] {
    const hops: TraceHop[] = [];
    const last = Math.min(this.#limitTtl(), this.#probes.at(-1)?.ttl ?? 0);
    for (let ttl = this.#options.firstTtl; ttl <= last; ttl += 1) hops.push(this.hop(ttl));
    return hops;
  }

  hop(ttl: number): TraceHop {
    return {
      ttl,
      probes: this.#probesOf(ttl).map((probe) => probe.result ?? silentProbe),
      rateLimited: false,
    };
  }

  /** Whether nothing more is awaited from this hop, so that it can be shown for good. */
  isSettled(ttl: number): boolean {
    const probes = this.#probesOf(ttl);
    return probes.length === this.#options.queries && !probes.some((probe) => this.#pending.has(probe));
  }

  end(): TraceEnd {
    if (this.#endTtl !== null) {
      const endings = this.#probes.filter((probe) => probe.ttl === this.#endTtl).map((probe) => probe.ending);
      const outcome = endingRank.find((ending) => endings.includes(ending)) ?? 'unreachable';
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

  /**
   * The lowest TTL that reached the target; else the lowest at which nothing but unreachables came. One of several paths
   * may be broken: where another probe of the same hop was passed on, an unreachable ends nothing.
   */
  #findEnd(): number | null {
    let blocked: number | null = null;
    for (let ttl = this.#options.firstTtl; ttl <= this.#lastAnsweredTtl; ttl += 1) {
      const answered = this.#probesOf(ttl).filter(({ result }) => result?.from != null);
      if (answered.some(({ ending }) => ending === 'open' || ending === 'closed')) return ttl;
      const isBlocked = answered.length > 0 && answered.every(({ ending }) => ending !== null);
      if (isBlocked) blocked ??= ttl;
    }
    return blocked;
  }

  /** No probe beyond this TTL can tell anything new as things stand. */
  #limitTtl(): number {
    const { gapLimit, maxTtl } = this.#options;
    const gap = gapLimit === 0 ? maxTtl : this.#lastAnsweredTtl + gapLimit;
    return Math.min(maxTtl, gap, this.#endTtl ?? maxTtl);
  }

  #probesOf(ttl: number): ProbeState[] {
    const { firstTtl, queries } = this.#options;
    return this.#probes.slice((ttl - firstTtl) * queries, (ttl - firstTtl + 1) * queries);
  }

  #waiting(): ProbeState[] {
    const limit = this.#limitTtl();
    return [...this.#pending].filter((probe) => probe.ttl <= limit);
  }

  #deadline(probe: ProbeState): number {
    const wait = waitMs(probe.ttl, this.#slowest, this.#options.maxWaitMs);
    // Whatever made the first packets late is over by the second: half the wait tells loss from silence.
    return probe.sentAtMs + (probe.isAskedAgain ? wait / 2 : wait);
  }

  #due(nowMs: number): ProbeRequest[] {
    const { firstTtl, queries, parallel } = this.#options;
    const send: ProbeRequest[] = [];
    while (this.#pending.size < parallel) {
      const ttl = firstTtl + Math.floor(this.#probes.length / queries);
      if (ttl > this.#limitTtl()) break;
      const probe: ProbeState = {
        ttl,
        sentAtMs: nowMs,
        isExpired: false,
        isAskedAgain: false,
        ending: null,
        result: null,
      };
      this.#probes.push(probe);
      send.push(this.#sending(probe, nowMs));
    }
    return send;
  }

  /**
   * Before a silent tail ends the trace each of its hops is asked once more: the first packets towards a neighbour
   * that is not yet resolved, or through a limiter that is empty, are lost together (measured in a cold IPv6 lab).
   */
  #askTailAgain(nowMs: number): ProbeRequest[] {
    if (this.#endTtl !== null) return [];
    const send: ProbeRequest[] = [];
    for (let ttl = this.#lastAnsweredTtl + 1; ttl <= this.#limitTtl(); ttl += 1) {
      const [probe] = this.#probesOf(ttl);
      if (probe === undefined || probe.isAskedAgain || probe.result !== null) continue;
      probe.isAskedAgain = true;
      probe.isExpired = false;
      send.push(this.#sending(probe, nowMs));
    }
    return send;
  }

  #sending(probe: ProbeState, nowMs: number): ProbeRequest {
    probe.sentAtMs = nowMs;
    this.#pending.add(probe);
    this.#sent.push(probe);
    return { id: this.#sent.length - 1, ttl: probe.ttl };
  }
}

/** What a send this host itself refused makes of the trace: its own policy said no, or it knows no way. */
export function refusalOutcome(errno: string): 'prohibited' | 'unreachable' {
  return errno === 'EPERM' || errno === 'EACCES' ? 'prohibited' : 'unreachable';
}

/** The kind of the reply decides, never its sender: behind an address translator every hop answers as the target. */
function endingOf(family: 4 | 6, reply: WireReply): Ending | null {
  if (reply.kind === 'syn-ack') return 'open';
  if (reply.kind === 'rst') return 'closed';
  if (reply.kind === 'time-exceeded' || reply.icmp === null) return null;
  return outcomeOf(family, reply.icmp);
}
