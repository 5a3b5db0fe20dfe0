import { test } from 'tap';
import { compareReports } from '../../src/compare/compare.js';
import type { ComparisonKind } from '../../src/documents/comparison.js';
import type { ReportDocument } from '../../src/documents/report.js';
import { silentProbe } from '../../src/documents/trace.js';
import {
  attempt,
  denied,
  dns,
  dnsFailure,
  type Given,
  HOST,
  hops,
  http,
  tcp,
  tcpOf,
  tls,
  trace,
} from '../diagnose/evidence.js';
import { because } from '../diagnose/rules/situations.js';
import { report } from './reports.js';

const A = '10.0.1.5';
const B = '10.0.2.5';
const both = [dns(HOST, [A, B])];
const works: Given = {
  dns: both,
  tcp: [tcp(HOST, { [A]: 'open', [B]: 'open' })],
  tls: [tls('ok')],
  http: [http(200)],
};
const silent: Given = { dns: both, tcp: [tcp(HOST, { [A]: 'timeout', [B]: 'timeout' })] };

interface Case {
  name: string;
  reports: ReportDocument[];
  /** Of the findings, in order. */
  kinds: ComparisonKind[];
  suspects?: string[];
  confidence?: string;
  /** In the first finding: summary, meaning or remedies. */
  says?: (string | RegExp)[];
}

const cases: Case[] = [
  {
    name: 'reports about other targets',
    reports: [report('a', '10.0.9.1', works), report('b', '10.0.8.1', { target: 'db.internal:5432' })],
    kinds: ['other-targets'],
    suspects: [],
    confidence: 'certain',
    says: ['db.internal:5432', `${HOST}:443`],
  },
  {
    name: 'everyone reaches it',
    reports: [report('a', '10.0.9.1', works), report('b', '10.0.8.1', works)],
    kinds: ['all-reachable'],
    suspects: [],
  },
  {
    name: 'works from one subnet only',
    reports: [report('a', '10.0.9.1', works), report('b', '10.0.8.1', silent)],
    kinds: ['works-in-some'],
    suspects: ['tcp.timeout-some', 'tcp.timeout-all', 'local.firewall'],
    confidence: 'high',
    says: ['a reaches', 'b does not', /network ACL or routes of their subnet/, /from 10\.0\.8\.1/],
  },
  {
    name: 'works for a host in the same subnet',
    reports: [report('a', '10.0.9.1', works), report('b', '10.0.9.2', silent)],
    kinds: ['works-in-some'],
    confidence: 'medium',
    says: [/look first at security groups/],
  },
  {
    name: 'no answer in two places',
    reports: [report('a', '10.0.9.1', silent), report('b', '10.0.8.1', silent)],
    kinds: ['same-fault'],
    suspects: ['tcp.timeout-all'],
    confidence: 'high',
    says: [/endpoint's side/],
  },
  {
    name: 'no answer for two hosts of one subnet',
    reports: [report('a', '10.0.9.1', silent), report('b', '10.0.9.2', silent)],
    kinds: ['same-fault'],
    confidence: 'low',
  },
  {
    name: 'one resolver has the endpoint, the other does not',
    reports: [
      report('a', '10.0.9.1', works),
      report('b', '10.1.8.1', { dns: [dnsFailure(HOST, 'nxdomain', { server: '192.168.7.1' })] }),
    ],
    kinds: ['dns-differs'],
    suspects: ['dns.split-view'],
    confidence: 'high',
    says: [
      'a gets 10.0.1.5 and 10.0.2.5',
      'b gets NXDOMAIN',
      '192.168.7.1',
      /forward the zone to 10\.0\.0\.2/,
    ],
  },
  {
    name: 'two private answers: two endpoints',
    reports: [
      report('a', '10.0.9.1', works),
      report('b', '10.1.8.1', {
        dns: [dns(HOST, ['10.7.1.5'])],
        tcp: [tcp(HOST, { '10.7.1.5': 'timeout' })],
      }),
    ],
    kinds: ['dns-differs'],
    suspects: ['dns.endpoint-mismatch', 'dns.split-view'],
    confidence: 'high',
  },
  {
    name: 'one answer works for one host and fails for another: DNS does not decide',
    reports: [
      report('a', '10.0.9.1', works),
      report('b', '10.0.8.1', silent),
      report('c', '10.0.7.1', {
        dns: [dns(HOST, ['10.7.1.5'])],
        tcp: [tcp(HOST, { '10.7.1.5': 'timeout' })],
      }),
    ],
    kinds: ['dns-differs', 'works-in-some'],
    confidence: 'low',
  },
  {
    name: 'one address accepts connections of one host only',
    reports: [
      report('a', '10.0.9.1', works),
      report('b', '10.0.8.1', { dns: both, tcp: [tcp(HOST, { [A]: 'open', [B]: 'timeout' })] }),
    ],
    kinds: ['works-in-some', 'address-differs'],
  },
  {
    name: 'one address accepts connections of no host',
    reports: ['10.0.9.1', '10.0.8.1'].map((address, index) =>
      report(`h${index}`, address, { dns: both, tcp: [tcp(HOST, { [A]: 'open', [B]: 'timeout' })] }),
    ),
    kinds: ['same-fault', 'address-fails-everywhere'],
  },
  {
    name: "one host's own firewall",
    reports: [
      report('a', '10.0.9.1', works),
      report('b', '10.0.8.1', { dns: both, tcp: [tcpOf(HOST, [attempt(A, 'denied', { errno: 'EPERM' })])] }),
    ],
    kinds: ['local-only'],
    suspects: ['local.firewall'],
    says: ['Only b has this fault'],
  },
  {
    name: 'the paths separate at a router',
    reports: [
      report('a', '10.0.9.1', {
        ...works,
        trace: [
          trace('open', [
            ...hops('10.8.0.1', '10.8.0.2'),
            { ttl: 3, rateLimited: false, probes: [{ ...silentProbe, reply: 'syn-ack', from: A }] },
          ]),
        ],
      }),
      report('b', '10.0.8.1', { ...silent, trace: [trace('filtered', hops('10.8.0.1', null, null, null))] }),
    ],
    kinds: ['works-in-some', 'path-differs'],
  },
  {
    name: 'one host gets the certificate of a device on the path',
    reports: [
      report('a', '10.0.9.1', works),
      report('b', '10.0.8.1', {
        ...works,
        http: [],
        tls: [
          tls('untrusted', {
            certificate: {
              subject: HOST,
              issuer: 'Inspector CA',
              names: [HOST],
              validFrom: null,
              validTo: null,
            },
            problems: [{ status: 'untrusted', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }],
          }),
        ],
      }),
    ],
    kinds: ['works-in-some', 'tls-differs'],
  },
  {
    name: 'a policy that treats two hosts differently',
    reports: [
      report('a', '10.0.9.1', works),
      report('b', '10.0.8.1', { ...works, http: [denied(because('resource-based policy'))] }),
    ],
    kinds: ['answer-differs'],
    suspects: ['policy.resource-implicit'],
    confidence: 'high',
    says: ['a gets HTTP 200', 'b gets HTTP 403', 'aws:SourceVpce'],
  },
  {
    name: 'one host at two times',
    reports: [report('a', '10.0.9.1', works, '10:00'), report('a', '10.0.9.1', silent, '11:00')],
    kinds: ['changed'],
    suspects: [],
    says: ['tcp.timeout-all'],
  },
  {
    name: 'one report is inconclusive',
    reports: [report('a', '10.0.9.1', works), report('b', '10.0.8.1')],
    kinds: ['other-fault'],
    suspects: [],
    says: ['b came to no verdict'],
  },
];

for (const { name, reports, kinds, suspects, confidence, says = [] } of cases) {
  test(name, (t) => {
    const { findings } = compareReports(reports);
    t.same(
      findings.map(({ kind }) => kind),
      kinds,
      JSON.stringify(findings, null, 1),
    );
    const [first] = findings;
    if (suspects !== undefined) t.same(first?.suspects, suspects);
    if (confidence !== undefined) t.equal(first?.confidence, confidence);
    const text = JSON.stringify(first);
    for (const words of says) t.match(text, words);
    for (const { evidence } of findings) {
      t.not(evidence.length, 0);
      for (const { report: index, observation } of evidence) {
        t.ok(index < reports.length);
        t.match(observation, /^(?:dns|tcp|tls|http|trace)\[\d+\]$|^verdict$|^target$/);
      }
    }
    t.notMatch(JSON.stringify(findings), /undefined|NaN/);
    t.end();
  });
}

test('two trusted certificates do not tell on whose path a proxy is', (t) => {
  const byOther = tls('ok', {
    certificate: { subject: HOST, issuer: 'Other CA', names: [HOST], validFrom: null, validTo: null },
  });
  const reports = [report('a', '10.0.9.1', works), report('b', '10.0.8.1', { ...works, tls: [byOther] })];
  const { findings } = compareReports(reports);
  const found = findings.find(({ kind }) => kind === 'tls-differs');
  t.equal(found?.confidence, 'medium');
  t.same(found?.remedies, []);
  t.end();
});

test('hosts of one name have different labels', (t) => {
  const labels = (...reports: ReportDocument[]) => compareReports(reports).reports.map(({ label }) => label);
  t.same(labels(report('a', '10.0.9.1'), report('b', '10.0.9.1')), ['a', 'b']);
  t.same(labels(report('a', '10.0.9.1'), report('a', '10.0.9.2')), ['a (10.0.9.1)', 'a (10.0.9.2)']);
  t.same(labels(report('a', '10.0.9.1'), report('a', '10.0.9.1')), ['a (10.0.9.1) #1', 'a (10.0.9.1) #2']);
  t.end();
});

test('fewer than two reports cannot be compared', (t) => {
  t.throws(() => compareReports([]), { code: 'invalid-input', message: /none given/ });
  t.throws(() => compareReports([report('a', '10.0.9.1')]), { code: 'invalid-input', message: /one given/ });
  t.end();
});
