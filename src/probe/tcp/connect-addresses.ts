import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import { familyOf } from '../../address/family.js';
import { nowMs } from '../../clock.js';
import { startDocument } from '../../document.js';
import type { DnsDocument } from '../dns/types.js';
import { bestStatus } from './best-status.js';
import { checkAddress, checkPort, checkSource, checkTimeout } from './check-input.js';
import { connectOnce, unsentAttempt } from './connect-once.js';
import type { TcpAttempt, TcpDocument } from './types.js';

export interface ConnectInput {
  /** The name or address that was asked for; only shown. */
  host: string;
  port: number;
  /** Where to connect, each once. */
  addresses: readonly string[];
  /** How `host` became `addresses`; null when no DNS was needed. */
  resolution: DnsDocument | null;
}

export interface ConnectAddressesOptions {
  /** Per attempt, in milliseconds, from 1 to 600000. Default 3000. */
  timeoutMs?: number | undefined;
  /** The local address to bind to. Addresses of the other family then end as `error`, EAFNOSUPPORT. */
  source?: string | undefined;
  /** Throw everything away: rejects with the signal's reason, once every socket is closed. */
  signal?: AbortSignal | undefined;
  /** Finish now: attempts still open end as `error`, ECANCELED, and the document is returned. */
  stop?: AbortSignal | undefined;
  /** Called with each attempt as it ends. */
  onAttempt?: ((attempt: TcpAttempt) => void) | undefined;
  /** Takes over each connection that opened, to speak over it; left out, it is closed. Called before `onAttempt`. */
  onOpen?: ((attempt: TcpAttempt, socket: Socket) => void) | undefined;
}

/**
 * A name has a handful of addresses, and all are tried at once. Only a hostile answer has thousands; it must
 * not take every file descriptor of the process.
 */
const mostAtOnce = 128;

/**
 * Opens and closes one TCP connection to every address, all at the same time: a name with three answers is
 * three endpoints, and one that is silent beside two that open is a finding. Nothing is retried, and no
 * address waits for another.
 *
 * `attempts` is in the order of `addresses`, without repetitions. Throws InvalidInputError, or the reason of
 * `signal`.
 */
export async function connectAddresses(
  input: ConnectInput,
  options: ConnectAddressesOptions = {},
): Promise<TcpDocument> {
  const { timeoutMs = 3000, source, signal, stop, onAttempt, onOpen } = options;
  const { host, port, resolution } = input;
  const addresses = [...new Set(input.addresses)];
  checkPort(port);
  checkTimeout(timeoutMs);
  addresses.forEach(checkAddress);
  const sourceFamily = source === undefined ? null : checkSource(source, addresses);
  signal?.throwIfAborted();

  const header = startDocument('tcp');
  const cancel = new AbortController();
  // One listener per attempt is meant here, and Node would warn of a leak from the eleventh on.
  setMaxListeners(0, cancel.signal);
  let thrown = false;
  const onStop = () => cancel.abort();
  const onAbort = () => {
    thrown = true;
    cancel.abort();
  };
  signal?.addEventListener('abort', onAbort);
  stop?.addEventListener('abort', onStop);
  if (stop?.aborted) onStop();

  const attempt = async (address: string): Promise<TcpAttempt> => {
    const result =
      sourceFamily === null || sourceFamily === familyOf(address)
        ? await connectOnce(address, port, { timeoutMs, source, cancel: cancel.signal, onOpen })
        : unsentAttempt(address, port, 'EAFNOSUPPORT', nowMs());
    if (!thrown) onAttempt?.(result);
    return result;
  };
  try {
    const attempts = await mapAtOnce(addresses, mostAtOnce, attempt);
    signal?.throwIfAborted();
    return {
      ...header(),
      host,
      port,
      status: bestStatus(attempts.map(({ status }) => status)),
      attempts,
      resolution,
    };
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stop?.removeEventListener('abort', onStop);
    // Where one attempt or the caller's own callback threw, the other attempts are still open.
    onAbort();
  }
}

/** Runs `work` over all items, at most `most` at the same time; the results are in the order of the items. */
async function mapAtOnce<Item, Result>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = items.entries();
  const lane = async () => {
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, lane));
  return results;
}
