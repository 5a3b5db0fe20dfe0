import type { Socket } from 'node:net';
import { checkAddress } from '../../core/check-options.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { TcpAttempt, TcpCause } from '../../documents/tcp.js';
import type { Cancel } from './cancel.js';
import { connectThroughLibc } from './connect-libc.js';
import { connectThroughNode } from './connect-node.js';
import type { Engine } from './engine.js';

export interface ConnectOnceOptions {
  /** Our own patience in milliseconds; the kernel's is about 127 s. */
  timeoutMs: number;
  /** The local address to bind to. */
  source?: string | undefined;
  /** Gives up: the attempt ends as `error`, ECANCELED. */
  cancel?: Cancel | undefined;
  /** Takes over a connection that opened, before the attempt resolves; left out, it is closed. */
  onOpen?: ((attempt: TcpAttempt, socket: Socket) => void) | undefined;
}

/**
 * One TCP connection to one address, closed as soon as it stands unless `onOpen` takes it. It waits for a free descriptor
 * where the process is short of them; that is not in its time. Gives the attempt whatever becomes of it, without a promise
 * where it ended at once. Throws or rejects only with InvalidInputError, for what is no address or a source that is not
 * this host's.
 */
export function connectOnce(
  engine: Engine,
  address: string,
  port: number,
  options: ConnectOnceOptions,
): MaybePromise<TcpAttempt> {
  checkAddress(address);
  const wait = engine.semaphore.acquire(options.cancel);
  return wait === null
    ? inSlot(engine, address, port, options)
    : wait.then(() => inSlot(engine, address, port, options));
}

function inSlot(
  { libc, semaphore }: Engine,
  address: string,
  port: number,
  options: ConnectOnceOptions,
): MaybePromise<TcpAttempt> {
  let running: MaybePromise<TcpAttempt> | null = null;
  try {
    running = start();
  } finally {
    if (running instanceof Promise) running = running.finally(() => semaphore.release());
    else semaphore.release();
  }
  return running;

  function start(): MaybePromise<TcpAttempt> {
    if (options.cancel?.isCanceled) return unsentAttempt(address, port, 'ECANCELED', 'canceled');
    if (libc === null) return connectThroughNode(address, port, options);
    return connectThroughLibc(libc, address, port, options);
  }
}

/** An attempt that ended before any packet was sent. */
export function unsentAttempt(address: string, port: number, errno: string, cause: TcpCause): TcpAttempt {
  return {
    address,
    port,
    status: 'error',
    errno,
    local: false,
    durationMs: 0,
    localAddress: null,
    localPort: null,
    cause,
    from: null,
    icmp: null,
    retransmits: null,
    neighbour: null,
  };
}
