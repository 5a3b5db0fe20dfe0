import type { MaybePromise } from '../../core/maybe-promise.js';
import { Semaphore } from '../../core/semaphore.js';
import type { TcpAttempt } from '../../documents/tcp.js';
import { socketsToSpare } from '../../host/proc.js';
import { checkAddress } from '../../net/address/address.js';
import { atLeast, readKernel } from '../../net/libc/kernel.js';
import { type Libc, loadLibc, SystemCallError } from '../../net/libc/load.js';
import { TcpSocket } from '../../net/libc/tcp-socket.js';
import { packetPace } from '../../net/wire/pace.js';
import { type AttemptOptions, unsentAttempt } from './attempt.js';
import { connectThroughLibc } from './connect-libc.js';
import { connectThroughNode } from './connect-node.js';

/** `libc`: sockets with an error queue, on Linux. `node`: node:net, on all systems. */
export type SocketChoice = 'auto' | 'libc' | 'node';

/** The sockets that connections are made with. */
export interface Sockets {
  /** null: node:net. */
  libc: Libc | null;
  /** Limits the open sockets of the process, so that they stay below its limit of descriptors. */
  semaphore: Semaphore;
}

/** The number of sockets if the limit of descriptors is unknown. Every system's default limit is higher. */
const defaultSockets = 1000;

/** The time that the kernel takes to switch receive time stamps on, milliseconds. */
const stampingStartsMs = 1;

let semaphore: Semaphore | undefined;
/**
 * The kernel switches receive stamps on in the background when the first socket asks for them, and stamps packets that
 * arrive before that too late (measured: by 100 ms in a burst of attempts). This socket asks before the first attempt, and
 * stays open.
 */
let stamping: Promise<TcpSocket | null> | undefined;

/**
 * Prepares the process for connecting. `auto` chooses libc where it can be called and the kernel reports ICMP errors during
 * the handshake (Linux 5.8). Throws CapabilityError where `libc` was chosen and cannot be called.
 */
export async function openSockets(choice: SocketChoice = 'auto'): Promise<Sockets> {
  semaphore ??= new Semaphore(socketsToSpare() ?? defaultSockets);
  if (choice === 'node') return { libc: null, semaphore };
  if (choice === 'auto' && !atLeast(readKernel(), 5, 8)) return { libc: null, semaphore };
  const loading = loadLibc();
  const libc = choice === 'libc' ? await loading : await loading.catch(() => null);
  if (libc !== null) {
    stamping ??= startStamping(libc);
    await stamping;
  }
  return { libc, semaphore };
}

async function startStamping(libc: Libc): Promise<TcpSocket | null> {
  try {
    const keeper = new TcpSocket(libc, 4);
    keeper.stampErrors();
    await new Promise((resolve) => setTimeout(resolve, stampingStartsMs));
    return keeper;
  } catch (error) {
    // Without descriptors every attempt fails with its own error. Without IPv4 the poller's times are used.
    if (!(error instanceof SystemCallError)) throw error;
    return null;
  }
}

/**
 * Makes one TCP connection to one address, and closes it at once unless `onOpen` takes it. Waits for a free descriptor
 * first; that wait is not part of the attempt's duration. Returns the attempt whatever its result is, without a promise if
 * it ended at once. Throws or rejects only with InvalidInputError: `address` is not an address, or the source is not an
 * address of this host.
 */
export function connectOnce(
  sockets: Sockets,
  address: string,
  port: number,
  options: AttemptOptions,
): MaybePromise<TcpAttempt> {
  checkAddress(address);
  const attempt = () => connectWithPermit(sockets, address, port, options);
  const wait = sockets.semaphore.acquire(options.cancel);
  if (wait === null && !packetPace.isLimited) return attempt();
  return (wait ?? Promise.resolve()).then(() => packetPace.wait(options.cancel?.signal)).then(attempt);
}

function connectWithPermit(
  { libc, semaphore }: Sockets,
  address: string,
  port: number,
  options: AttemptOptions,
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
