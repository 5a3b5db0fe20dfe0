import { test } from 'tap';
import { phasesOf } from '../../src/report/phases.js';
import { answeredWith, evidence, HOST, hops, http, tcp, tls, trace } from '../diagnose/evidence.js';
import { reportOf } from './report-of.js';

const phase = (name: string, ...given: Parameters<typeof evidence>) =>
  phasesOf(reportOf(evidence(...given))).find((each) => each.name === name);

test('a further TLS handshake is not a phase of the request, whatever its result', (t) => {
  const looks = [tls('reset', { purpose: 'other-name' }), tls('ok', { purpose: 'small-segments' })];
  t.match(phase('tls', { tls: [tls('ok'), ...looks] }), { mark: 'ok', text: /^TLSv1\.3, / });
  t.match(phase('tls', { tls: [...looks, tls('timeout')] }), { mark: 'failed', text: 'timeout at 10.0.1.5' });
  t.match(phase('tls', { tls: looks }), { mark: 'none', ms: null, text: 'not reached' });
  t.end();
});

test('the phases come in the order of a request, the path last; an address has no phase resolve, a database no phase tls', (t) => {
  const names = (...given: Parameters<typeof evidence>) =>
    phasesOf(reportOf(evidence(...given))).map(({ name }) => name);
  t.same(names(), ['resolve', 'connect', 'tls', 'processing', 'path']);
  t.same(names({ target: '10.0.1.5:5432' }), ['connect', 'path']);
  t.end();
});

test('a path with a loop names the routers', (t) => {
  const loop = { firstTtl: 1, members: ['10.0.9.1', '10.0.8.1'] };
  const path = trace('filtered', hops('10.0.9.1', '10.0.8.1', '10.0.9.1', '10.0.8.1'), { loop });
  t.match(phase('path', { tcp: [tcp(HOST, { '10.0.1.5': 'timeout' })], trace: [path] }), {
    mark: 'failed',
    text: 'loops between 10.0.9.1 and 10.0.8.1 from hop 1 on',
  });
  t.end();
});

test('an answer with an error is marked as failed where the verdict blames it', (t) => {
  const phases = phasesOf(reportOf(answeredWith([http(500)])));
  t.match(
    phases.find(({ name }) => name === 'processing'),
    { mark: 'failed', text: 'HTTP 500' },
  );
  t.end();
});
