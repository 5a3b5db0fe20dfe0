import fc from 'fast-check';
import t from 'tap';
import { runs } from '../../runs.js';
import type { Forgery, SimulatedHop, SimulatedPath } from '../../simulation/path.js';
import { type Scenario, simulate } from './scenario.js';

/** Runs per test; PPROBE_FUZZ_RUNS counts packets, and each path takes about a hundred of them. */
const numRuns = runs(Math.ceil(Number(process.env.PPROBE_FUZZ_RUNS ?? 20_000) / 100));

/** No packet expires earlier: half of the shortest wait, for the second packet of a probe. */
const shortestWaitMs = 25;

const losses = fc.uniqueArray(fc.nat(12), { maxLength: 6 });
const forgeries = fc.subarray<Forgery>([
  'reset-wrong-acknowledgment',
  'syn-ack-wrong-acknowledgment',
  'bare-ack',
  'truncated-tcp',
  'time-exceeded-wrong-sequence',
  'time-exceeded-foreign-flow',
  'time-exceeded-bad-checksum',
  'truncated-icmp',
]);

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 3 });

/** Any behaviour of a router. Addresses follow from the position, so that a wrong address is noticed. */
const behaviour = fc.record({
  isSilent: fc.boolean(),
  rttMs: fc.nat(300),
  loses: losses,
  quoteOctets: maybe(fc.integer({ min: 0, max: 60 })),
  mpls: maybe(fc.constant([{ label: 7, tc: 0, bottom: true, ttl: 1 }])),
  limit: maybe(
    fc.record({ perSecond: fc.integer({ min: 1, max: 20 }), burst: fc.integer({ min: 1, max: 4 }) }),
  ),
  hasSibling: fc.boolean(),
  fate: fc.constantFrom('passes', 'passes', 'passes', 'passes', 'drops', 'prohibits', 'no-route'),
});

function hopAt(
  index: number,
  { isSilent, hasSibling, fate, ...rest }: typeof behaviour extends fc.Arbitrary<infer B> ? B : never,
): SimulatedHop {
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return {
    rttMs: rest.rttMs,
    ...given,
    address: isSilent ? null : `100.64.${index + 1}.1`,
    ...(hasSibling && { siblings: [`100.64.${index + 1}.2`] }),
    ...(fate === 'drops' && { drops: true }),
    ...(fate === 'prohibits' && { rejects: { type: 3, code: 13 } }),
    ...(fate === 'no-route' && { rejects: { type: 3, code: 0 } }),
  };
}

const anyPath = fc
  .record({
    behaviours: fc.array(behaviour, { maxLength: 14 }),
    end: fc.record({
      rttMs: fc.nat(400),
      answer: fc.constantFrom('syn-ack', 'rst', 'silence'),
      copies: fc.integer({ min: 1, max: 3 }),
      loses: losses,
    }),
    forgeries,
  })
  .map(
    ({ behaviours, end, forgeries }): SimulatedPath => ({
      client: '10.0.1.10',
      target: '203.0.113.10',
      port: 443,
      hops: behaviours.map((each, index) => hopAt(index, each)),
      end: end as SimulatedPath['end'],
      forgeries,
    }),
  );

const anyOptions = fc.record({
  queries: fc.integer({ min: 1, max: 4 }),
  maxTtl: fc.integer({ min: 1, max: 20 }),
  parallel: fc.integer({ min: 1, max: 20 }),
  gapLimit: fc.nat(6),
  waitMs: fc.constantFrom(100, 1000, 3000),
  paris: fc.boolean(),
});

t.test(
  'whatever the path does, the trace ends within its limits and shows no hop that does not exist',
  async () => {
    await fc.assert(
      fc.asyncProperty(anyPath, anyOptions, async (path, options) => {
        const expect = { outcome: '', stoppedBy: '', destinationTtl: null, atMostMs: 0 };
        const scenario: Scenario = { says: '', path, options, expect };
        const inFlight = new Map<number, { ttl: number; atMs: number }>();
        let mostInFlight = 0;
        const { document } = await simulate(scenario, {
          watcher: {
            onSend({ id, ttl }, atMs) {
              inFlight.set(id, { ttl, atMs });
              const young = [...inFlight.values()].filter((sent) => atMs - sent.atMs < shortestWaitMs);
              mostInFlight = Math.max(mostInFlight, young.length);
            },
            onReply(id) {
              const answered = inFlight.get(id);
              inFlight.delete(id);
              // A late answer also settles the second packet of the probe.
              for (const [other, { ttl, atMs }] of inFlight)
                if (answered?.ttl === ttl && atMs >= answered.atMs + shortestWaitMs) inFlight.delete(other);
            },
          },
        });
        const strangers = document.hops.flatMap(({ ttl, probes }) =>
          probes.filter(({ from, reply }) => {
            if (from === null) return false;
            if (reply === 'syn-ack' || reply === 'rst')
              return from !== path.target || ttl <= path.hops.length;
            const { address, siblings = [] } = path.hops[Number(from.split('.')[2]) - 1] ?? {};
            const isThere = [address, ...siblings].includes(from);
            // A router that forwards nothing answers for every TTL from its own up.
            return !isThere || (reply === 'time-exceeded' ? !from.startsWith(`100.64.${ttl}.`) : false);
          }),
        );
        if (strangers.length > 0) throw new Error(`strangers: ${JSON.stringify(strangers)}`);
        if (document.hops.length > options.maxTtl) throw new Error(`${document.hops.length} hops`);
        if (document.hops.some(({ probes }) => probes.length > options.queries))
          throw new Error('too many probes');
        if (mostInFlight > options.parallel)
          throw new Error(`${mostInFlight} in flight of ${options.parallel}`);
      }),
      { numRuns },
    );
  },
);
