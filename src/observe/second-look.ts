import type { TLSSocket } from 'node:tls';
import { systemClock } from '../core/clock.js';
import { anyOf, type Limits } from '../core/deadline.js';
import { CapabilityError } from '../core/errors.js';
import type { HttpDocument } from '../documents/http.js';
import { spokeTls } from '../documents/observed/tls.js';
import type { Target } from '../documents/target.js';
import type { PathMtu, TlsDocument, TlsPurpose } from '../documents/tls.js';
import { withoutZone } from '../net/address/address.js';
import { SystemCallError } from '../net/libc/load.js';
import { connectSmall, measurePathMtu, smallSegment } from '../probe/mtu/path-mtu.js';
import { type Connection, handshake } from '../probe/tls/handshake.js';
import type { Signals } from './branches.js';
import type { ObserveOptions } from './options.js';

/** Exists everywhere (RFC 2606) and is no private endpoint: a filter for the target's name does not match it. */
const otherName = 'example.com';

/** Longer than a handshake takes around the world, with a server that thinks about it. */
const slowHandshakeMs = 700;
/** So that the second look ends when the first handshake does. */
const timeoutMs = 2200;
/** The addresses of one name fail in one way; two are enough to see that. */
const mostAddresses = 2;

/** A request that is slower than this may have lost its answer. The wait for it is twice as long by default. */
const slowAnswerMs = 2500;
/** OpenSSL 3.5 and later offer X25519MLKEM768, with a key share of 1184 octets. */
const sendsLargeHello = Number.parseFloat(process.versions.openssl) >= 3.5;

/** What a second look found. */
export interface Findings {
  /** Under another name first, then with small segments. */
  tls: TlsDocument[];
  pathMtu: PathMtu[];
}

/** The second look at one address. */
export interface Look {
  /** The first handshake has ended: resolves when the second look has ended as well, with nothing where there was none. */
  finish(document: TlsDocument): Promise<Findings>;
  /** Whether one of the other handshakes was answered: waiting longer for the first one tells no more. */
  isAnswered(): boolean;
  /** The first handshake failed with an error: the second look is ended. */
  drop(): void;
}

/**
 * Looks again at a handshake that does not complete, while it is still waited for; not at one that does. A handshake that
 * is silent or cut off is repeated with another server name: if that is answered, something objects to the name. A silent
 * one is also repeated with segments small enough for any MTU, and the sizes that get through are measured.
 */
export function startSecondLooks(
  { host, port }: Target,
  { ca, source, onProgress }: ObserveOptions,
  signals: Signals,
): (address: string, connectMs: number) => Look {
  const looked = new Set<string>();
  return (address, connectMs) => {
    const enough = new AbortController();
    const limits = { timeoutMs, signal: signals.signal, stop: anyOf(signals.stop, enough.signal) };
    const place = { address, port, source };
    let running: Promise<Findings> | null = null;
    let isAnswered = false;

    async function repeat(
      purpose: TlsPurpose,
      serverName: string,
      connection?: Connection,
    ): Promise<TlsDocument> {
      const input = { address, port, serverName };
      const smallHello = purpose === 'small-hello';
      const { document, socket } = await handshake(input, { ...limits, connection, ca, source, smallHello });
      socket?.destroy();
      if (spokeTls(document)) isAnswered = true;
      const maxSegment = purpose === 'small-segments' ? { maxSegment: smallSegment(address) } : {};
      return { ...document, purpose, ...maxSegment };
    }
    async function repeatSmall(): Promise<TlsDocument | null> {
      const connection = await connectSmall(place, limits);
      return connection === null ? null : await repeat('small-segments', withoutZone(host), connection);
    }
    async function look(isSilent: boolean): Promise<Findings> {
      const [named, small, short, sizes] = await Promise.all([
        ifPossible(repeat('other-name', otherName)),
        isSilent ? ifPossible(repeatSmall()) : null,
        isSilent && sendsLargeHello ? ifPossible(repeat('small-hello', withoutZone(host))) : null,
        isSilent ? ifPossible(measurePathMtu(place, limits)) : null,
      ]);
      return {
        tls: [named, small, short].filter((each) => each !== null),
        pathMtu: sizes === null ? [] : [sizes],
      };
    }
    const start = (isSilent: boolean): void => {
      if (running !== null || looked.size >= mostAddresses) return;
      looked.add(address);
      onProgress?.(`repeating the handshake with ${address} in other ways`);
      running = look(isSilent);
      // finish() awaits it; until then a failure is not unhandled.
      running.catch(() => {});
    };
    const cancelSlowHandshake = systemClock.after(Math.max(slowHandshakeMs, 4 * connectMs), () =>
      start(true),
    );
    return {
      async finish({ status }) {
        cancelSlowHandshake();
        if (status === 'reset' || status === 'closed') start(false);
        else if (status !== 'timeout') enough.abort();
        const found = await running;
        return found === null || enough.signal.aborted ? { tls: [], pathMtu: [] } : found;
      },
      isAnswered: () => isAnswered,
      drop() {
        cancelSlowHandshake();
        enough.abort();
      },
    };
  };
}

/** The second look at a request whose answer does not come. */
export interface AnswerLook {
  /** The request has ended: resolves when the second look has ended as well, with nothing where there was none. */
  finish(document: HttpDocument | null): Promise<Findings>;
}

/**
 * Looks again at a request that gets no answer, while it is still waited for: over a connection whose segments fit any MTU, in
 * both directions. If the answer comes over that one, large packets are lost. The sizes that get through are measured, too.
 */
export function startAnswerLook(
  { host, port }: Target,
  address: string,
  { ca, source, timeoutMs: answerMs }: ObserveOptions,
  signals: Signals,
  request: (socket: TLSSocket, limits: Limits) => Promise<HttpDocument>,
): AnswerLook {
  const enough = new AbortController();
  const limits = { timeoutMs, signal: signals.signal, stop: anyOf(signals.stop, enough.signal) };
  const place = { address, port, source };
  let running: Promise<Findings> | null = null;

  async function askSmall(): Promise<TlsDocument | null> {
    const connection = await connectSmall(place, limits);
    if (connection === null) return null;
    const input = { address, port, serverName: withoutZone(host) };
    const { document, socket } = await handshake(input, { ...limits, connection, ca, source });
    const own = { ...document, purpose: 'small-segments' as const, maxSegment: smallSegment(address) };
    if (socket === null) return own;
    try {
      return { ...own, answerStatus: (await request(socket, limits)).status };
    } finally {
      socket.destroy();
    }
  }
  async function look(): Promise<Findings> {
    const [small, sizes] = await Promise.all([
      ifPossible(askSmall()),
      ifPossible(measurePathMtu(place, limits)),
    ]);
    return { tls: small === null ? [] : [small], pathMtu: sizes === null ? [] : [sizes] };
  }
  const start = (): void => {
    running ??= look();
    // finish() awaits it; until then a failure is not unhandled.
    running.catch(() => {});
  };
  const cancelSlowAnswer = systemClock.after(Math.min(slowAnswerMs, (answerMs ?? slowAnswerMs) / 2), start);
  return {
    async finish(document) {
      cancelSlowAnswer();
      if (document?.failure === 'timeout') start();
      else enough.abort();
      const found = await running;
      return found === null || enough.signal.aborted ? { tls: [], pathMtu: [] } : found;
    },
  };
}

/** null where this host lacks the means or the resources: a second look is not part of what a report must have. */
async function ifPossible<Result>(work: Promise<Result>): Promise<Result | null> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof CapabilityError || error instanceof SystemCallError)) throw error;
    return null;
  }
}
