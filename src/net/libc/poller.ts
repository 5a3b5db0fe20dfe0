import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemClock } from '../../core/clock.js';
import {
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLLERR,
  EPOLLIN,
  EPOLLOUT,
  POLLIN,
} from './constants.js';
import { checked, type Libc } from './load.js';

// struct epoll_event is packed on x64 (12 octets) and padded to 16 elsewhere (epoll_ctl(2)).
const eventSize = process.arch === 'x64' ? 12 : 16;
const dataOffset = eventSize - 8;
const batch = 64;
const wakeupTicket = 0;

/** A wake-up time counts as known if its uncertainty is below this. */
const toleranceNs = 500_000n;
/** Time after which a requested wait has certainly started in its thread (measured: up to 1 ms on a loaded machine). */
const threadStartNs = 3_000_000n;

/**
 * Called when a descriptor is ready, with the monotonic time (process.hrtime) at which it became ready. null where the time
 * is unknown because the event loop was busy: no wait was in progress, or several descriptors became ready since.
 */
export type OnReady = (readyAtNs: bigint | null) => void;

let shared: Poller | null = null;

/**
 * The poller of the process. There is only one, because each wait occupies one of the pool's four threads, which file
 * operations and name lookups need too. Throws SystemCallError when the process has no descriptors left.
 */
export function poller(libc: Libc): Poller {
  shared ??= new Poller(libc);
  return shared;
}

/**
 * Reports every descriptor that is ready now. A limit of time asks this before it is told as a silence: a process that was stopped
 * goes on with its timers before the thread that waits has told what arrived meanwhile.
 */
export function readArrived(): void {
  shared?.readNow();
}

/** Calls `callback` after `delayMs`, in the turn after that in which readArrived() has told. Returns a function that cancels it. */
export function afterArrived(delayMs: number, callback: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const cancel = systemClock.after(delayMs, () => {
    readArrived();
    immediate = setImmediate(callback);
  });
  return () => {
    cancel();
    clearImmediate(immediate);
  };
}

/**
 * Watches all sockets opened through libc with one epoll, and waits for it in a thread of the pool. Node can only watch
 * descriptors that it opened itself, and a wait on the main thread would block the event loop.
 */
class Poller {
  readonly #libc: Libc;
  readonly #epoll: number;
  readonly #wakeup: number;
  /**
   * By ticket. Tickets are never used twice, but descriptors are: between an event and its handling a descriptor can be
   * closed and belong to another socket.
   */
  readonly #waiting = new Map<number, { fd: number; isTimed: boolean; onReady: OnReady }>();
  /** Number of entries whose ready time is needed: connections. Packets have a stamp of the kernel. */
  #timed = 0;
  readonly #events = Buffer.alloc(batch * eventSize);
  #lastTicket = 0;
  /** When the events were last read. Events read later became ready after this. */
  #lastReadNs = 0n;
  #isWaiting = false;
  /** The last read returned events. */
  #hadEvents = false;
  /** Events were read on the main thread during the wait, and the wait may have ended because of one of them. */
  #wasReadMeanwhile = false;

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#epoll = checked(libc, 'epoll_create1', libc.epoll_create1(EPOLL_CLOEXEC));
    let wakeup = -1;
    try {
      wakeup = checked(libc, 'eventfd', libc.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
      this.#control(EPOLL_CTL_ADD, wakeup, wakeupTicket, EPOLLIN);
    } catch (error) {
      if (wakeup >= 0) libc.close(wakeup);
      libc.close(this.#epoll);
      throw error;
    }
    this.#wakeup = wakeup;
  }

  /**
   * Calls `onReady` each time `fd` has connected or failed (`output`) or is readable (`input`), until the returned function
   * is called. Call it before closing the descriptor. `onReady` must not throw. Throws SystemCallError when the kernel cannot
   * watch the descriptor.
   */
  add(fd: number, direction: 'input' | 'output', onReady: OnReady): () => void {
    this.#lastTicket += 1;
    const ticket = this.#lastTicket;
    this.#control(EPOLL_CTL_ADD, fd, ticket, direction === 'input' ? EPOLLIN : EPOLLOUT | EPOLLERR);
    const isTimed = direction === 'output';
    this.#waiting.set(ticket, { fd, isTimed, onReady });
    if (isTimed) this.#timed += 1;
    if (!this.#isWaiting) void this.#wait();
    return () => this.#remove(ticket);
  }

  /** Reports every descriptor that is ready, before it returns. */
  readNow(): void {
    this.#wasReadMeanwhile = true;
    // One call returns a batch. Descriptors that stay ready are returned again after the others (epoll_wait(2)).
    for (let left = this.#waiting.size + 1; left > 0; left -= batch) {
      const tickets = this.#readyTickets();
      for (const ticket of tickets) {
        // A wake-up is for the thread. If it were read before the thread has seen it, the thread would sleep on, and the process
        // would never exit.
        if (ticket !== wakeupTicket) this.#report(ticket, null);
      }
      if (tickets.length < batch) return;
    }
  }

  #remove(ticket: number): void {
    const entry = this.#waiting.get(ticket);
    if (entry === undefined) return;
    this.#waiting.delete(ticket);
    if (entry.isTimed) this.#timed -= 1;
    this.#libc.epoll_ctl(this.#epoll, EPOLL_CTL_DEL, entry.fd, event(ticket, 0));
    // With nothing to wait for, the thread must return, or the process could not exit.
    if (this.#waiting.size === 0) this.#wake();
  }

  async #wait(): Promise<void> {
    this.#isWaiting = true;
    // A process that exits joins the threads of its pool, and a thread blocked in ppoll would prevent that.
    const wake = () => this.#wake();
    process.once('exit', wake);
    try {
      while (this.#waiting.size > 0) if (!(await this.#readAgain())) await this.#waitOnce();
    } finally {
      process.off('exit', wake);
      this.#isWaiting = false;
    }
  }

  /**
   * Reads once more after one turn of the event loop, without a thread. The owners of the sockets send on in that turn, and
   * over loopback the next reply arrives before a thread would have started to wait; a wait costs two context switches. Not
   * done where ready times are needed, because the turn may take long. False when there were no events.
   */
  async #readAgain(): Promise<boolean> {
    if (!this.#hadEvents || this.#timed > 0) return false;
    await nextTurn();
    const tickets = this.#readyTickets();
    for (const ticket of tickets) this.#report(ticket, null);
    return tickets.length > 0;
  }

  async #waitOnce(): Promise<void> {
    this.#wasReadMeanwhile = false;
    const begunNs = process.hrtime.bigint();
    const wokenNs = wakeTimeNs(await waitForInput(this.#libc, this.#epoll));
    const lastReadNs = this.#lastReadNs;
    const tickets = this.#readyTickets();
    // A wait that ends as soon as it starts reports an event of unknown age.
    const isKnownFromBelow = wokenNs - begunNs > threadStartNs || wokenNs - lastReadNs < toleranceNs;
    // One of several descriptors ended the wait, and the others became ready by the time at which they were read. The later
    // time is taken for all of them, so that no round trip is shorter than it was.
    const isOnly = tickets.length === 1 && !this.#wasReadMeanwhile;
    const readyNs = isOnly ? wokenNs : this.#lastReadNs;
    const isKnown = isKnownFromBelow && readyNs - wokenNs < toleranceNs;
    for (const ticket of tickets) this.#report(ticket, isKnown ? readyNs : null);
  }

  #readyTickets(): number[] {
    const count = this.#libc.epoll_wait(this.#epoll, this.#events, batch, 0);
    this.#lastReadNs = process.hrtime.bigint();
    this.#hadEvents = count > 0;
    const tickets: number[] = [];
    for (let index = 0; index < count; index += 1) {
      tickets.push(this.#events.readUInt32LE(index * eventSize + dataOffset));
    }
    return tickets;
  }

  #report(ticket: number, readyAtNs: bigint | null): void {
    if (ticket === wakeupTicket) {
      this.#libc.read(this.#wakeup, Buffer.alloc(8), 8);
      return;
    }
    try {
      this.#waiting.get(ticket)?.onReady(readyAtNs);
    } catch (error) {
      // An error in one callback is thrown to the process, and must not end the loop for the other sockets.
      process.nextTick(() => {
        throw error;
      });
    }
  }

  #wake(): void {
    const one = Buffer.alloc(8);
    one.writeBigUInt64LE(1n);
    this.#libc.write(this.#wakeup, one, one.length);
  }

  #control(operation: number, fd: number, ticket: number, events: number): void {
    checked(this.#libc, 'epoll_ctl', this.#libc.epoll_ctl(this.#epoll, operation, fd, event(ticket, events)));
  }
}

function event(ticket: number, events: number): Buffer {
  const buffer = Buffer.alloc(eventSize);
  buffer.writeUInt32LE(events >>> 0, 0);
  buffer.writeUInt32LE(ticket, dataOffset);
  return buffer;
}

/** The largest time_t. Added to any time it overflows, and the kernel then uses it as the result (timespec64_add_safe). */
const endOfTimeS = 0x7fff_ffff_ffff_ffffn;
const nsPerS = 1_000_000_000n;

/** The remaining timeout that ppoll(2) wrote back, nanoseconds. */
export type TimeLeft = bigint;

/**
 * Waits in a thread of the pool until `fd` is readable, without a limit. The timeout serves as a clock: the kernel adds it to
 * the current time, which gives the largest possible time, and when it wakes the thread it writes back the difference
 * between that and the current time. The wake-up time is therefore exact, even if the event loop runs the callback late.
 */
async function waitForInput(libc: Libc, fd: number): Promise<TimeLeft> {
  const descriptor = Buffer.alloc(8);
  descriptor.writeInt32LE(fd, 0);
  descriptor.writeInt16LE(POLLIN, 4);
  const timeout = Buffer.alloc(16);
  timeout.writeBigInt64LE(endOfTimeS, 0);
  await libc.ppoll(descriptor, 1, timeout);
  return timeout.readBigInt64LE(0) * nsPerS + timeout.readBigInt64LE(8);
}

/** The monotonic time (CLOCK_MONOTONIC, that of process.hrtime) at which a wait ended. */
function wakeTimeNs(left: TimeLeft): bigint {
  return endOfTimeS * nsPerS - left;
}
