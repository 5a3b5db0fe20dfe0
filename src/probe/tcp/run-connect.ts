import type { Socket } from 'node:net';
import { checkAddress, checkPort } from '../../core/check-options.js';
import { roundMs } from '../../core/clock.js';
import { andThen, type MaybePromise } from '../../core/maybe-promise.js';
import { startDocument } from '../../documents/header.js';
import {
  bestStatus,
  type TcpAttempt,
  type TcpDocument,
  type TcpStatistics,
  type TcpStatus,
} from '../../documents/tcp.js';
import { checkSource } from '../../host/source.js';
import { familyOf } from '../../net/address/address.js';
import { readBanner } from './banner.js';
import { Cancel } from './cancel.js';
import { tellAttempt, tellResult } from './channels.js';
import type { ConnectAddressesOptions, ConnectInput } from './connect-addresses.js';
import { connectOnce, unsentAttempt } from './connect-once.js';
import type { Engine } from './engine.js';

/** Options that were checked, with their defaults. */
export interface ConnectPlan extends Omit<ConnectAddressesOptions, 'engine' | 'signal'> {
  engine: Engine;
  timeoutMs: number;
  count: number;
  intervalMs: number;
}

/**
 * A name has a handful of addresses, and all are tried at once. Only a hostile answer has thousands; it must
 * not take every file descriptor of the process.
 */
const mostAtOnce = 128;

/** A service that speaks first does so at once; one that does not would hold up the result for the whole timeout. */
const bannerPatienceMs = 2000;

/** connectAddresses() by a plan. Without a promise where every attempt ended at once, as over loopback. */
export function runConnect(
  input: ConnectInput,
  plan: ConnectPlan,
  signal?: AbortSignal,
): MaybePromise<TcpDocument> {
  const { count, intervalMs, source, stop } = plan;
  const { host, port, resolution } = input;
  const addresses = input.addresses.length > 1 ? [...new Set(input.addresses)] : input.addresses;
  checkPort(port);
  addresses.forEach(checkAddress);
  const sourceFamily = source === undefined ? null : checkSource(source, addresses);
  signal?.throwIfAborted();

  const header = startDocument('tcp');
  const cancel = new Cancel({ signal, stop });
  const attemptOnce = (address: string): MaybePromise<TcpAttempt> => {
    const isOther = sourceFamily !== null && sourceFamily !== familyOf(address);
    return andThen(
      isOther
        ? unsentAttempt(address, port, 'EAFNOSUPPORT', 'source-family')
        : connectBy(plan, address, port, cancel),
      finish,
    );
  };
  function finish(attempt: TcpAttempt): TcpAttempt {
    if (cancel.isThrown) return attempt;
    tellResult(attempt);
    plan.onAttempt?.(attempt);
    return attempt;
  }
  function documentOf(attempts: TcpAttempt[]): TcpDocument {
    signal?.throwIfAborted();
    const status = bestStatus(attempts.map((attempt) => attempt.status));
    const { kind, version, tool, startedAt, durationMs } = header();
    // Spelled out: members behind a spread take V8 as long as the connection took the kernel.
    const document = { kind, version, tool, startedAt, durationMs, host, port, status, attempts, resolution };
    return count > 1 ? { ...document, statistics: statisticsOf(attempts) } : document;
  }
  return closing(cancel, () => {
    const round = () => mapAtOnce(addresses, mostAtOnce, attemptOnce);
    return andThen(inRounds(round, { count, intervalMs, cancel }), documentOf);
  });
}

function connectBy(
  plan: ConnectPlan,
  address: string,
  port: number,
  cancel: Cancel,
): MaybePromise<TcpAttempt> {
  const { engine, timeoutMs, source, onOpen } = plan;
  tellAttempt(address, port);
  return plan.banner
    ? connectAndRead(plan, address, port, cancel)
    : connectOnce(engine, address, port, { timeoutMs, source, cancel, onOpen });
}

async function connectAndRead(
  { engine, timeoutMs, source }: ConnectPlan,
  address: string,
  port: number,
  cancel: Cancel,
): Promise<TcpAttempt> {
  let speaking: Promise<string | null> | null = null;
  const limits = { timeoutMs: Math.min(timeoutMs, bannerPatienceMs), stop: cancel.signal };
  const onOpen = (_attempt: TcpAttempt, socket: Socket) => {
    speaking = readBanner(socket, limits);
  };
  const attempt = await connectOnce(engine, address, port, { timeoutMs, source, cancel, onOpen });
  return { ...attempt, banner: await speaking };
}

/** Does the work and closes `cancel`. Where one attempt or the caller's own callback threw, the others are still open. */
function closing<Result>(cancel: Cancel, work: () => MaybePromise<Result>): MaybePromise<Result> {
  const fail = (error: unknown): never => {
    cancel.drop();
    cancel.close();
    throw error;
  };
  try {
    const result = work();
    if (!(result instanceof Promise)) {
      cancel.close();
      return result;
    }
    return result.then((value) => {
      cancel.close();
      return value;
    }, fail);
  } catch (error) {
    return fail(error);
  }
}

/** Runs `work` over all items, at most `most` at the same time; the results are in the order of the items. */
function mapAtOnce<Item, Result>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => MaybePromise<Result>,
): MaybePromise<Result[]> {
  const [first] = items;
  if (first !== undefined && items.length === 1) return andThen(work(first), (result) => [result]);
  const results: Result[] = [];
  const waiting = items.entries();
  const lane = async () => {
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  return Promise.all(Array.from({ length: Math.min(most, items.length) }, lane)).then(() => results);
}

export interface Rounds {
  count: number;
  /** From the beginning of one to that of the next. */
  intervalMs: number;
  /** Begins no more rounds; the first begins in any case. */
  cancel: Cancel;
}

/**
 * Begins the same work `count` times, every `intervalMs`, whether the earlier ones have ended or not: a silent address must
 * not slow down what is asked of the others. The results in the order of the rounds; rejects as soon as one does.
 */
function inRounds<Result>(
  work: () => MaybePromise<Result[]>,
  { count, intervalMs, cancel }: Rounds,
): MaybePromise<Result[]> {
  if (count === 1) return work();
  const stop = cancel.signal;
  return new Promise((resolve, reject) => {
    const rounds: Promise<Result[]>[] = [];
    const finish = (): void => {
      clearInterval(timer);
      stop.removeEventListener('abort', finish);
      Promise.all(rounds).then((results) => resolve(results.flat()), reject);
    };
    const begin = (): void => {
      const round = new Promise<Result[]>((resolveRound) => resolveRound(work()));
      rounds.push(round);
      round.catch((error: unknown) => {
        clearInterval(timer);
        stop.removeEventListener('abort', finish);
        reject(error);
      });
      if (rounds.length === count) finish();
    };
    const timer = setInterval(begin, intervalMs);
    begin();
    if (stop.aborted) finish();
    else stop.addEventListener('abort', finish);
  });
}

/** The target's own TCP answered, whatever it said. */
const answers: readonly TcpStatus[] = ['open', 'refused', 'reset'];

/** Sums up the attempts on each address, in the order in which the addresses come first. Pure. */
export function statisticsOf(attempts: readonly TcpAttempt[]): TcpStatistics[] {
  const byAddress = new Map<string, TcpAttempt[]>();
  for (const attempt of attempts) {
    const known = byAddress.get(attempt.address);
    if (known === undefined) byAddress.set(attempt.address, [attempt]);
    else known.push(attempt);
  }
  return [...byAddress].map(([address, own]) => sumUp(address, own));
}

function sumUp(address: string, attempts: readonly TcpAttempt[]): TcpStatistics {
  // What this process could not try, or was told to end, says nothing of the target.
  const sent = attempts.filter(({ status }) => status !== 'error');
  const answered = sent.filter(({ status }) => answers.includes(status));
  const times = answered.map(({ durationMs }) => durationMs);
  const mean = times.reduce((sum, each) => sum + each, 0) / times.length;
  const variance = times.reduce((sum, each) => sum + (each - mean) ** 2, 0) / times.length;
  const known = (value: number) => (times.length === 0 ? null : roundMs(value));
  return {
    address,
    sent: sent.length,
    answered: answered.length,
    open: sent.filter(({ status }) => status === 'open').length,
    lossPercent: sent.length === 0 ? null : Math.round((1 - answered.length / sent.length) * 100_000) / 1000,
    minMs: known(times.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY)),
    avgMs: known(mean),
    maxMs: known(times.reduce((most, each) => Math.max(most, each), 0)),
    mdevMs: known(Math.sqrt(variance)),
  };
}
