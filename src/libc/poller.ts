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

/**
 * One epoll for all sockets of a wire, waited for in a thread of the pool: Node can only watch descriptors it opened
 * itself, and a wait on the main thread would block it.
 */
export class Poller {
  readonly #libc: Libc;
  readonly #epoll: number;
  readonly #wakeup: number;
  readonly #ready = new Map<number, () => void>();
  #isWaiting = false;
  #isClosed = false;

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#epoll = libc.epoll_create1(EPOLL_CLOEXEC);
    this.#wakeup = libc.eventfd(0, EFD_NONBLOCK);
    libc.epoll_ctl(this.#epoll, EPOLL_CTL_ADD, this.#wakeup, event(this.#wakeup, EPOLLIN));
  }

  /** Calls `onReady` when `fd` has connected or failed. The callback takes it out again with `remove`. */
  add(fd: number, onReady: () => void): void {
    this.#ready.set(fd, onReady);
    this.#libc.epoll_ctl(this.#epoll, EPOLL_CTL_ADD, fd, event(fd, EPOLLOUT | EPOLLERR));
    if (!this.#isWaiting) void this.#wait();
  }

  /** Must come before the descriptor is closed. */
  remove(fd: number): void {
    if (!this.#ready.delete(fd)) return;
    this.#libc.epoll_ctl(this.#epoll, EPOLL_CTL_DEL, fd, event(fd, 0));
    // Nothing left to wait for: let the thread go, or the process could not end.
    if (this.#ready.size === 0) this.#wake();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#ready.clear();
    if (this.#isWaiting) this.#wake();
    else this.#release();
  }

  async #wait(): Promise<void> {
    this.#isWaiting = true;
    const events = Buffer.alloc(batch * eventSize);
    while (this.#ready.size > 0) {
      const count = await this.#libc.epollWait(this.#epoll, events, batch, -1);
      for (let index = 0; index < count; index += 1) {
        const fd = events.readInt32LE(index * eventSize + dataOffset);
        if (fd === this.#wakeup) this.#libc.read(this.#wakeup, Buffer.alloc(8), 8);
        else this.#ready.get(fd)?.();
      }
    }
    this.#isWaiting = false;
    if (this.#isClosed) this.#release();
  }

  #wake(): void {
    const one = Buffer.alloc(8);
    one.writeBigUInt64LE(1n);
    this.#libc.write(this.#wakeup, one, one.length);
  }

  #release(): void {
    this.#libc.close(this.#epoll);
    this.#libc.close(this.#wakeup);
  }
}

function event(fd: number, events: number): Buffer {
  const buffer = Buffer.alloc(eventSize);
  buffer.writeUInt32LE(events >>> 0, 0);
  buffer.writeInt32LE(fd, dataOffset);
  return buffer;
}
