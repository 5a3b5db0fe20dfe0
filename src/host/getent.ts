import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { elapsedMs, nowMs } from '../core/clock.js';
import { startLimits } from '../core/deadline.js';
import { CapabilityError } from '../core/errors.js';
import { canonicalAddress, familyOf } from '../net/address/address.js';

/** The answer of getaddrinfo(3). */
export interface SystemAddresses {
  /** Canonical and without duplicates, in the order of the answer. */
  addresses: string[];
  /**
   * null if there are addresses. `ENOTFOUND`: no addresses, for a reason unknown to getent(1). `ETIMEDOUT`: no answer in time.
   * `ECANCELED`: the caller did not wait longer.
   */
  errorCode: string | null;
  durationMs: number;
}

export interface SystemAddressesOptions {
  /** Default: 2000. The C library itself waits at least ten seconds. */
  timeoutMs?: number | undefined;
  /** Rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Ends the lookup as `ECANCELED`. */
  stop?: AbortSignal | undefined;
}

/**
 * Asks getaddrinfo(3) through getent(1), which every glibc and musl system has. A call inside this process cannot be
 * ended: its thread, and with it the process, lives until the C library's own timeouts (measured: ten seconds with a
 * resolver that does not answer). A child process can be killed.
 *
 * @throws CapabilityError if getent cannot be run
 * @throws the reason of `options.signal` when it aborts
 */
export async function systemAddresses(
  name: string,
  options: SystemAddressesOptions = {},
): Promise<SystemAddresses> {
  const { timeoutMs = 2000, signal, stop } = options;
  signal?.throwIfAborted();
  const startMs = nowMs();
  return new Promise((resolve, reject) => {
    const child = start(name);
    let printed = '';
    // Without free descriptors, spawn() returns a child without a pipe.
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    const cleanUp = (): void => {
      cancelLimits();
      child.kill('SIGKILL');
    };
    const finish = (addresses: string[], errorCode: string | null): void => {
      cleanUp();
      resolve({ addresses, errorCode, durationMs: elapsedMs(startMs) });
    };
    const limits = { timeoutMs, signal, stop };
    const cancelLimits = startLimits(limits, {
      onTimeout: () => finish([], 'ETIMEDOUT'),
      onStop: () => finish([], 'ECANCELED'),
      onAbort: (reason) => {
        cleanUp();
        reject(reason);
      },
    });
    child.once('error', (error) => {
      cleanUp();
      reject(cannotRun(error));
    });
    child.once('close', () => {
      const addresses = parseGetent(printed);
      finish(addresses, addresses.length === 0 ? 'ENOTFOUND' : null);
    });
  });
}

/** Throws CapabilityError for an errno that Node does not report by an event: ENOMEM, EPERM. */
function start(name: string) {
  try {
    // After `--`, a name that begins with a hyphen is not read as an option.
    return spawn(program(), ['ahosts', '--', name], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: resolverVariables(process.env),
    });
  } catch (error) {
    throw error instanceof Error ? cannotRun(error) : error;
  }
}

/** Where the system's own getent stands. PATH is not asked: it may name anybody's directory, and this process may be root's. */
function program(): string {
  const places = ['/usr/bin/getent', '/bin/getent', '/run/current-system/sw/bin/getent'];
  return places.find((path) => existsSync(path)) ?? 'getent-is-not-installed';
}

/** The variables that change what the C library's resolver answers (resolv.conf(5), hostname(7)), and no others. */
function resolverVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = ['LOCALDOMAIN', 'RES_OPTIONS', 'HOSTALIASES'];
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

function cannotRun(error: Error): CapabilityError {
  const code = 'code' in error ? String(error.code) : error.message;
  const why = code === 'ENOENT' ? 'getent is not installed' : `getent cannot be run (${code})`;
  return new CapabilityError('getent', `${why}, so the answer of getaddrinfo is unknown`, null, {
    cause: error,
  });
}

/** Reads the addresses of `getent ahosts`: a line per address and socket type, `10.0.2.20  STREAM name`. Never throws. */
export function parseGetent(text: string): string[] {
  const first = text.split('\n').map((line) => line.trim().split(/\s+/, 1)[0] ?? '');
  return [...new Set(first.filter((word) => familyOf(word) !== null).map(canonicalAddress))];
}
