import { nowMs } from '../../core/clock.js';
import { type Libc, SystemCallError } from '../../net/libc/load.js';
import { packetPace } from '../../net/wire/pace.js';
import { type ConnectEnd, type ConnectRequest, type RunningConnect, startConnect } from './kernel-connect.js';

/**
 * Starts a connection as startConnect() does, and while it is silent sends SYNs of further sockets, `atMs` milliseconds after
 * the first. The kernel alone sends its second SYN after 1 s (RFC 6298), so with packet loss silence means little before
 * several seconds; independent SYNs make it mean the same sooner. The first answer of the network to any of them ends the
 * attempt, and all other sockets are closed at once: to a SYN-ACK that comes later the kernel answers with a RST, so that the
 * target keeps no half-open connection. A further socket that this host cannot open or send from costs nothing.
 *
 * The end is that of one attempt: its duration counts from the first SYN, and `retransmits` counts every SYN after the first.
 */
export function startWithFurtherSyns(
  libc: Libc,
  request: ConnectRequest,
  atMs: readonly number[],
  onEnd: (end: ConnectEnd) => void,
): RunningConnect {
  const train = new SynTrain(libc, request, onEnd);
  train.start(atMs);
  return train;
}

/** The first SYN counts as lost if it has had this much longer than the round trip of the SYN that was answered. */
function isOverdue(elapsedMs: number, rttMs: number): boolean {
  return elapsedMs >= overdueMs(rttMs);
}

function overdueMs(rttMs: number): number {
  return 2 * rttMs + 100;
}

/** The kernel's first retransmission (RFC 6298 section 2.1). */
const retransmissionMs = 1000;

class SynTrain implements RunningConnect {
  readonly #libc: Libc;
  readonly #request: ConnectRequest;
  readonly #onEnd: (end: ConnectEnd) => void;
  readonly #startMs = nowMs();
  /** null once it has ended. */
  #first: RunningConnect | null = null;
  readonly #further = new Set<RunningConnect>();
  /** SYNs of further sockets that have ended without an answer. */
  #unanswered = 0;
  #timers: NodeJS.Timeout[] = [];
  /** The connection that a further SYN has opened, while the first one may still be answered. */
  #opened: ConnectEnd | null = null;
  #isOver = false;

  constructor(libc: Libc, request: ConnectRequest, onEnd: (end: ConnectEnd) => void) {
    this.#libc = libc;
    this.#request = request;
    this.#onEnd = onEnd;
  }

  start(atMs: readonly number[]): void {
    const first = startConnect(this.#libc, this.#request, (end) => this.#firstEnded(end));
    if (this.#isOver) return;
    this.#first = first;
    this.#timers = atMs.map((delayMs) => setTimeout(() => this.#sendFurther(), delayMs));
  }

  giveUp(): void {
    for (const running of [...this.#further]) running.giveUp();
    if (this.#opened !== null) this.#finishOpened(null);
    else if (!this.#isOver) this.#first?.giveUp();
  }

  silence(): 'packets' | 'waiting' | 'neighbour' {
    return this.#first?.silence() ?? 'waiting';
  }

  retransmits(): number {
    const further = [...this.#further].reduce((sum, running) => sum + 1 + running.retransmits(), 0);
    return (this.#first?.retransmits() ?? 0) + further + this.#unanswered;
  }

  abandon(): void {
    this.#isOver = true;
    this.#opened?.socket?.close();
    this.#closeAll();
  }

  #sendFurther(): void {
    if (this.#isOver || this.#opened !== null) return;
    const own: { running: RunningConnect | null; isEnded: boolean } = { running: null, isEnded: false };
    const onEnd = (end: ConnectEnd): void => {
      own.isEnded = true;
      if (own.running !== null) this.#further.delete(own.running);
      this.#furtherEnded(end);
    };
    packetPace.left();
    try {
      own.running = startConnect(this.#libc, this.#request, onEnd);
    } catch (error) {
      // No port is left at the source.
      if (!(error instanceof SystemCallError)) throw error;
      return;
    }
    if (this.#isOver) own.running.abandon();
    else if (!own.isEnded) this.#further.add(own.running);
  }

  #firstEnded(end: ConnectEnd): void {
    if (this.#isOver) return;
    if (this.#opened !== null && end.end !== 'open') {
      this.#first = null;
      return;
    }
    this.#opened?.socket?.close();
    const again = this.retransmits() - (this.#first?.retransmits() ?? 0);
    this.#first = null;
    const retransmits = end.retransmits === null ? null : end.retransmits + again;
    this.#finish({ ...end, retransmits });
  }

  #furtherEnded(end: ConnectEnd): void {
    if (this.#isOver || this.#opened !== null) {
      end.socket?.close();
      return;
    }
    // This host could not send it, or nothing came back to it.
    if (end.isImmediate) return;
    this.#unanswered += 1 + (end.retransmits ?? 0);
    if (end.end === 'given-up' || end.silentNeighbour !== null) return;
    const elapsedMs = nowMs() - this.#startMs;
    if (end.end === 'failed') {
      this.#finish({ ...end, durationMs: elapsedMs, retransmits: this.retransmits() });
      return;
    }
    const rttMs = end.firstSynLost === true ? end.durationMs - retransmissionMs : end.durationMs;
    this.#opened = { ...end, durationMs: elapsedMs };
    this.#dropFurther();
    const isLost = isOverdue(elapsedMs, rttMs);
    if (isLost || !this.#request.confirms) this.#finishOpened(isLost ? true : null);
    else {
      const leftMs = Math.ceil(overdueMs(rttMs) - elapsedMs);
      this.#timers.push(setTimeout(() => this.#finishOpened(true), leftMs));
    }
  }

  /** The first SYN was not answered: it was lost, or that is not known (null). An answer that was not read yet counts. */
  #finishOpened(firstSynLost: true | null): void {
    const opened = this.#opened;
    if (this.#isOver || opened === null) return;
    const retransmits = this.retransmits();
    this.#first?.giveUp();
    if (this.#isOver) return;
    this.#finish({ ...opened, retransmits, firstSynLost });
  }

  #dropFurther(): void {
    for (const running of this.#further) {
      this.#unanswered += 1 + running.retransmits();
      running.abandon();
    }
    this.#further.clear();
  }

  #finish(end: ConnectEnd): void {
    this.#isOver = true;
    this.#closeAll();
    this.#onEnd(end);
  }

  #closeAll(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#first?.abandon();
    this.#first = null;
    this.#dropFurther();
  }
}
