import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { labUnavailable } from '../lab/lab.js';
import { type Sample, slopeOf } from './slope.js';

const unavailable = await labUnavailable();

t.test('the slope is that of most samples, and an outlier does not change it', async (t) => {
  const sample = (operations: number, heapBytes: number): Sample => ({
    operations,
    heapBytes,
    codeBytes: 0,
    rssBytes: 0,
    descriptors: 20,
    resources: 1,
  });
  const growing = [1, 2, 3, 4, 5, 6].map((n) => sample(n * 500, 1_000_000 + n * 100));
  t.equal(slopeOf(growing, 'heapBytes'), 200);
  t.equal(slopeOf([...growing.slice(0, 5), sample(3000, 9_000_000)], 'heapBytes'), 200);
  t.equal(slopeOf(growing, 'descriptors'), 0);
  t.equal(slopeOf([sample(1, 1)], 'heapBytes'), 0);
});

t.test(
  'a hundred mixed operations, ten at a time, leave no descriptor and no handle, and each kind ends as at first',
  { skip: unavailable ?? false },
  async (t) => {
    const script = fileURLToPath(new URL('../../scripts/soak.sh', import.meta.url));
    const { stdout, stderr } = await promisify(execFile)('sh', [script, '100', '10', '5']);
    t.notMatch(stderr, /not ok/);
    t.match(stdout, /^100 operations/m);
  },
);
