import t from 'tap';
import { stateOf } from './configuration/packets.js';
import { play, startAsker } from './configuration/play.js';
import { misses } from './configuration/scenario.js';
import { scenarios } from './configuration/scenarios.js';
import { healthyConfiguration } from './configuration/vpc.js';
import { labUnavailable, startLab } from './lab.js';
import { healthy, type LabState } from './state.js';

/** What pprobe says of packets and configuration together: the table of `npm run lab -- configuration`. */

/** A state without policies: AWS writes them in another form than the lab, and what they allow is tried below. */
function withoutPolicies(state: LabState): unknown {
  const isPolicy = (name: string): boolean => name === 'endpointPolicy' || name === 'resourcePolicy';
  return JSON.parse(JSON.stringify(state, (name, value) => (isPolicy(name) ? undefined : value)));
}

t.test('the healthy description gives the healthy lab', async (t) => {
  t.same(withoutPolicies(stateOf(healthyConfiguration)), withoutPolicies(healthy));
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
