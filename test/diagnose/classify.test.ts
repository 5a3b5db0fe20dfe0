import { test } from 'tap';
import { classify } from '../../src/diagnose/classify.js';
import { fitted } from '../../src/diagnose/headline.js';
import { classifyGiven, findingsOfGiven } from '../../src/diagnose/library.js';
import {
  answeredWith,
  attempt,
  denied,
  dns,
  dnsFailure,
  evidence,
  forbidden,
  HOST,
  http,
  tcp,
  tcpOf,
  tls,
  trace,
} from './evidence.js';
import { because, resolved, silentPath } from './rules/situations.js';

test('one changed fact changes the verdict', (t) => {
  const healthy = {
    dns: [resolved],
    tcp: [tcp(HOST, { '10.0.1.5': 'open', '10.0.2.5': 'open', '10.0.3.5': 'open' })],
    tls: [tls('ok')],
    http: [http(200)],
  };
  const said = (changes: Parameters<typeof evidence>[0]) => {
    const { cause, class: found, confidence } = classify(evidence({ ...healthy, ...changes }));
    return `${found} ${cause} ${confidence}`;
  };
  const verdicts = [
    said({}),
    said({ dns: [dns(HOST, ['10.0.1.5', '52.1.2.3'])], http: [] }),
    said({ tcp: [tcp(HOST, { '10.0.1.5': 'open', '10.0.2.5': 'open', '10.0.3.5': 'timeout' })] }),
    said({ tcp: [tcp(HOST, { '10.0.1.5': 'open', '10.0.2.5': 'open', '10.0.3.5': 'refused' })] }),
    said({
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout', '10.0.2.5': 'timeout', '10.0.3.5': 'timeout' })],
      tls: [],
      http: [],
    }),
    said({ tls: [tls('untrusted')], http: [] }),
    said({ tls: [tls('expired')], http: [] }),
    said({ http: [] }),
    said({ http: [], skipped: [{ step: 'http', reason: 'switched off' }] }),
    said({ http: [http(500)] }),
    said({ http: [forbidden()] }),
    said({ http: [denied('')] }),
    said({ http: [denied(because('resource-based policy'))] }),
    said({ http: [denied(because('VPC endpoint policy'))] }),
  ];
  t.equal(verdicts[0], 'reachable none certain');
  t.same(new Set(verdicts).size, verdicts.length, verdicts.join('\n'));
  t.end();
});

test('a DNS fault that leads to a timeout is the verdict, and the timeout is evidence', (t) => {
  const verdict = classify(
    evidence({
      dns: [dns(HOST, ['52.1.2.3'])],
      tcp: [tcp(HOST, { '52.1.2.3': 'timeout' })],
      trace: [trace('filtered', silentPath, { address: '52.1.2.3' })],
    }),
  );
  t.equal(verdict.cause, 'dns.public-answer');
  t.same(
    verdict.evidence.map(({ observation }) => observation),
    ['dns[0]', 'tcp[0]'],
  );
  t.match(verdict.alternatives, [
    { cause: 'tcp.timeout-all', confidence: 'low', observed: true },
    { cause: 'none' },
  ]);
  t.end();
});

test('a control target is not judged', (t) => {
  const verdict = classify(
    answeredWith([http(200)], {
      tcp: [tcp(HOST, { '10.0.1.5': 'open' }), tcp('example.com', { '93.184.215.14': 'timeout' })],
    }),
  );
  t.equal(verdict.class, 'reachable');
  t.end();
});

test('an AAAA record changes no verdict on a host without IPv6', (t) => {
  const noRoute = { errno: 'ENETUNREACH', local: true, cause: 'no-route' } as const;
  const beside = (...attempts: ReturnType<typeof attempt>[]) =>
    tcpOf(HOST, [...attempts, attempt('fd00:1::5', 'unreachable', noRoute)]);
  const open = [beside(attempt('10.0.1.5', 'open'))];
  const shaken = { dns: [resolved], tls: [tls('ok')], http: [http(200)] };
  t.equal(classify(evidence({ ...shaken, tcp: open })).class, 'reachable');
  const silent = [beside(attempt('10.0.1.5', 'timeout'))];
  t.equal(classify(evidence({ dns: [resolved], tcp: silent })).cause, 'tcp.timeout-all');
  const refused = [beside(attempt('10.0.1.5', 'refused'))];
  t.equal(classify(evidence({ dns: [resolved], tcp: refused })).cause, 'tcp.refused');
  const nothing = [beside(attempt('10.0.1.5', 'unreachable', noRoute))];
  t.equal(classify(evidence({ dns: [resolved], tcp: nothing })).cause, 'route.local');
  t.end();
});

test('the findings of the library are about the evidence that is judged: the first one is the verdict', (t) => {
  const given = evidence({
    target: 'db.internal:5432',
    dns: [dns('db.internal', ['10.0.1.5', '2001:db8::5'])],
    tcp: [
      tcpOf('db.internal', [
        attempt('10.0.1.5', 'timeout', { port: 5432 }),
        attempt('2001:db8::5', 'unreachable', {
          port: 5432,
          cause: 'no-route',
          local: true,
          errno: 'ENETUNREACH',
        }),
      ]),
    ],
  });
  const [first] = findingsOfGiven(given);
  t.equal(first?.cause, classifyGiven(given).cause);
  t.equal(first?.cause, 'tcp.timeout-all');
  t.end();
});

test('a long summary keeps an address that begins as the target does', (t) => {
  const long =
    'The gateway 192.168.1.100, through which this host reaches 192.168.1.10, does not answer on this link.';
  t.equal(
    fitted(long, '192.168.1.10', 'the target'),
    'The gateway 192.168.1.100, through which this host reaches the target, does not answer on this link.',
  );
  t.equal(fitted(`db.example ${'x'.repeat(90)}.`, 'db.example', 'the name'), `The name ${'x'.repeat(90)}.`);
  t.equal(
    fitted(
      `10.0.1.5 (${'d'.repeat(60)}.example) does not answer`.padEnd(120, '.'),
      `${'d'.repeat(60)}.example`,
      'the target',
    ),
    '10.0.1.5 does not answer'.padEnd(120 - 71, '.'),
  );
  t.equal(
    fitted(`api.db.example is not db.example. ${'x'.repeat(90)}`, 'db.example', 'the name'),
    `api.db.example is not the name. ${'x'.repeat(90)}`,
  );
  t.end();
});

test('the library completes evidence that does not say why a lookup was made', async (t) => {
  const { observations, ...rest } = evidence({ dns: [dnsFailure(HOST, 'nxdomain')] });
  const bare = observations.dns.map(({ asked: _, ...lookup }) => lookup);
  const given = { ...rest, observations: { ...observations, dns: bare } };
  t.equal(classifyGiven(given).cause, 'dns.nxdomain');
  t.equal(findingsOfGiven(given)[0]?.cause, 'dns.nxdomain');
});
