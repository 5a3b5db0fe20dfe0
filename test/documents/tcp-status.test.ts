import fc from 'fast-check';
import { test } from 'tap';
import type { TcpStatus } from '../../src/documents/tcp.js';
import { bestStatus } from '../../src/documents/terms/tcp-status.js';

const order: TcpStatus[] = [
  'open',
  'refused',
  'reset',
  'prohibited',
  'denied',
  'unreachable',
  'timeout',
  'error',
];
const statuses = fc.array(fc.constantFrom(...order));

test('one open address decides, however many are silent', async (t) => {
  t.equal(bestStatus(['timeout', 'timeout', 'open', 'refused']), 'open');
});

test('an answer of any kind is better than silence', async (t) => {
  t.equal(bestStatus(['timeout', 'unreachable']), 'unreachable');
  t.equal(bestStatus(['timeout', 'refused']), 'refused');
  t.equal(bestStatus(['error', 'timeout']), 'timeout');
});

test('a name without addresses is an error', async (t) => {
  t.equal(bestStatus([]), 'error');
});

test('another address never makes the status worse, and the order of addresses does not matter', async (t) => {
  fc.assert(
    fc.property(statuses, fc.constantFrom(...order), (list, more) => {
      const before = list.length === 0 ? order.length : order.indexOf(bestStatus(list));
      return order.indexOf(bestStatus([...list, more])) === Math.min(before, order.indexOf(more));
    }),
  );
  fc.assert(fc.property(statuses, (list) => bestStatus(list) === bestStatus([...list].reverse())));
  t.pass('tried');
});
