import { test } from 'tap';
import { exitCodeOf } from '../../src/documents/terms/exit-code.js';
import { type TraceOnce, watchHost, watchRounds } from '../../src/observe/watch-host.js';
import { serve } from '../probe/dns/server.js';
import { traceDocument } from '../report/documents.js';

/** A path whose target is at another TTL in each round; null: it does not answer. Tells what each round was limited to. */
function path(ends: (number | null)[]) {
  const limits: (number | undefined)[] = [];
  const traceOnce: TraceOnce = async ({ maxTtl }) => {
    limits.push(maxTtl);
    const destinationTtl = ends[limits.length - 1] ?? null;
    return traceDocument({ destinationTtl, outcome: destinationTtl === null ? 'filtered' : 'open' });
  };
  return { limits, traceOnce };
}

test('a round probes no hop behind the target, and probes further where the target did not answer', async (t) => {
  const { limits, traceOnce } = path([3, 3, null, 5, 5]);
  const rounds = [];
  for await (const round of watchRounds(traceOnce, { intervalMs: 1, rounds: 5 })) rounds.push(round);
  t.same(limits, [undefined, 3, 3, undefined, 5]);
  t.same(
    rounds.map(({ round }) => round),
    [1, 2, 3, 4, 5],
  );
});

test('back-pressure: no round begins before its next(), or after the loop ended', async (t) => {
  const { limits, traceOnce } = path([3]);
  const rounds = watchRounds(traceOnce, { intervalMs: 1 });
  t.equal(limits.length, 0);
  await rounds.next();
  await new Promise((resolve) => setTimeout(resolve, 20));
  t.equal(limits.length, 1);
  await rounds.return();
  t.same(await rounds.next(), { done: true, value: undefined });
  t.equal(limits.length, 1);
});

test('stop between two rounds ends the watch without another round', async (t) => {
  const { limits, traceOnce } = path([3]);
  const stop = new AbortController();
  for await (const { round } of watchRounds(traceOnce, { intervalMs: 3_600_000, stop: stop.signal })) {
    t.equal(round, 1);
    setTimeout(() => stop.abort(), 5);
  }
  t.equal(limits.length, 1);
});

test('signal throws its reason, also during the wait for the next round', async (t) => {
  const { traceOnce } = path([3]);
  const abort = new AbortController();
  const rounds = watchRounds(traceOnce, { intervalMs: 3_600_000, signal: abort.signal });
  await rounds.next();
  const next = rounds.next();
  const reason = new Error('enough');
  abort.abort(reason);
  await t.rejects(next, reason);
});

test('invalid options are refused before anything is sent', async (t) => {
  await t.rejects(watchHost('127.0.0.1', { intervalMs: 0 }).next(), {
    code: 'invalid-input',
    argument: 'intervalMs',
  });
  await t.rejects(watchHost('127.0.0.1', { rounds: 0 }).next(), {
    code: 'invalid-input',
    argument: 'rounds',
  });
  await t.rejects(watchHost('127.0.0.1', { queries: 11 }).next(), {
    code: 'invalid-input',
    argument: 'queries',
  });
});

test('a round says what cut it off: the end of the time leaves the result open, and is no interrupt', async (t) => {
  const reasons = { 20: new DOMException('the time is over', 'TimeoutError'), 130: new Error('Ctrl-C') };
  const resolver = await serve(t, () => []);
  for (const [code, reason] of Object.entries(reasons)) {
    const stop = new AbortController();
    const cut: TraceOnce = async () => {
      stop.abort(reason);
      return traceDocument({ outcome: 'interrupted', destinationTtl: null });
    };
    const [round] = await collected(watchRounds(cut, { stop: stop.signal }));
    t.equal(round && exitCodeOf(round), Number(code));
    t.match(round?.stopped, { by: code === '20' ? 'time-limit' : 'request' });
    const dns = { servers: [resolver.text], timeoutMs: 60_000 };
    const [unnamed] = await collected(watchHost('silent.example', { dns, stop: AbortSignal.abort(reason) }));
    t.equal(unnamed && exitCodeOf(unnamed), Number(code), 'the name was not looked up');
  }
});

async function collected<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
