import { test } from 'tap';
import { classify } from '../../../src/diagnose/classify.js';
import { answeredWith, http, rejection, trace } from '../evidence.js';
import { silentPath } from './situations.js';

test('an address that opened is not blamed for what a trace to it met', (t) => {
  const verdict = classify(
    answeredWith([http(200)], {
      trace: [
        trace('prohibited', [rejection(1, '10.0.9.1', 3, 13, '!X')]),
        trace('filtered', silentPath, { address: '10.0.2.5' }),
      ],
    }),
  );
  t.equal(verdict.class, 'reachable');
  t.same(verdict.alternatives, []);
  t.end();
});
