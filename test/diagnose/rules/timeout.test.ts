import { test } from 'tap';
import { classify } from '../../../src/diagnose/classify.js';
import { evidence, HOST, hops, tcp, trace } from '../evidence.js';
import { resolved } from './situations.js';

test('a destination NAT, where all hops answer as the target, is no loop', (t) => {
  const path = hops(...Array<string>(8).fill('10.0.1.5'));
  const verdict = classify(
    evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout' })],
      trace: [trace('filtered', path)],
    }),
  );
  t.equal(verdict.cause, 'tcp.timeout-all');
  t.end();
});
