import { setImmediate as nextTurn } from 'node:timers/promises';
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

/** A time is known when it is certain to less than this. */
const toleranceNs = 500_000n;
/** A wait that was asked for this long ago has begun in its thread (measured: up to 1 ms on a cold, loaded machine). */
const threadStartNs = 3_000_000n;

/**
 * Called when a descriptor is ready, with the monotonic time (process.hrtime) at which it became so; null when the
 * event loop was busy and nobody knows: it happened while no wait was under way, or several became ready meanwhile.
 */
export type OnReady = (readyAtNs: bigint | null) => void;

let shared: Poller | null = null;

/**
 * The process's one poller: each wait takes one of the pool's four threads, which files and names need as well. Throws
 * SystemCallError when the process has no descriptors left.
 */
export function poller(libc: Libc): Poller {
  shared ??= new Poller(libc);
  return shared;
}

/**
 * One epoll for all sockets of all wires, waited for in a thread of the pool: Node can only watch descriptors it opened
 * itself, and a wait on the main thread would block it.
 */
class Poller {
  readonly #libc: Libc;
  readonly #epoll: number;
  readonly #wakeup: number;
  /**
   * By a ticket that is never used twice. A descriptor is: one that is closed while its event is on the way here may
   * by then be another socket's.
   */
  readonly #waiting = new Map<number, { fd: number; isTimed: boolean; onReady: OnReady }>();
  /** Of them, those whose moment counts: a connection's end has no other stamp, and packets have one of the kernel's. */
  #timed = 0;
  readonly #events = Buffer.alloc(batch * eventSize);
  #lastTicket = 0;
  /** Whatever is read now became ready after this. */
  #lastReadNs = 0n;
  #isWaiting = false;
  /** The last look at the descriptors found some that were ready. */
  #wasFruitful = false;
  /** Since the wait in the thread began events were read here, so its end may have been about one of those. */
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
   * Calls `onReady` when `fd` has connected or failed (`output`) or has something to read (`input`), again and again
   * until the function returned is called, which must come before the descriptor is closed. `onReady` must not throw.
   * Throws SystemCallError when the kernel cannot watch it.
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

  /** Tells, before it returns, whatever is ready by now. */
  readNow(): void {
    this.#wasReadMeanwhile = true;
    // One look brings a batch, and what stays ready comes again behind the others (epoll_wait(2)).
    for (let left = this.#waiting.size + 1; left > 0; left -= batch) {
      const tickets = this.#readyTickets();
      for (const ticket of tickets) this.#tell(ticket, null);
      if (tickets.length < batch) return;
    }
  }

  #remove(ticket: number): void {
    const entry = this.#waiting.get(ticket);
    if (entry === undefined) return;
    this.#waiting.delete(ticket);
    if (entry.isTimed) this.#timed -= 1;
    this.#libc.epoll_ctl(this.#epoll, EPOLL_CTL_DEL, entry.fd, event(ticket, 0));
    // Nothing left to wait for: let the thread go, or the process could not end.
    if (this.#waiting.size === 0) this.#wake();
  }

  async #wait(): Promise<void> {
    this.#isWaiting = true;
    // A process that ends joins its pool's threads; one blocked in ppoll would keep it from ending.
    const wake = () => this.#wake();
    process.once('exit', wake);
    try {
      while (this.#waiting.size > 0) if (!(await this.#lookAgain())) await this.#waitOnce();
    } finally {
      process.off('exit', wake);
      this.#isWaiting = false;
    }
  }

  /**
   * What has been answered is often answered in turn at once: over loopback the next reply is there before a thread has
   * begun to wait for it, and a wait in a thread costs two switches. So one turn of the event loop goes by first, in which
   * whoever was told sends on. Not where a moment counts: the turn may be a long one. False when it brought nothing.
   */
  async #lookAgain(): Promise<boolean> {
    if (!this.#wasFruitful || this.#timed > 0) return false;
    await nextTurn();
    const tickets = this.#readyTickets();
    for (const ticket of tickets) this.#tell(ticket, null);
    return tickets.length > 0;
  }

  async #waitOnce(): Promise<void> {
    this.#wasReadMeanwhile = false;
    const begunNs = process.hrtime.bigint();
    const wokenNs = wakeTimeNs(await waitForInput(this.#libc, this.#epoll));
    const lastReadNs = this.#lastReadNs;
    const tickets = this.#readyTickets();
    // A wait that ends as soon as it begins found what had happened some time before.
    const isKnownFromBelow = wokenNs - begunNs > threadStartNs || wokenNs - lastReadNs < toleranceNs;
    const isOnly = tickets.length === 1 && !this.#wasReadMeanwhile;
    const isKnownFromAbove = isOnly || process.hrtime.bigint() - wokenNs < toleranceNs;
    for (const ticket of tickets) this.#tell(ticket, isKnownFromBelow && isKnownFromAbove ? wokenNs : null);
  }

  #readyTickets(): number[] {
    const count = this.#libc.epoll_wait(this.#epoll, this.#events, batch, 0);
    this.#lastReadNs = process.hrtime.bigint();
    this.#wasFruitful = count > 0;
    const tickets: number[] = [];
    for (let index = 0; index < count; index += 1) {
      tickets.push(this.#events.readUInt32LE(index * eventSize + dataOffset));
    }
    return tickets;
  }

  #tell(ticket: number, readyAtNs: bigint | null): void {
    if (ticket === wakeupTicket) {
      this.#libc.read(this.#wakeup, Buffer.alloc(8), 8);
      return;
    }
    try {
      this.#waiting.get(ticket)?.onReady(readyAtNs);
    } catch (error) {
      // A mistake of one socket's owner is the process's to hear of, and must not leave all the others unwatched.
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

/** The largest time_t. Added to any time it overflows, and the kernel stops at it (timespec64_add_safe). */
const endOfTimeS = 0x7fff_ffff_ffff_ffffn;
const nsPerS = 1_000_000_000n;

/** What ppoll(2) left of the timeout it was given, nanoseconds. */
export type TimeLeft = bigint;

/**
 * Waits in a thread of the pool until `fd` can be read, and for as long as it takes. The timeout serves as a clock: the
 * kernel turns it into a point of time, stops at the end of time, and when it wakes the thread writes back how far that
 * is from now. So the moment of waking is known although nothing of ours runs in that thread, and however late the
 * event loop gets to hear of it.
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
