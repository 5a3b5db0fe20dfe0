import { test } from 'tap';
import { classify, findingsOf } from '../../../src/diagnose/classify.js';
import { dns, dnsFailure, evidence, HOST, tcp } from '../evidence.js';
import { three } from './situations.js';

test('a first resolver that answers correctly is not blamed for the answer of a second', (t) => {
  t.same(
    findingsOf(evidence({ dns: [dns(HOST, three), dnsFailure(HOST, 'nxdomain', { server: '8.8.8.8' })] })),
    [],
  );
  t.end();
});

test('a name from the hosts file whose port opens has no finding', (t) => {
  t.same(
    findingsOf(
      evidence({ target: 'db.internal:5432', tcp: [tcp('db.internal', { '10.0.1.5': 'open' }, 5432)] }),
    ).map(({ class: found }) => found),
    ['reachable'],
  );
  t.end();
});

test('a name from the hosts file whose port is closed: the hosts file is an alternative', (t) => {
  const given = evidence({
    target: 'db.internal:5432',
    tcp: [tcp('db.internal', { '10.0.1.5': 'refused' }, 5432)],
  });
  t.match(classify(given), {
    cause: 'tcp.refused',
    alternatives: [{ cause: 'dns.hosts-override', observed: true }],
  });
  t.end();
});
