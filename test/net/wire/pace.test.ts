import fc from 'fast-check';
import t from 'tap';
import { Pace, PacedWire } from '../../../src/net/wire/pace.js';
import type { Wire } from '../../../src/net/wire/wire.js';
import { runs } from '../../runs.js';
import { VirtualClock } from '../../simulation/virtual-clock.js';

t.test('no second has more packets than the pace, whoever asks when, and all leave in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 500 }),
      fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 120 }),
      async (perSecond, gaps) => {
        const clock = new VirtualClock();
        const pace = new Pace(clock);
        pace.limit(perSecond);
        const left: { at: number; index: number }[] = [];
        let at = 0;
        for (const [index, gap] of gaps.entries()) {
          // Most come together, as those of a trace do.
          at += gap > 300 ? gap : 0;
          clock.after(at, () => {
            pace.turn(() => left.push({ at: clock.now(), index }));
          });
        }
        await passed(clock);
        const isPaced = left.every(
          ({ at: from }) =>
            left.filter((each) => each.at >= from && each.at < from + 1000).length <= perSecond + 1,
        );
        return isPaced && left.length === gaps.length && left.every(({ index }, place) => index === place);
      },
    ),
    { numRuns: runs(100) },
  );
});

t.test('a turn that is given back is nobody’s, and one without a limit is now', async (t) => {
  const clock = new VirtualClock();
  const pace = new Pace(clock);
  t.equal(pace.wait(), null);
  pace.limit(1);
  const left: string[] = [];
  pace.turn(() => left.push('first'));
  const giveBack = pace.turn(() => left.push('second'));
  pace.turn(() => left.push('third'));
  giveBack();
  const stop = new AbortController();
  const waiting = pace.wait(stop.signal);
  stop.abort();
  await waiting;
  await passed(clock);
  t.same(left, ['first', 'third']);
  t.equal(pace.wait(stop.signal), null, 'nothing is awaited after the end');
});

t.test('a probe of a paced wire is queued until it leaves, and a closed wire sends nothing', async (t) => {
  const clock = new VirtualClock();
  const pace = new Pace(clock);
  pace.limit(2);
  const sent: number[] = [];
  const left: number[] = [];
  let isClosed = false;
  const wire: Wire = {
    method: 'syn',
    source: '10.0.0.1',
    send: ({ id }) => sent.push(id),
    receive: () => {},
    silentNeighbour: () => null,
    close: () => {
      isClosed = true;
    },
  };
  const listener = { onReply() {}, onSendError() {}, onDiscard() {}, onLeft: (id: number) => left.push(id) };
  const paced = new PacedWire(wire, listener, pace);
  for (const id of [0, 1, 2, 3]) paced.send({ id, ttl: 1 });
  t.same(sent, [0]);
  t.same(
    [0, 1, 2, 3].map((id) => paced.isQueued(id)),
    [false, true, true, true],
  );
  paced.retire(2);
  clock.after(600, () => {
    t.same([sent, left], [[0, 1], [1]]);
    paced.close();
  });
  await passed(clock);
  t.same(sent, [0, 1]);
  t.ok(isClosed);
});

/** Lets everything happen that is planned. */
async function passed(clock: VirtualClock): Promise<void> {
  await clock.runUntil(new Promise((resolve) => clock.after(1_000_000, () => resolve(null))));
}
