import fc from 'fast-check';
import { test } from 'tap';
import { ProbeSlots, type SlotAdmission } from '../../src/exporter/slots.js';
import { runs } from '../runs.js';

const never = new AbortController().signal;
/** A clock that stands still. */
const still = { now: () => 0, after: () => () => {} };
const later = 600_000;

/** What has become of a request by now, or null while it waits. */
async function settled(request: Promise<SlotAdmission>): Promise<SlotAdmission | null> {
  return Promise.race([request, new Promise<null>((resolve) => setImmediate(() => resolve(null)))]);
}

test('so many enter, so many wait, and the others are turned away', async (t) => {
  const slots = new ProbeSlots({ maxConcurrent: 2, maxQueue: 2 }, still);
  const requests = [1, 2, 3, 4, 5].map(() => slots.enter(later, never));
  const states = await Promise.all(requests.map(settled));
  t.same(states, ['entered', 'entered', null, null, 'busy']);
  t.same([slots.running, slots.waiting], [2, 2]);
  slots.leave();
  t.same(await Promise.all(requests.slice(2, 4).map(settled)), ['entered', null]);
  slots.limit({ maxConcurrent: 3, maxQueue: 2 });
  t.equal(await requests[3], 'entered');
  t.same([slots.running, slots.waiting], [3, 0]);
});

test('who waits until it is too late, or goes away, leaves the queue; so do all when it closes', async (t) => {
  const timers: { atMs: number; callback: () => void }[] = [];
  const clock = {
    now: () => 1000,
    after(delayMs: number, callback: () => void) {
      const timer = { atMs: 1000 + delayMs, callback };
      timers.push(timer);
      return () => timers.splice(timers.indexOf(timer), 1);
    },
  };
  const slots = new ProbeSlots({ maxConcurrent: 1, maxQueue: 9 }, clock);
  t.equal(await slots.enter(999, never), 'late', 'before it waits');
  t.equal(await slots.enter(later, AbortSignal.abort()), 'gone');
  t.equal(await slots.enter(1000, never), 'entered');
  const [late, gone, closed] = [new AbortController(), new AbortController(), new AbortController()].map(
    (controller, index) => ({ controller, request: slots.enter(2000 + index, controller.signal) }),
  );
  timers.find(({ atMs }) => atMs === 2000)?.callback();
  t.equal(await late?.request, 'late');
  gone?.controller.abort();
  t.equal(await gone?.request, 'gone');
  slots.close();
  t.equal(await closed?.request, 'busy');
  t.same([slots.running, slots.waiting, timers.length], [1, 0, 0]);
  t.equal(await slots.enter(later, never), 'busy');
});

test('never more at once than allowed, first come first served, whatever happens in which order', async () => {
  const action = fc.constantFrom('enter', 'leave', 'abort');
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.nat(4),
      fc.array(action),
      async (most, queue, actions) => {
        const slots = new ProbeSlots({ maxConcurrent: most, maxQueue: queue }, still);
        const entered: number[] = [];
        const controllers: AbortController[] = [];
        let count = 0;
        for (const each of actions) {
          if (each === 'enter') {
            const [number, controller] = [count++, new AbortController()];
            controllers.push(controller);
            void slots
              .enter(later, controller.signal)
              .then((state) => state === 'entered' && entered.push(number));
          } else if (each === 'leave' && slots.running > 0) slots.leave();
          else controllers.pop()?.abort();
          await new Promise(setImmediate);
          if (slots.running > most || slots.waiting > queue) return false;
        }
        return entered.every((number, index) => index === 0 || number > (entered[index - 1] ?? -1));
      },
    ),
    { numRuns: runs(100) },
  );
});
