import t from 'tap';
import { stateOf } from './configuration/packets.js';
import { play, startAsker } from './configuration/play.js';
import { misses } from './configuration/scenario.js';
import { scenarios } from './configuration/scenarios.js';
import { healthyConfiguration } from './configuration/vpc.js';
import { labUnavailable, startLab } from './lab.js';
import { healthy } from './state.js';

/** What pprobe says of packets and configuration together: the table of `npm run lab -- configuration`. */

t.test('the healthy description gives the healthy lab', async (t) => {
  t.same(stateOf(healthyConfiguration), healthy);
});

t.test('each scenario has its own name', async (t) => {
  t.equal(new Set(scenarios.map(({ name }) => name)).size, scenarios.length);
});

const skip = (await labUnavailable()) ?? false;

t.test('packets and configuration together', { skip }, async (t) => {
  const lab = await startLab();
  t.teardown(() => lab.stop());
  const asker = startAsker(lab);
  for (const scenario of scenarios) {
    const { name, packets, configuration, expect } = scenario;
    const outcome = await play(lab, asker, scenario);
    t.same(misses(outcome, expect), [], `${name}: ${packets}; ${configuration}`, { said: outcome.text });
  }
  asker.end();
});
