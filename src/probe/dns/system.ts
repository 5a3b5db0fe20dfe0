import { lookup } from 'node:dns';
import { canonicalAddress } from '../../address/canonical.js';
import { elapsedMs, nowMs } from '../../clock.js';
import { checkName } from './name.js';
import type { SystemLookup } from './types.js';

/** How to ask the system. */
export interface SystemLookupOptions {
  /** Wait for getaddrinfo(3), 5000 ms if not given. It cannot be cancelled: its thread ends when its own timeouts do. */
  timeoutMs?: number | undefined;
  /** Rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * What getaddrinfo(3) says of a name: what every other program on this host gets, by way of nsswitch.conf, the hosts
 * file and local caches. Beside the answer from the wire it tells whether one of those is in between.
 *
 * @throws InvalidInputError for a name that is none
 */
export async function lookupSystem(name: string, options: SystemLookupOptions = {}): Promise<SystemLookup> {
  const { signal, timeoutMs = 5000 } = options;
  signal?.throwIfAborted();
  const checkedName = checkName(name);
  const startMs = nowMs();
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const report = (addresses: string[], errorCode: string | null): void => {
      end();
      resolve({ addresses, errorCode, durationMs: elapsedMs(startMs) });
    };
    const abort = (): void => {
      end();
      reject(signal?.reason);
    };
    const timer = setTimeout(() => report([], 'ETIMEDOUT'), timeoutMs);
    signal?.addEventListener('abort', abort);
    lookup(checkedName, { all: true, verbatim: true }, (error, found) => {
      if (error) report([], error.code ?? 'UNKNOWN');
      else report([...new Set(found.map(({ address }) => canonicalAddress(address)))], null);
    });
  });
}
