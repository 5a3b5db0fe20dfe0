import { createHook } from 'node:async_hooks';
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Test } from 'tap';
import { publishedSchemas, validatorOf } from '../documents/validate.js';

/**
 * Aborts an operation at every moment at which its code runs: each continuation of an await and each callback of a socket or
 * timer is counted, and the operation is run again once for each of these moments, with the abort before the continuation or
 * after the callback. In the suite, some 15 moments of each, spread over the whole run; all of them with PPROBE_ABORTS=all
 * (`npm run fuzz`).
 */
const mostMoments = process.env.PPROBE_ABORTS === 'all' ? Number.POSITIVE_INFINITY : 15;

const reason = new Error('enough');
const problemsOf = validatorOf(publishedSchemas(), { strict: true });
export const patient = { timeoutMs: 60_000 };

export interface Signals {
  signal?: AbortSignal;
  stop?: AbortSignal;
}

/** Runs a probe and calls `at` before its `moment`-th callback. Resolves with the number of callbacks. */
export async function during(moment: number, at: () => void, probe: () => Promise<unknown>) {
  let count = 0;
  const promises = new Set<number>();
  const step = (): void => {
    count += 1;
    if (count === moment) at();
  };
  // Of a callback only the end is such a moment: before it, Node has already taken what it is called with.
  const hook = createHook({
    init(id, type) {
      if (type === 'PROMISE') promises.add(id);
    },
    before(id) {
      if (promises.has(id)) step();
    },
    after(id) {
      if (!promises.has(id)) step();
    },
  });
  hook.enable();
  const running = probe();
  try {
    return { result: await running, count };
  } catch (error) {
    return { error, count };
  } finally {
    hook.disable();
  }
}

/** What is wrong with a document that was printed after a stop. */
export function faultsOf(document: unknown): string[] {
  // Of many targets or rounds: each that was measured has its document.
  if (Array.isArray(document)) return document.flatMap(faultsOf);
  // Evidence is no document, but its observations are.
  const observations: unknown = Reflect.get(Object(document), 'observations');
  if (observations === undefined) return problemsOf(document);
  return ['dns', 'tcp', 'tls', 'http', 'trace'].flatMap((kind) => {
    const list: unknown = Reflect.get(Object(observations), kind);
    return Array.isArray(list)
      ? list.flatMap((each: unknown) => problemsOf(withoutPurpose(each)))
      : [`no ${kind}`];
  });
}

/** Observations have a member more than documents: what was asked, and why. */
function withoutPurpose(document: unknown): unknown {
  const { asked: _asked, ...rest } = Object(document);
  return rest;
}

const unhandled: unknown[] = [];
process.on('unhandledRejection', (error) => unhandled.push(error));

/** What this process has open: descriptors, of sockets and files and threads, and timers that keep it alive. */
function openCount(): number {
  const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout');
  return readdirSync('/proc/self/fd').length + timers.length;
}

/** Some turns later no more than before is open, or a minute later what an operation has left. */
async function settled(before: number, longestWaits = 2000): Promise<number> {
  for (let turn = 0; turn < 200 && openCount() > before; turn++) await new Promise(setImmediate);
  // The end of a thread takes longer than turns.
  for (let wait = 0; wait < longestWaits && openCount() > before; wait++) await delay(30);
  return openCount();
}

/** How an operation is stopped, and what has to be right then. */
export interface Walk {
  /** What is wrong with the result after a stop. null for an operation that has no `stop`. */
  checked?: ((result: unknown) => string[]) | null;
  /** Whether it has a `signal`, whose reason it throws. Default true. */
  isAbortable?: boolean;
  /** Called at the moment of the abort, after it, such as to silence a peer: an operation that goes on does not end then. */
  after?: () => void;
}

/** Walks one operation. `probe` has to prepare what it needs again each time, and to put right what `after` did. */
export async function walk(
  t: Test,
  name: string,
  probe: (signals: Signals) => Promise<unknown>,
  { checked = faultsOf, isAbortable = true, after = () => {} }: Walk = {},
): Promise<void> {
  await t.test(name, async (t) => {
    // Twice: the first run loads, compiles, and opens what is kept.
    await probe({});
    const faults: string[] = [];
    const { count } = await during(
      0,
      () => {},
      () => probe({}),
    );
    let before = await settled(0, 3);
    const check = async (what: string): Promise<void> => {
      const open = await settled(before);
      if (open > before) faults.push(`${what} leaves ${open - before} sockets, files or timers open`);
      before = open;
    };
    const stride = Math.max(1, count / mostMoments);
    let [early, stopped] = [0, 0];
    for (let moment = 1; moment <= count; moment += stride) {
      const at = Math.floor(moment);
      if (isAbortable) {
        const abort = new AbortController();
        const cut = await during(
          at,
          () => {
            abort.abort(reason);
            after();
          },
          () => probe({ signal: abort.signal }),
        );
        if ('error' in cut) early += 1;
        await check(`abort at ${at}`);
        if ('error' in cut && cut.error !== reason) faults.push(`abort at ${at}: ${String(cut.error)}`);
      }
      if (checked === null) continue;

      const stop = new AbortController();
      const ended = await during(
        at,
        () => {
          stop.abort();
          after();
        },
        () => probe({ stop: stop.signal }),
      );
      stopped += 1;
      if (!isAbortable && stop.signal.aborted) early += 1;
      await check(`stop at ${at}`);
      if ('error' in ended) faults.push(`stop at ${at}: ${String(ended.error)}`);
      else faults.push(...checked(ended.result).map((fault) => `stop at ${at}: ${fault}`));
    }
    t.same(faults, [], `${stopped} of ${count} moments`);
    t.ok(early > 0, 'an abort was in time');
    t.same(unhandled, []);
  });
}
