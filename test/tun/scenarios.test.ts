import t from 'tap';
import type { TraceDocument } from '../../src/documents/trace.js';
import { describeHops, pathOf, readScenarios } from '../probe/trace/scenario.js';
import {
  expected,
  impossiblyFast,
  type Method,
  type Run,
  strangers,
  withoutTimes,
  withTarget,
} from './expectation.js';
import type { ResponderReport } from './protocol.js';
import { traceMany } from './trace-many.js';
import { TunPath, tunUnavailable } from './tun.js';

const methods: Method[] = ['syn', 'connect'];
const runs: Run[] = readScenarios()
  .filter(({ scenario }) => scenario.tun !== undefined)
  .flatMap(({ name, scenario }) => methods.map((method) => ({ name, method, scenario })))
  .map(withTarget);

/** So few that a busy machine still reads each answer before its deadline. */
const atOnce = 6;
/** Traces share their sockets, so a packet that cannot be assigned to a trace counts as discarded in all of them. */
const isAlone = ({ scenario }: Run) => scenario.path.forgeries !== undefined;

async function traceAll(): Promise<{ documents: Map<Run, TraceDocument>; report: ResponderReport }> {
  const path = await TunPath.start({
    clients: [...new Set(runs.map(({ scenario }) => scenario.path.client))],
    paths: Object.fromEntries(runs.map(({ scenario }) => [scenario.path.target, pathOf(scenario)])),
  });
  try {
    const together = await traceMany(
      path,
      runs.filter((run) => !isAlone(run)),
      { atOnce },
    );
    const alone = await traceMany(path, runs.filter(isAlone), { atOnce: 1 });
    return { documents: new Map([...together, ...alone]), report: await path.report() };
  } finally {
    await path.stop();
  }
}

t.test('scenarios behind a TUN interface', { skip: tunUnavailable() ?? false }, async (t) => {
  const { documents, report } = await traceAll();
  for (const run of runs) {
    const { name, method, scenario } = run;
    t.test(`${name}, ${method}: ${scenario.says}`, async (t) => {
      const document = documents.get(run);
      if (document === undefined) throw new Error('there is no such document');
      const atMost = method === 'connect' ? scenario.tun?.connectShowsAtMost : undefined;
      if (atMost !== undefined) {
        t.ok(document.hops.length > 0);
        t.same(strangers(document, atMost), []);
        return;
      }
      const { outcome, stoppedBy, destinationTtl, hops, hopCount, discarded = {} } = expected(run);
      const end = {
        outcome: document.outcome,
        stoppedBy: document.stoppedBy,
        destinationTtl: document.destinationTtl,
      };
      const answered = report.answered.filter(({ destination }) => destination === scenario.path.target);
      // Shown beside a failure: whether the peer was late, or the trace.
      const shown = { target: document.target, durationMs: document.durationMs, answered };
      t.same(end, { outcome, stoppedBy, destinationTtl }, shown);
      if (hops !== undefined) {
        if (scenario.tun?.anyOrder === true) t.same(strangers(document, hops), []);
        else t.same(withoutTimes(describeHops(document)), withoutTimes(hops));
      }
      t.equal(document.hops.length, hopCount ?? hops?.length);
      t.same(
        Object.keys(document.discarded).sort(),
        Object.keys(discarded).sort(),
        'the counts of discarded packets',
      );
      const heldBackMs = (ttl: number) =>
        Math.min(...answered.filter((syn) => syn.ttl === ttl).map(({ intendedMs }) => intendedMs));
      // The first answer to a SYN may be a forged one, which is not delayed.
      if (scenario.path.forgeries === undefined) t.same(impossiblyFast(document, heldBackMs), []);
    });
  }
});
