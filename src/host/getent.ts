import { spawn } from 'node:child_process';
import { elapsedMs, nowMs } from '../core/clock.js';
import { giveUpAt } from '../core/deadline.js';
import { CapabilityError } from '../core/errors.js';
import { canonicalAddress, familyOf } from '../net/address/address.js';

/** What getaddrinfo(3) said. */
export interface SystemAddresses {
  /** Canonical, each once, in the order given. */
  addresses: string[];
  /** null when it gave addresses. `ENOTFOUND`: it gave none, and getent(1) does not say why; `ETIMEDOUT`: not within our patience. */
  errorCode: string | null;
  durationMs: number;
}

export interface SystemAddressesOptions {
  /** Default 2000. The C library's own patience is at least ten seconds. */
  timeoutMs?: number | undefined;
  /** Aborting rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Aborting ends the look-up as `ETIMEDOUT`. */
  stop?: AbortSignal | undefined;
}

/**
 * Asks getaddrinfo(3) by way of getent(1), which every glibc and musl system has. A call inside this process could not be
 * ended: its thread lives until the C library's own timeouts do, and the process is not let go before (measured: ten
 * seconds with a silent resolver). A child can be killed.
 *
 * @throws CapabilityError where getent cannot be run, and the reason of `signal`.
 */
export async function systemAddresses(
  name: string,
  options: SystemAddressesOptions = {},
): Promise<SystemAddresses> {
  const { timeoutMs = 2000, signal, stop } = options;
  signal?.throwIfAborted();
  const startMs = nowMs();
  return new Promise((resolve, reject) => {
    // After `--` a name cannot be an option.
    const child = spawn('getent', ['ahosts', '--', name], { stdio: ['ignore', 'pipe', 'ignore'] });
    let printed = '';
    // Where the process has no descriptors left, there is no pipe either.
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    const over = (): void => {
      callOff();
      child.kill('SIGKILL');
    };
    const finish = (addresses: string[], errorCode: string | null): void => {
      over();
      resolve({ addresses, errorCode, durationMs: elapsedMs(startMs) });
    };
    const onGiveUp = (): void => finish([], 'ETIMEDOUT');
    const limits = { timeoutMs, signal, stop };
    const callOff = giveUpAt(limits, {
      onTimeout: onGiveUp,
      onStop: onGiveUp,
      onAbort: (reason) => {
        over();
        reject(reason);
      },
    });
    child.once('error', (error) => {
      over();
      reject(unknownFor(error));
    });
    child.once('close', () => {
      const addresses = parseGetent(printed);
      finish(addresses, addresses.length === 0 ? 'ENOTFOUND' : null);
    });
  });
}

function unknownFor(error: Error): CapabilityError {
  const code = 'code' in error ? String(error.code) : error.message;
  const why = code === 'ENOENT' ? 'getent is not installed' : `getent cannot be run (${code})`;
  return new CapabilityError('getent', `${why}, so what getaddrinfo says of a name is unknown`, null, {
    cause: error,
  });
}

/** The addresses of `getent ahosts`: one line for each and socket type, `10.0.2.20  STREAM name`. Never throws. */
export function parseGetent(text: string): string[] {
  const first = text.split('\n').map((line) => line.trim().split(/\s+/, 1)[0] ?? '');
  return [...new Set(first.filter((word) => familyOf(word) !== null).map(canonicalAddress))];
}
