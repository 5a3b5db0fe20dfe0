import fc from 'fast-check';
import { test } from 'tap';
import { classify } from '../../src/diagnose/classify.js';
import { WARNING_RULES } from '../../src/diagnose/warnings/index.js';
import type { DnsAttempt } from '../../src/documents/dns.js';
import type { Ec2Facts, FactsDocument } from '../../src/documents/facts.js';
import type { Evidence, Warning } from '../../src/documents/report.js';
import { exitCodeOf } from '../../src/documents/terms/exit-code.js';
import { reportHtml } from '../../src/report/html/page.js';
import { verdictText } from '../../src/report/text/verdict.js';
import { dnsAttempt } from '../report/documents.js';
import { reportOf } from '../report/report-of.js';
import { runs } from '../runs.js';
import { anyEvidence } from './any-evidence.js';
import { acl, configuredEvidence, factsOf, healthy } from './configuration/vpc.js';
import { answeredWith, attempt, dns, dnsFailure, evidence, HOST, http, tcpOf, tls } from './evidence.js';
import { exists } from './rules/row.js';

const patience = { firstMs: 5000, totalMs: 10_000, missingTypeMs: null };

function asked(server: string, type: string, outcome: DnsAttempt['outcome']): DnsAttempt {
  return dnsAttempt({ server, name: HOST, type, outcome, rcode: outcome === 'answered' ? 'NOERROR' : null });
}

/** A lookup that gives an address, with these queries. */
function lookup(...attempts: DnsAttempt[]): Evidence {
  const server = attempts.find(({ outcome }) => outcome === 'answered')?.server ?? null;
  return answeredWith([http(200)], {
    dns: [dns(HOST, ['10.0.1.5', '10.0.2.5'], { server, attempts, systemPatience: patience })],
  });
}

/** A target that works, with configuration. */
function working(ec2: Ec2Facts, changes: Partial<FactsDocument> = {}): Evidence {
  const { observations } = answeredWith([http(200)]);
  return configuredEvidence(observations, factsOf(ec2, changes));
}

const used = { name: 'HTTPS_PROXY', value: 'http://10.0.0.99:3128' };

interface Row {
  name: string;
  given: Evidence;
  ids: string[];
  words: RegExp[];
}

const rows: Row[] = [
  {
    name: 'a type that is never answered',
    given: lookup(
      asked('10.0.0.2', 'A', 'answered'),
      asked('10.0.0.2', 'AAAA', 'timeout'),
      asked('10.0.0.2', 'AAAA', 'timeout'),
    ),
    ids: ['dns.type-silent'],
    words: [/never answers the query for AAAA, although it answers the one for A.*wait 15 s/],
  },
  {
    name: 'a first nameserver that does not answer',
    given: lookup(
      asked('10.60.0.9', 'A', 'timeout'),
      asked('10.60.0.9', 'AAAA', 'timeout'),
      asked('10.0.0.2', 'A', 'answered'),
      asked('10.0.0.2', 'AAAA', 'no-data'),
    ),
    ids: ['dns.nameserver-passed-over'],
    words: [/10\.60\.0\.9 does not answer.*wait 5 s for it each time/, /remove it from resolv\.conf/],
  },
  {
    name: 'a first nameserver that refuses',
    given: lookup(asked('10.60.0.9', 'A', 'refused'), asked('10.0.0.2', 'A', 'answered')),
    ids: ['dns.nameserver-passed-over'],
    words: [/10\.60\.0\.9 replies refused, and 10\.0\.0\.2 was asked in its place\.$/],
  },
  {
    name: 'a first nameserver whose replies come from another address',
    given: answeredWith([http(200)], {
      dns: [
        dns(HOST, ['10.0.1.5'], {
          server: '10.0.0.2',
          attempts: [asked('10.60.0.9', 'A', 'timeout'), asked('10.0.0.2', 'A', 'answered')],
          repliesFrom: [{ server: '10.60.0.9', from: '172.21.0.1' }],
        }),
      ],
    }),
    ids: ['dns.nameserver-passed-over'],
    words: [/10\.60\.0\.9 answers from another address \(172\.21\.0\.1\)/],
  },
  {
    name: 'two nameservers that fail in different ways',
    given: lookup(
      asked('10.60.0.9', 'A', 'timeout'),
      asked('10.60.0.8', 'A', 'servfail'),
      asked('10.0.0.2', 'A', 'answered'),
    ),
    ids: ['dns.nameserver-passed-over'],
    words: [
      /^The nameserver 10\.60\.0\.9 does not answer, the nameserver 10\.60\.0\.8 replies servfail, and 10\.0\.0\.2 was asked in their place: .*for 10\.60\.0\.9 each time/,
    ],
  },
  {
    name: 'nameservers that are asked in turn, of which one denies the name',
    given: answeredWith([http(200)], {
      dns: [
        {
          ...dns(HOST, ['10.0.1.5', '10.0.2.5'], { server: '10.0.0.2', resolverOptions: ['rotate'] }),
          asked: { purpose: 'host', server: null },
        },
        {
          ...dns(HOST, [], { server: '10.0.0.9', status: 'nxdomain', rcode: 'NXDOMAIN' }),
          asked: { purpose: 'resolver', server: '10.0.0.9' },
        },
      ],
    }),
    ids: ['dns.rotate-differs'],
    words: [
      /in turn \(rotate\), and 10\.0\.0\.9 gives no address/,
      /10\.0\.0\.2 does and 10\.0\.0\.9 does not/,
    ],
  },
  {
    name: 'the same where the first nameserver always decides',
    given: answeredWith([http(200)], {
      dns: [
        {
          ...dns(HOST, ['10.0.1.5', '10.0.2.5'], { server: '10.0.0.2' }),
          asked: { purpose: 'host', server: null },
        },
        {
          ...dns(HOST, [], { server: '10.0.0.9', status: 'nxdomain', rcode: 'NXDOMAIN' }),
          asked: { purpose: 'resolver', server: '10.0.0.9' },
        },
      ],
    }),
    ids: [],
    words: [],
  },
  {
    name: 'a query that was lost',
    given: lookup(asked('10.0.0.2', 'A', 'timeout'), asked('10.0.0.2', 'A', 'answered')),
    ids: ['dns.queries-lost'],
    words: [/^1 of 2 queries to 10\.0\.0\.2/],
  },
  {
    name: 'a resolver that is slow',
    given: lookup({ ...asked('10.0.0.2', 'A', 'answered'), durationMs: 4200 }),
    ids: ['dns.slow'],
    words: [/10\.0\.0\.2 takes 4\.2 s to answer/, /its forwarders/],
  },
  {
    name: 'a name of the search list that is never answered',
    given: lookup(
      { ...asked('10.0.0.2', 'A', 'timeout'), name: `${HOST}.corp.test` },
      { ...asked('10.0.0.2', 'A', 'timeout'), name: `${HOST}.corp.test` },
      asked('10.0.0.2', 'A', 'answered'),
    ),
    ids: ['dns.search-silent'],
    words: [/\.corp\.test before .*wait 10 s/, /Remove corp\.test from the search list/],
  },
  {
    name: 'nsswitch.conf without dns',
    given: answeredWith([http(200)], {
      system: { name: HOST, addresses: [], errorCode: 'ENOTFOUND', durationMs: 3 },
    }),
    ids: ['system.cannot-resolve'],
    words: [/cannot resolve/, /nsswitch\.conf/],
  },
  ...(
    [
      ['an alias', { aliasFollowedHere: true }],
      ['a DNAME', { dnameOnly: { owner: 'test', target: 'example' } }],
    ] as const
  ).map(([what, shown]) => ({
    name: `${what} without the address it leads to`,
    given: answeredWith([http(200)], {
      dns: [{ ...dns(HOST, ['10.0.1.5']), ...shown, asked: { purpose: 'host' as const, server: null } }],
      system: { name: HOST, addresses: [], errorCode: 'EAI_NODATA', durationMs: 3 },
      vantage: { nameService: { sources: ['files', 'dns'], ignoredNameservers: [] } },
    }),
    ids: ['system.cannot-resolve'],
    words: [new RegExp(`The server gives ${what} and no address with it`), /allow-recursion/],
  })),
  {
    name: 'getaddrinfo that is slow',
    given: answeredWith([http(200)], {
      system: { name: HOST, addresses: [], errorCode: 'ETIMEDOUT', durationMs: 2000 },
    }),
    ids: ['system.cannot-resolve'],
    words: [/no answer for .* within 2 s/],
  },
  {
    name: 'getaddrinfo that was ended as soon as nothing more was needed',
    given: answeredWith([http(200)], {
      system: { name: HOST, addresses: [], errorCode: 'ECANCELED', durationMs: 600 },
    }),
    ids: [],
    words: [],
  },
  {
    name: 'getaddrinfo that was ended because the resolver took as long',
    given: answeredWith([http(200)], {
      dns: [dns(HOST, ['10.0.1.5'], { durationMs: 1400 })],
      system: { name: HOST, addresses: [], errorCode: 'ECANCELED', durationMs: 1500 },
    }),
    ids: [],
    words: [],
  },
  {
    name: 'getaddrinfo without an answer long after the resolver answered',
    given: answeredWith([http(200)], {
      dns: [dns(HOST, ['10.0.1.5'], { durationMs: 4 })],
      system: { name: HOST, addresses: [], errorCode: 'ECANCELED', durationMs: 1500 },
      vantage: { nameService: { sources: ['files', 'mdns4', 'dns'], ignoredNameservers: [] } },
    }),
    ids: ['system.slow'],
    words: [/had none after 1\.5 s/, /mdns4 in nsswitch\.conf is slow/],
  },
  {
    name: 'getaddrinfo without an answer long after the resolver answered over TCP',
    given: answeredWith([http(200)], {
      dns: [
        dns(HOST, ['10.0.1.5'], {
          durationMs: 4,
          attempts: [{ ...asked('10.0.0.2', 'A', 'answered'), transport: 'tcp' }],
        }),
      ],
      system: { name: HOST, addresses: [], errorCode: 'ECANCELED', durationMs: 1500 },
    }),
    ids: ['system.slow'],
    words: [/^(?!.*was lost).*over TCP \(use-vc in resolv\.conf\)/, /dig \+tcp \+keepopen/],
  },
  {
    name: 'AAAA that the resolver denies beside a good A',
    given: answeredWith([http(200)], {
      dns: [
        dns(HOST, ['10.0.1.5'], {
          typesFailed: [{ type: 'AAAA', status: 'nxdomain', rcode: 'NXDOMAIN' }],
          question: { name: HOST, type: 'A,AAAA' },
        }),
      ],
    }),
    ids: ['dns.type-failed'],
    words: [
      /replies NXDOMAIN to the query for AAAA.*although the name has an address of type A: programs of musl/,
    ],
  },
  {
    name: 'a name that only mDNS has',
    given: answeredWith([http(200)], {
      target: 'https://printer.local/',
      dns: [dnsFailure('printer.local', 'nxdomain')],
      tcp: [tcpOf('printer.local', [attempt('10.0.1.5', 'open')])],
      tls: [tls('ok', { serverName: 'printer.local' })],
      origin: { source: 'system', addresses: ['10.0.1.5'], hostsFile: null },
      system: { name: 'printer.local', addresses: ['10.0.1.5'], errorCode: null, durationMs: 30 },
      vantage: { nameService: { sources: ['files', 'mdns4_minimal', 'dns'], ignoredNameservers: [] } },
    }),
    ids: ['system.not-in-dns'],
    words: [/^printer\.local is not in DNS.*mdns4_minimal in nsswitch\.conf/],
  },
  {
    name: 'a name that a cache has while DNS is silent',
    given: answeredWith([http(200)], {
      dns: [dnsFailure(HOST, 'timeout')],
      origin: { source: 'system', addresses: ['10.0.1.5'], hostsFile: null },
      system: { name: HOST, addresses: ['10.0.1.5'], errorCode: null, durationMs: 3 },
    }),
    ids: ['system.not-in-dns'],
    words: [/^DNS gives no address for .* \(timeout\): getaddrinfo has 10\.0\.1\.5/],
  },
  {
    name: 'a hosts file that DNS contradicts',
    given: answeredWith([http(200)], {
      dns: [{ ...dns(HOST, ['10.0.7.7']), asked: { purpose: 'resolver', server: '10.0.0.2' } }],
      origin: {
        source: 'hosts-file',
        addresses: ['10.0.1.5'],
        hostsFile: { path: '/etc/hosts', lines: [7] },
      },
    }),
    ids: ['hosts.differ'],
    words: [/use 10\.0\.1\.5 for .*, from \/etc\/hosts, while DNS has 10\.0\.7\.7/],
  },
  {
    name: 'a fourth nameserver',
    given: answeredWith([http(200)], {
      vantage: { nameService: { sources: null, ignoredNameservers: ['10.0.0.9'] } },
    }),
    ids: ['resolv-conf.ignored-nameservers'],
    words: [/No program asks the nameserver 10\.0\.0\.9/],
  },
  {
    name: 'getaddrinfo that was ended because the target had answered',
    given: answeredWith([http(200)], {
      system: { name: HOST, addresses: [], errorCode: 'ETIMEDOUT', durationMs: 61 },
    }),
    ids: [],
    words: [],
  },
  {
    name: 'getaddrinfo with other private addresses',
    given: answeredWith([http(200)], {
      system: { name: HOST, addresses: ['10.77.1.5'], errorCode: null, durationMs: 3 },
    }),
    ids: ['system.differs'],
    words: [/get 10\.77\.1\.5/],
  },
  {
    name: 'getaddrinfo with another part of a public set that rotates',
    given: answeredWith([http(200)], {
      target: 'https://www.example.com/',
      dns: [dns('www.example.com', ['52.1.2.3'])],
      tcp: [tcpOf('www.example.com', [attempt('52.1.2.3', 'open')])],
      tls: [tls('ok', { serverName: 'www.example.com', address: '52.1.2.3' })],
      system: { name: 'www.example.com', addresses: ['52.1.2.9'], errorCode: null, durationMs: 3 },
    }),
    ids: [],
    words: [],
  },
  {
    name: 'a proxy, and NO_PROXY with a range only',
    given: answeredWith([http(200)], {
      environment: { variables: [used, { name: 'NO_PROXY', value: '10.0.0.0/8' }], forTarget: used },
    }),
    ids: ['proxy.environment'],
    words: [/honour HTTPS_PROXY .* through the proxy http:\/\/10\.0\.0\.99:3128/, /NO_PROXY=/],
  },
  {
    name: 'a certificate that curl accepts and Node does not',
    given: answeredWith([http(200)], {
      tls: [
        tls('ok', {
          trust: [
            { store: 'node', path: null, trusts: false, problem: null },
            { store: 'system', path: '/etc/ssl/cert.pem', trusts: true, problem: null },
          ],
        }),
      ],
    }),
    ids: ['tls.trust-differs'],
    words: [
      /accepted by curl .*\(\/etc\/ssl\/cert\.pem\); rejected by Node/,
      /NODE_EXTRA_CA_CERTS=\/etc\/ssl\/cert\.pem/,
    ],
  },
  {
    name: 'a certificate that Node accepts, and SSL_CERT_FILE does not exist',
    given: answeredWith([http(200)], {
      tls: [
        tls('ok', {
          trust: [
            { store: 'node', path: null, trusts: true, problem: null },
            { store: 'SSL_CERT_FILE', path: '/nope.pem', trusts: null, problem: 'ENOENT' },
          ],
        }),
      ],
    }),
    ids: ['tls.trust-differs'],
    words: [
      /^It is not known whether all programs/,
      /accepted by Node; SSL_CERT_FILE names \/nope\.pem: ENOENT/,
      /unset SSL_CERT_FILE/,
    ],
  },
  {
    name: 'a proxy for https, and a port of another protocol',
    given: evidence({
      target: 'db.internal:5432',
      tcp: [tcpOf('db.internal', [attempt('10.0.1.5', 'open', { port: 5432 })])],
      environment: { variables: [used], forTarget: used },
    }),
    ids: [],
    words: [],
  },
  {
    name: 'IPv6 that a router reports as unreachable, beside IPv4',
    given: answeredWith([http(200)], {
      dns: [dns(HOST, ['10.0.1.5', 'fd00:1::5'])],
      tcp: [tcpOf(HOST, [attempt('10.0.1.5', 'open'), attempt('fd00:1::5', 'unreachable')])],
      tls: [tls('ok')],
    }),
    ids: ['tcp.family-dead'],
    words: [/^IPv6 to .* does not work: fd00:1::5/],
  },
  {
    name: 'a host without IPv6',
    given: answeredWith([http(200)], {
      dns: [dns(HOST, ['10.0.1.5', 'fd00:1::5'])],
      tcp: [
        tcpOf(HOST, [
          attempt('10.0.1.5', 'open'),
          attempt('fd00:1::5', 'unreachable', { local: true, cause: 'no-route' }),
        ]),
      ],
      tls: [tls('ok')],
    }),
    ids: [],
    words: [],
  },
  {
    name: 'a connection whose first SYN was lost',
    given: answeredWith([http(200)], {
      tcp: [
        tcpOf(HOST, [attempt('10.0.1.5', 'open', { retransmits: 1, firstSynLost: true, durationMs: 1020 })]),
      ],
    }),
    ids: ['tcp.syn-lost'],
    words: [/The first SYN to 10\.0\.1\.5 got no answer/, /--count 20/],
  },
  {
    name: 'a connection whose first SYN asked for ECN and was lost',
    given: answeredWith([http(200)], {
      tcp: [
        tcpOf(HOST, [attempt('10.0.1.5', 'open', { retransmits: 1, firstSynLost: true, durationMs: 1020 })]),
      ],
      vantage: { ecn: { fallsBack: true } },
    }),
    ids: ['tcp.syn-lost'],
    words: [/ask for ECN \(net\.ipv4\.tcp_ecn\), and a SYN that is sent again does not/, /tcp_ecn=2/],
  },
  {
    name: 'a connection whose first SYN was answered after the second was sent',
    given: answeredWith([http(200)], {
      tcp: [
        tcpOf(HOST, [attempt('10.0.1.5', 'open', { retransmits: 1, firstSynLost: false, durationMs: 1310 })]),
      ],
    }),
    ids: [],
    words: [],
  },
  {
    name: 'a port that a program on this host opened in place of the target',
    given: evidence({
      target: 'db.internal:5432',
      tcp: [tcpOf('db.internal', [attempt('10.0.1.5', 'open', { port: 5432, window: 65483 })])],
    }),
    ids: ['tcp.accepted-here'],
    words: [/This host itself accepts connections to 10\.0\.1\.5/, /sudo nft list ruleset/],
  },
  {
    name: 'the same, which passes a handshake with the target on',
    given: answeredWith([http(200)], {
      tcp: [tcpOf(HOST, [attempt('10.0.1.5', 'open', { window: 65483 })])],
    }),
    ids: [],
    words: [],
  },
  {
    name: 'a handshake that takes four seconds',
    given: answeredWith([http(200)], { tls: [tls('ok', { durationMs: 4000, connectMs: 2 })] }),
    ids: ['tls.slow'],
    words: [/10\.0\.1\.5 takes 4 s for the TLS handshake, and its port opened in 2 ms/],
  },
  {
    name: 'a handshake of four seconds, of which this process was stopped for two',
    given: answeredWith([http(200)], { tls: [tls('ok', { durationMs: 4000, pausedMs: 2000 })] }),
    ids: [],
    words: [],
  },
  {
    name: 'a handshake of six seconds, of which this process was stopped for two',
    given: answeredWith([http(200)], { tls: [tls('ok', { durationMs: 6000, pausedMs: 2000 })] }),
    ids: ['tls.slow'],
    words: [/takes 4 s for the TLS handshake/],
  },
  {
    name: 'a handshake that takes one second',
    given: answeredWith([http(200)], { tls: [tls('ok', { durationMs: 1000 })] }),
    ids: [],
    words: [],
  },
  {
    name: 'a type of which one query got no reply: a datagram can be lost',
    given: lookup(asked('10.0.0.2', 'A', 'answered'), asked('10.0.0.2', 'AAAA', 'timeout')),
    ids: [],
    words: [],
  },
  {
    name: 'a certificate with nine days left',
    given: answeredWith([http(200)], {
      tls: [
        tls('ok', {
          certificate: {
            subject: HOST,
            issuer: 'Amazon RSA 2048 M02',
            names: [HOST],
            validFrom: '2025-06-01T00:00:00.000Z',
            validTo: new Date(Date.parse(tls('ok').startedAt) + 9.5 * 86_400_000).toISOString(),
          },
        }),
      ],
    }),
    ids: ['tls.expires-soon'],
    words: [/expires in 9 days/],
  },
  {
    name: 'a group that would drop the packets that pass',
    given: working({ SecurityGroupRules: healthy.SecurityGroupRules.filter(({ IsEgress }) => IsEgress) }),
    ids: ['configuration.contradicted'],
    words: [/The configuration read denies what passes: by sg-0e/],
  },
  {
    name: 'a network ACL that lets only some ports of this host through',
    given: working({
      NetworkAcls: [
        acl('acl-0c', 'subnet-0c', [
          { RuleNumber: 100, Egress: true, Protocol: '-1', RuleAction: 'allow', CidrBlock: '0.0.0.0/0' },
          {
            RuleNumber: 100,
            Egress: false,
            Protocol: '6',
            RuleAction: 'allow',
            CidrBlock: '0.0.0.0/0',
            PortRange: { From: 32768, To: 50000 },
          },
        ]),
        ...healthy.NetworkAcls.slice(1),
      ],
    }),
    ids: ['configuration.acl-partly'],
    words: [/rule \* denies TCP 50001-60999/],
  },
  {
    name: 'configuration of another Region',
    given: working({}, { region: 'eu-west-1' }),
    ids: ['configuration.not-used'],
    words: [/The configuration is of Region eu-west-1, and the packets are of us-east-1/],
  },
  {
    name: 'configuration of another day',
    given: working({}, { collectedAt: '2026-01-04T03:00:00.000Z' }),
    ids: ['configuration.old'],
    words: [/read 47\.9 hours after the packets/],
  },
];

const words = ({ text, remedies }: Warning): string =>
  [text, ...remedies.flatMap((each) => [each.text, each.command ?? '', each.snippet ?? ''])].join('\n');

for (const { name, given, ids, words: wanted } of rows) {
  test(`warnings: ${name}`, async (t) => {
    const verdict = classify(given);
    t.same(
      verdict.warnings.map(({ id }) => id),
      ids,
    );
    const said = verdict.warnings.map(words).join('\n');
    for (const pattern of wanted) t.match(said, new RegExp(pattern.source, 'm'));
    t.equal(verdict.class, 'reachable', verdict.summary);

    const report = reportOf(given);
    t.equal(exitCodeOf(report), 0);
    for (const { text } of verdict.warnings) {
      t.ok(
        verdictText(report, { color: false, columns: 400 })
          .replaceAll(/\s+/g, ' ')
          .includes(text.slice(0, 60)),
      );
      t.match(reportHtml(report), /Warnings/);
    }
    t.notMatch(JSON.stringify(verdict.warnings), /undefined|\bnull\b|NaN/, 'no hole in the text');
  });
}

test('every warning rule is reached by a row, and has an id of its own', async (t) => {
  const reached = new Set(rows.flatMap(({ ids }) => ids));
  for (const { id } of WARNING_RULES) {
    t.ok(reached.has(id), id);
    t.match(id, /^[a-z0-9]+(?:[.-][a-z0-9]+)*$/);
  }
  t.equal(new Set(WARNING_RULES.map(({ id }) => id)).size, WARNING_RULES.length);
});

test('any evidence: warnings cite observations that exist, and none repeats the cause of the verdict', (t) => {
  fc.assert(
    fc.property(anyEvidence, (given) => {
      const { cause, warnings } = classify(given);
      for (const { id, evidence: items } of warnings) {
        const rule = WARNING_RULES.find((each) => each.id === id);
        if (rule === undefined || rule.saidBy.includes(cause)) throw new Error(`${id} beside ${cause}`);
        const lost = items.find(({ observation }) => !exists(given, observation));
        if (items.length === 0 || lost !== undefined) throw new Error(`${id} cites ${lost?.observation}`);
      }
    }),
    { numRuns: runs(400) },
  );
  t.pass();
  t.end();
});
