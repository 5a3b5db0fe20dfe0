import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import { familyOf } from '../../address/family.js';
import { startDocument } from '../../document.js';
import { checkSource } from '../../host/source.js';
import { checkPort } from '../../port-number.js';
import { bestStatus } from '../../tcp-status.js';
import type { DnsDocument } from '../dns/types.js';
import { readBanner } from './banner.js';
import { tellAttempt, tellResult } from './channels.js';
import { checkAddress, checkCount, checkMs, checkTimeout } from './check-input.js';
import { connectOnce, unsentAttempt } from './connect-once.js';
import { type EngineChoice, openEngine } from './engine.js';
import { inRounds } from './rounds.js';
import { statisticsOf } from './statistics.js';
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
  /** Attempts on each address. Default 1. With more, the document has `statistics`. */
  count?: number | undefined;
  /** From the beginning of one round of attempts to that of the next, 1 to 600000 milliseconds. Default 1000. */
  intervalMs?: number | undefined;
  /** Read the first line of a service that speaks first; each such wait is at most `timeoutMs`. Default false. */
  banner?: boolean | undefined;
  /** The local address to bind to. Addresses of the other family then end as `error`, EAFNOSUPPORT. */
  source?: string | undefined;
  /** What to connect through. Default `auto`: libc's sockets where this host can, else node:net, which tells less. */
  engine?: EngineChoice | undefined;
  /** Throw everything away: rejects with the signal's reason, once every socket is closed. */
  signal?: AbortSignal | undefined;
  /** Finish now: attempts still open end as `error`, ECANCELED, and the document is returned. */
  stop?: AbortSignal | undefined;
  /** Called with each attempt as it ends. */
  onAttempt?: ((attempt: TcpAttempt) => void) | undefined;
  /**
   * Takes over each connection that opened, to speak over it; left out, it is closed. Called before `onAttempt`. Not
   * together with `banner`.
   */
  onOpen?: ((attempt: TcpAttempt, socket: Socket) => void) | undefined;
}

/**
 * A name has a handful of addresses, and all are tried at once. Only a hostile answer has thousands; it must
 * not take every file descriptor of the process.
 */
const mostAtOnce = 128;

/** A service that speaks first does so at once; one that does not would hold up the result for the whole timeout. */
const bannerPatienceMs = 2000;

/**
 * Opens and closes one TCP connection to every address, all at the same time: a name with three answers is three
 * endpoints, and one that is silent beside two that open is a finding. An attempt is one connect(), its SYNs sent again
 * as the kernel does, and no address waits for another.
 *
 * `attempts` is in the order of `addresses`, without repetitions, one round of them after the other. Throws
 * InvalidInputError, CapabilityError for an engine this host lacks, or the reason of `signal`.
 */
export async function connectAddresses(
  input: ConnectInput,
  options: ConnectAddressesOptions = {},
): Promise<TcpDocument> {
  const { timeoutMs = 3000, count = 1, intervalMs = 1000, source, signal, stop, onAttempt } = options;
  const { host, port, resolution } = input;
  const addresses = [...new Set(input.addresses)];
  checkPort(port);
  checkTimeout(timeoutMs);
  checkCount(count);
  checkMs('interval', intervalMs);
  addresses.forEach(checkAddress);
  const sourceFamily = source === undefined ? null : checkSource(source, addresses);
  signal?.throwIfAborted();
  // Before the clock starts: loading is no part of any connection's time.
  const engine = await openEngine(options.engine);
  signal?.throwIfAborted();

  const header = startDocument('tcp');
  const cancel = new AbortController();
  // One listener per attempt is meant here, and Node would warn of a leak from the eleventh on.
  setMaxListeners(0, cancel.signal);
  let thrown = false;
  let isDone = false;
  const onStop = () => cancel.abort();
  const onAbort = () => {
    thrown = true;
    cancel.abort();
  };
  signal?.addEventListener('abort', onAbort);
  stop?.addEventListener('abort', onStop);
  if (stop?.aborted) onStop();

  const connect = async (address: string): Promise<TcpAttempt> => {
    if (sourceFamily !== null && sourceFamily !== familyOf(address)) {
      return unsentAttempt(address, port, 'EAFNOSUPPORT', 'source-family');
    }
    tellAttempt(address, port);
    const common = { timeoutMs, source, cancel: cancel.signal };
    if (!options.banner) return connectOnce(engine, address, port, { ...common, onOpen: options.onOpen });
    let speaking: Promise<string | null> | null = null;
    const limits = { timeoutMs: Math.min(timeoutMs, bannerPatienceMs), stop: cancel.signal };
    const onOpen = (_attempt: TcpAttempt, socket: Socket) => {
      speaking = readBanner(socket, limits);
    };
    const attempt = await connectOnce(engine, address, port, { ...common, onOpen });
    return { ...attempt, banner: await speaking };
  };
  const attemptOnce = async (address: string): Promise<TcpAttempt> => {
    const attempt = await connect(address);
    if (thrown) return attempt;
    tellResult(attempt);
    onAttempt?.(attempt);
    return attempt;
  };
  try {
    const rounds = { count, intervalMs, stop: cancel.signal };
    const attempts = await inRounds(() => mapAtOnce(addresses, mostAtOnce, attemptOnce), rounds);
    isDone = true;
    signal?.throwIfAborted();
    return {
      ...header(),
      host,
      port,
      status: bestStatus(attempts.map(({ status }) => status)),
      attempts,
      ...(count > 1 ? { statistics: statisticsOf(attempts) } : {}),
      resolution,
    };
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stop?.removeEventListener('abort', onStop);
    // Where one attempt or the caller's own callback threw, the other attempts are still open. An abort is not for free.
    if (!isDone) onAbort();
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
