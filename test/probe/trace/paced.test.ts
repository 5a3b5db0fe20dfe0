import t from 'tap';
import { Pace } from '../../../src/net/wire/pace.js';
import { VirtualClock } from '../../simulation/virtual-clock.js';
import { readScenarios, type SimulatedRun, simulate } from './scenario.js';

/** A trace of an agent whose other jobs have so many packets waiting before it. */
function behind(
  scenario: Parameters<typeof simulate>[0],
  perSecond: number,
  waiting: number,
): Promise<SimulatedRun> {
  const clock = new VirtualClock();
  const pace = new Pace(clock);
  pace.limit(perSecond);
  for (let index = 0; index < waiting; index += 1) pace.turn(() => {});
  return simulate(scenario, { clock, pace });
}

const short = readScenarios().filter(({ scenario: { path } }) => path.hops.length < 8 && !path.repeat);

for (const { name, scenario } of short) {
  t.test(`${name}: a packet that waits for its turn is not silence of the network`, async (t) => {
    const { outcome, stoppedBy, destinationTtl } = scenario.expect;
    // The first packet of the trace leaves after three seconds, longer than most waits.
    const { document } = await behind(scenario, 10, 30);
    t.match(document, { outcome, stoppedBy, destinationTtl });
  });
}
