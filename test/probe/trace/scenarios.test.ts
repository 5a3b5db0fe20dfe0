import t from 'tap';
import { describeHops, readScenarios, simulate } from './scenario.js';

for (const { name, scenario } of readScenarios()) {
  t.test(`${name}: ${scenario.says}`, async (t) => {
    const { document, elapsedMs } = await simulate(scenario);
    const { hops, hopCount, loop, discarded = {}, atMostMs, ...end } = scenario.expect;
    const { outcome, stoppedBy, destinationTtl } = document;
    t.same({ outcome, stoppedBy, destinationTtl }, end);
    if (hops !== undefined) t.same(describeHops(document), hops);
    if (hopCount !== undefined) t.equal(document.hops.length, hopCount);
    if (loop !== undefined) t.same(document.loop, loop);
    t.same(
      Object.keys(document.discarded).sort(),
      Object.keys(discarded).sort(),
      'discarded packets are counted',
    );
    for (const [reason, perSyn] of Object.entries(discarded)) {
      t.equal((document.discarded[reason] ?? 0) % perSyn, 0, `${reason}: ${perSyn} for every SYN`);
    }
    t.ok(elapsedMs <= atMostMs, `${elapsedMs} ms of virtual time, at most ${atMostMs}`);
  });
}
