import { test } from 'tap';
import { contradictionsPerFile, firstContradiction } from './contradictions.js';

test('no sentence of a finding or warning stands beside the observation that refutes it, part 2 of 2', async (t) => {
  t.equal(firstContradiction(1 * contradictionsPerFile, contradictionsPerFile), null);
});
