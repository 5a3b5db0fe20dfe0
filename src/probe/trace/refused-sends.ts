/**
 * Errors of a send that pass: no free port, descriptor or buffer, a full queue, a full table of connections (EPERM). The
 * value is the number of further tries.
 */
const passing: ReadonlyMap<string, number> = new Map([
  ['EADDRINUSE', 8],
  ['EADDRNOTAVAIL', 8],
  ['ENOBUFS', 8],
  ['ENOMEM', 8],
  ['EAGAIN', 8],
  ['EINTR', 8],
  ['EMFILE', 8],
  ['ENFILE', 8],
  ['EPERM', 2],
]);

/** The send queue of an interface empties by itself. Of the other errors, something that this process holds must end. */
const selfHealing = ['ENOBUFS', 'EAGAIN', 'EINTR'];

const firstDelayMs = 10;

interface Waiting<T> {
  item: T;
  tries: number;
  atMs: number;
}

/** Packets that this host refused to send for a reason that passes. They are sent before any other, in order. */
export class RefusedSends<T extends { probe: object }> {
  readonly #waiting: Waiting<T>[] = [];
  readonly #tries = new Map<object, number>();
  /** A packet used all its tries, and none has left since: the shortage does not pass, and trying each further packet would take seconds. */
  #isLasting = false;

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /**
   * Adds a packet that was refused. False where another try is of no use: the error does not pass, all tries of this packet or of
   * one before it were used, or nothing has left this host at all, so nothing comes free.
   */
  add(item: T, errno: string, { nowMs, hasAnyLeft }: { nowMs: number; hasAnyLeft: boolean }): boolean {
    const tries = this.#tries.get(item.probe) ?? 0;
    const most = passing.get(errno) ?? 0;
    if (most > 0 && tries >= most) this.#isLasting = true;
    if (tries >= most || this.#isLasting || !(hasAnyLeft || selfHealing.includes(errno))) return false;
    this.#tries.set(item.probe, tries + 1);
    this.#waiting.push({ item, tries, atMs: nowMs + firstDelayMs * 2 ** tries });
    return true;
  }

  /** A packet has left this host. */
  noteLeft(): void {
    this.#isLasting = false;
  }

  /** Something came free: the first packet can be tried now. */
  retryNow(): void {
    const [first] = this.#waiting;
    if (first !== undefined) first.atMs = 0;
  }

  /** The first packet and when to send it; null without one. It is removed when its time has come. */
  next(nowMs: number): T | null {
    const [first] = this.#waiting;
    if (first === undefined) return null;
    if (first.atMs <= nowMs) this.#waiting.shift();
    return { ...first.item, atMs: first.atMs };
  }

  clear(): void {
    this.#waiting.length = 0;
  }
}
