import t from 'tap';
import { progressLine } from '../../src/cli/bulk.js';

t.test('a bar if the size of the input is known, otherwise counts only', async (t) => {
  t.equal(
    progressLine({ done: 4213, failed: 39, fraction: 0.42, elapsedMs: 2000 }, 'names'),
    '[########------------] 42%  4,213 names  39 failed  2,107/s  3 s left',
  );
  t.equal(
    progressLine({ done: 12, failed: 0, fraction: null, elapsedMs: 3000 }, 'targets'),
    '12 targets  4/s',
  );
  t.equal(
    progressLine({ done: 0, failed: 0, fraction: 0, elapsedMs: 0 }, 'names'),
    '[--------------------]  0%  0 names',
  );
  t.match(progressLine({ done: 1, failed: 0, fraction: 1.5, elapsedMs: 1 }, 'names'), /#\]100%/);
  t.match(
    progressLine({ done: 10, failed: 0, fraction: 0.5, elapsedMs: 90_000 }, 'names'),
    /1 min 30 s left/,
  );
  t.match(
    progressLine({ done: 10, failed: 0, fraction: 0.01, elapsedMs: 90_000 }, 'names'),
    /2 h 28 min left/,
  );
});
