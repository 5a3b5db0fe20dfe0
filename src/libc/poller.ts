import {
  EFD_NONBLOCK,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLLERR,
  EPOLLIN,
  EPOLLOUT,
} from './constants.js';
import type { Libc } from './load.js';

// struct epoll_event is packed on x64 (12 octets) and padded to 16 elsewhere (epoll_ctl(2)).
const eventSize = process.arch === 'x64' ? 12 : 16;
const dataOffset = eventSize - 8;
const batch = 64;
const wakeupTicket = 0;

let shared: Poller | null = null;

/** The process's one poller: each wait takes one of the pool's four threads, which files and names need as well. */
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
  readonly #waiting = new Map<number, { fd: number; onReady: () => void }>();
  #lastTicket = 0;
  #isWaiting = false;

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#epoll = libc.epoll_create1(EPOLL_CLOEXEC);
    this.#wakeup = libc.eventfd(0, EFD_NONBLOCK);
    libc.epoll_ctl(this.#epoll, EPOLL_CTL_ADD, this.#wakeup, event(wakeupTicket, EPOLLIN));
  }

  /**
   * Calls `onReady` when `fd` has connected or failed (`output`) or has something to read (`input`), again and again
   * until the function returned is called, which must come before the descriptor is closed. `onReady` must not throw.
   */
  add(fd: number, direction: 'input' | 'output', onReady: () => void): () => void {
    this.#lastTicket += 1;
    const ticket = this.#lastTicket;
    this.#waiting.set(ticket, { fd, onReady });
    this.#libc.epoll_ctl(
      this.#epoll,
      EPOLL_CTL_ADD,
      fd,
      event(ticket, direction === 'input' ? EPOLLIN : EPOLLOUT | EPOLLERR),
    );
    if (!this.#isWaiting) void this.#wait();
    return () => this.#remove(ticket);
  }

  #remove(ticket: number): void {
    const entry = this.#waiting.get(ticket);
    if (entry === undefined) return;
    this.#waiting.delete(ticket);
    this.#libc.epoll_ctl(this.#epoll, EPOLL_CTL_DEL, entry.fd, event(ticket, 0));
    // Nothing left to wait for: let the thread go, or the process could not end.
    if (this.#waiting.size === 0) this.#wake();
  }

  async #wait(): Promise<void> {
    this.#isWaiting = true;
    // A process that ends joins its pool's threads; one blocked in epoll_wait would keep it from ending.
    const wake = () => this.#wake();
    process.once('exit', wake);
    const events = Buffer.alloc(batch * eventSize);
    while (this.#waiting.size > 0) {
      const count = await this.#libc.epollWait(this.#epoll, events, batch, -1);
      for (let index = 0; index < count; index += 1) {
        const ticket = events.readUInt32LE(index * eventSize + dataOffset);
        if (ticket === wakeupTicket) this.#libc.read(this.#wakeup, Buffer.alloc(8), 8);
        else this.#waiting.get(ticket)?.onReady();
      }
    }
    process.off('exit', wake);
    this.#isWaiting = false;
  }

  #wake(): void {
    const one = Buffer.alloc(8);
    one.writeBigUInt64LE(1n);
    this.#libc.write(this.#wakeup, one, one.length);
  }
}

function event(ticket: number, events: number): Buffer {
  const buffer = Buffer.alloc(eventSize);
  buffer.writeUInt32LE(events >>> 0, 0);
  buffer.writeUInt32LE(ticket, dataOffset);
  return buffer;
}
