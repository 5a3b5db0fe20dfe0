import { test } from 'tap';
import type { TraceDocument } from '../../../src/documents/trace.js';
import type { WatchRound } from '../../../src/documents/trace-watch.js';
import { WatchedPath } from '../../../src/probe/trace/watch-path.js';
import { validateDocument } from '../../documents/validate.js';
import { hop, probe, silence, traceDocument } from '../../report/documents.js';

/** A round with the address that replies at each hop; the last is the target unless it is null. */
function round(...from: (string | null)[]): TraceDocument {
  const isReached = from.at(-1) !== null;
  return traceDocument({
    hops: from.map((each, index) => hop(index + 1, each === null ? silence : probe({ from: each }))),
    outcome: isReached ? 'open' : 'filtered',
    stoppedBy: isReached ? 'destination' : 'max-ttl',
    destinationTtl: isReached ? from.length : null,
  });
}

function watch(...rounds: TraceDocument[]): WatchRound[] {
  const path = new WatchedPath();
  return rounds.map((each) => path.add(each));
}

const a = '10.0.0.1';
const b = '10.0.0.2';
const target = '10.0.1.23';

test('a round is a document with the statistics of all rounds so far', async (t) => {
  const [first, second] = watch(round(a, target), round(a, null));
  t.same(validateDocument(first), []);
  t.same(validateDocument(second), []);
  t.match(first, { kind: 'trace-watch', round: 1, changes: [], settledOutcome: 'open' });
  t.match(second, { round: 2, outcome: 'filtered', settledOutcome: 'open', changes: [] });
  t.match(second?.statistics, [
    { sent: 2, received: 2 },
    { sent: 2, received: 1, lossPercent: 50 },
  ]);
});

test('another router, a longer path and a target that stops answering are changes', async (t) => {
  const rounds = watch(
    round(a, target),
    round(b, target),
    round(b, a, target),
    round(b, a, null),
    round(b, a, null),
  );
  t.same(
    rounds.map(({ changes }) => changes),
    [
      [],
      [{ what: 'router', ttl: 1, from: [a], to: [b] }],
      [
        { what: 'router', ttl: 2, from: [target], to: [a] },
        { what: 'length', ttl: null, from: 2, to: 3 },
      ],
      [],
      [{ what: 'outcome', ttl: null, from: 'open', to: 'filtered' }],
    ],
  );
  for (const each of rounds) t.same(validateDocument(each), []);
});

test('silence is not a change, and the next replies are compared with those before it', async (t) => {
  const rounds = watch(
    round(a, target),
    round(null, target),
    round(a, target),
    round(null, target),
    round(b, target),
  );
  t.same(
    rounds.map(({ changes }) => changes.length),
    [0, 0, 0, 0, 1],
  );
});

test('routers that share the load are reported once, and then only a new one', async (t) => {
  const sequence = [a, b, a, b, a, b, a, b, '10.0.0.3', a];
  const rounds = watch(...sequence.map((each) => round(each, target)));
  t.same(
    rounds.map(({ changes }) => changes.length),
    [0, 1, 1, 1, 0, 0, 0, 0, 1, 0],
  );
});

test('the statistics end with the path, whatever was probed behind its end', async (t) => {
  const ttls = ({ statistics }: WatchRound) => statistics.map(({ ttl }) => ttl);
  const rounds = watch(round(a, b, target), round(a, b, null, null, null), round(a, target), {
    ...round(a),
    outcome: 'interrupted',
    stoppedBy: 'abort',
    destinationTtl: null,
  });
  t.same(rounds.map(ttls), [
    [1, 2, 3],
    [1, 2, 3],
    [1, 2],
    [1, 2],
  ]);
});

test('loss at only one hop over enough rounds is a rate limit of its ICMP errors', async (t) => {
  const lossy = Array.from({ length: 12 }, (_, index) => round(index % 3 === 0 ? null : a, target));
  t.equal(watch(...lossy).at(-1)?.statistics[0]?.rateLimited, true);
  t.equal(watch(...lossy.slice(0, 9)).at(-1)?.statistics[0]?.rateLimited, false, 'too few rounds');
  const carried = Array.from({ length: 12 }, (_, index) =>
    index % 3 === 0 ? round(null, null) : round(a, target),
  );
  t.equal(watch(...carried).at(-1)?.statistics[0]?.rateLimited, false, 'the target loses as much');
});
