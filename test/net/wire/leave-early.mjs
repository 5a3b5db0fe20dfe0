// Ends traces in every way that a program can, and prints the number of descriptors that each left open.
import { readdirSync } from 'node:fs';

const [library, target, method, speed] = process.argv.slice(2);
/** A path that answers can end the trace before it is left. */
const mayBeOver = speed === 'quick';
const { trace, watchTrace } = await import(library);

const options = { method, port: 443, waitMs: 150 };
const openDescriptors = () => readdirSync('/proc/self/fd').length;
const turn = () => new Promise(setImmediate);

async function firstHop(run) {
  for await (const hop of run) return hop;
}

const ways = {
  async 'awaits the document'() {
    await trace(target, options);
  },
  async 'leaves the loop'() {
    const run = trace(target, options);
    await firstHop(run);
    await run;
  },
  async 'throws in the loop'() {
    const run = trace(target, options);
    await (async () => {
      for await (const { ttl } of run) throw new Error(`hop ${ttl}`);
    })().catch(() => {});
    await run;
  },
  async 'leaves the loop and stops'() {
    const stopping = new AbortController();
    const run = trace(target, { ...options, stop: stopping.signal });
    await firstHop(run);
    stopping.abort();
    const { outcome } = await run;
    if (outcome !== 'interrupted' && !mayBeOver) throw new Error(outcome);
  },
  async 'aborts before'() {
    await rejected(trace(target, { ...options, signal: AbortSignal.abort() }));
  },
  async 'aborts at once'() {
    const aborting = new AbortController();
    const run = trace(target, { ...options, signal: aborting.signal });
    aborting.abort();
    await rejected(run);
  },
  async 'aborts at the first hop'() {
    const aborting = new AbortController();
    const run = trace(target, { ...options, signal: aborting.signal });
    await firstHop(run);
    aborting.abort();
    await rejected(run);
  },
  async 'aborts when the iteration has started and the document is not awaited'() {
    const aborting = new AbortController();
    const run = trace(target, { ...options, signal: aborting.signal });
    setTimeout(() => aborting.abort(), 20);
    await rejected(
      (async () => {
        for await (const { ttl } of run) if (ttl > 99) return;
      })(),
    );
  },
  async 'leaves a watch'() {
    for await (const round of watchTrace(target, { ...options, intervalMs: 20 })) if (round.round > 1) break;
  },
};

async function rejected(promise) {
  const reason = await promise.then(
    () => 'nothing',
    (error) => error.name,
  );
  if (reason !== 'AbortError' && !mayBeOver) throw new Error(`it rejected with ${reason}`);
}

// Descriptors that the process opens once (its poller) are open after the first trace.
await trace(target, options).catch(() => {});
await turn();
const before = openDescriptors();
const left = {};
for (const [name, way] of Object.entries(ways)) {
  await way();
  // Node closes its own descriptors a turn later.
  await turn();
  left[name] = openDescriptors() - before;
}
console.log(JSON.stringify(left));
