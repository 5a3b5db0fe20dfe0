import type { Socket } from 'node:net';
import { checkAddress } from './check-input.js';
import { connectThroughLibc } from './connect-libc.js';
import { connectThroughNode } from './connect-node.js';
import type { Engine } from './engine.js';
import type { TcpAttempt, TcpCause } from './types.js';

export interface ConnectOnceOptions {
  /** Our own patience in milliseconds; the kernel's is about 127 s. */
  timeoutMs: number;
  /** The local address to bind to. */
  source?: string | undefined;
  /** Give up now: the attempt resolves as `error`, ECANCELED. */
  cancel?: AbortSignal | undefined;
  /** Takes over a connection that opened, before the attempt resolves; left out, it is closed. */
  onOpen?: ((attempt: TcpAttempt, socket: Socket) => void) | undefined;
}

/**
 * One TCP connection to one address, closed as soon as it stands unless `onOpen` takes it. It waits for a free descriptor
 * where the process is short of them; that is not in its time. Resolves whatever becomes of it. Rejects only with
 * InvalidInputError, for what is no address or a source that is not this host's.
 */
export async function connectOnce(
  engine: Engine,
  address: string,
  port: number,
  options: ConnectOnceOptions,
): Promise<TcpAttempt> {
  const { cancel } = options;
  checkAddress(address);
  const wait = engine.slots.take(cancel);
  if (wait !== null) await wait;
  try {
    if (cancel?.aborted) return unsentAttempt(address, port, 'ECANCELED', 'canceled');
    const { libc } = engine;
    return await (libc === null
      ? connectThroughNode(address, port, options)
      : connectThroughLibc(libc, address, port, options));
  } finally {
    engine.slots.give();
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
