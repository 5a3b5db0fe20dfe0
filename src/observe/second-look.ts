import { anyOf } from '../core/deadline.js';
import { CapabilityError } from '../core/errors.js';
import type { Observations } from '../documents/report.js';
import type { Target } from '../documents/target.js';
import type { PathMtu, TlsDocument, TlsPurpose } from '../documents/tls.js';
import { SystemCallError } from '../net/libc/load.js';
import { connectSmall, measurePathMtu, smallSegment } from '../probe/mtu/path-mtu.js';
import { type Connection, handshake } from '../probe/tls/handshake.js';
import type { Signals } from './branches.js';
import type { ObserveOptions } from './options.js';

/** Exists everywhere (RFC 2606) and is no private endpoint: no filter that knows our name means this one. */
const otherName = 'example.com';

/** Longer than a handshake takes around the world, with a server that thinks about it. */
const patienceMs = 700;
/** So that all of it ends when the first handshake does. */
const timeoutMs = 2200;
/** The addresses of one name fail in one way; two are enough to see that. */
const mostAddresses = 2;

export interface Look {
  /** The handshake proper has ended so: resolves when the second look is over, too. */
  finish(document: TlsDocument): Promise<void>;
  /** There will be no end: nothing more is looked at. */
  drop(): void;
}

/**
 * Looks again where a handshake does not come to its end, while it is still waited for, and not at all where it does.
 * Silent or cut off: once more under another server name; if that is answered, the name is what something objects to.
 * Silent: also with segments too small for any MTU to stop, and which sizes get through. What is found goes into
 * `observations`.
 */
export function startSecondLooks(
  target: Target,
  options: ObserveOptions,
  signals: Signals,
  observations: Observations,
): (address: string, connectMs: number) => Look {
  const { host, port } = target;
  const { ca, source } = options;
  const looked = new Set<string>();
  return (address, connectMs) => {
    const enough = new AbortController();
    const limits = { timeoutMs, signal: signals.signal, stop: anyOf(signals.stop, enough.signal) };
    const place = { address, port, source };
    const found: TlsDocument[] = [];
    const sizes: PathMtu[] = [];
    let running: Promise<unknown> | null = null;

    async function shake(purpose: TlsPurpose, serverName: string, connection?: Connection): Promise<void> {
      const input = { address, port, serverName };
      const { document, socket } = await handshake(input, { ...limits, connection, ca, source });
      socket?.destroy();
      const maxSegment = purpose === 'small-segments' ? { maxSegment: smallSegment(address) } : {};
      found.push({ ...document, purpose, ...maxSegment });
    }
    async function shakeSmall(): Promise<void> {
      const connection = await connectSmall(place, limits);
      if (connection !== null) await shake('small-segments', host, connection);
    }
    async function trySizes(): Promise<void> {
      sizes.push(await measurePathMtu(place, limits));
    }
    const start = (isSilent: boolean): void => {
      if (running !== null || looked.size >= mostAddresses) return;
      looked.add(address);
      options.onProgress?.(`shaking hands with ${address} in other ways`);
      const silent = isSilent ? [shakeSmall(), trySizes()].map(ifPossible) : [];
      running = Promise.all([shake('other-name', otherName), ...silent]);
      running.catch(() => {});
    };
    const patience = setTimeout(() => start(true), Math.max(patienceMs, 4 * connectMs));
    return {
      async finish({ status }) {
        clearTimeout(patience);
        if (status === 'reset' || status === 'closed') start(false);
        else if (status !== 'timeout') enough.abort();
        await running;
        if (enough.signal.aborted) return;
        observations.tls.push(...found);
        if (sizes.length > 0) observations.pathMtu = [...(observations.pathMtu ?? []), ...sizes];
      },
      drop() {
        clearTimeout(patience);
        enough.abort();
      },
    };
  };
}

/** A host without these means, or without room for them, has one opinion less, and nothing is wrong with it. */
async function ifPossible(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof CapabilityError || error instanceof SystemCallError)) throw error;
  }
}
