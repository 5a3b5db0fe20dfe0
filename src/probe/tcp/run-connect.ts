import type { Socket } from 'node:net';
import { familyOf } from '../../address/family.js';
import { startDocument } from '../../document.js';
import { checkSource } from '../../host/source.js';
import { checkPort } from '../../port-number.js';
import { andThen, type Soon } from '../../soon.js';
import { bestStatus } from '../../tcp-status.js';
import { readBanner } from './banner.js';
import { Cancel } from './cancel.js';
import { tellAttempt, tellResult } from './channels.js';
import { checkAddress } from './check-input.js';
import type { ConnectAddressesOptions, ConnectInput } from './connect-addresses.js';
import { connectOnce, unsentAttempt } from './connect-once.js';
import type { Engine } from './engine.js';
import { inRounds } from './rounds.js';
import { statisticsOf } from './statistics.js';
import type { TcpAttempt, TcpDocument } from './types.js';

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
export function runConnect(input: ConnectInput, plan: ConnectPlan, signal?: AbortSignal): Soon<TcpDocument> {
  const { count, intervalMs, source, stop } = plan;
  const { host, port, resolution } = input;
  const addresses = input.addresses.length > 1 ? [...new Set(input.addresses)] : input.addresses;
  checkPort(port);
  addresses.forEach(checkAddress);
  const sourceFamily = source === undefined ? null : checkSource(source, addresses);
  signal?.throwIfAborted();

  const header = startDocument('tcp');
  const cancel = new Cancel({ signal, stop });
  const attemptOnce = (address: string): Soon<TcpAttempt> => {
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

function connectBy(plan: ConnectPlan, address: string, port: number, cancel: Cancel): Soon<TcpAttempt> {
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
function closing<Result>(cancel: Cancel, work: () => Soon<Result>): Soon<Result> {
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
  work: (item: Item) => Soon<Result>,
): Soon<Result[]> {
  const [first] = items;
  if (first !== undefined && items.length === 1) return andThen(work(first), (result) => [result]);
  const results: Result[] = [];
  const waiting = items.entries();
  const lane = async () => {
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  return Promise.all(Array.from({ length: Math.min(most, items.length) }, lane)).then(() => results);
}
