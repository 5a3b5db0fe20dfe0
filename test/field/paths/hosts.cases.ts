import { address, type Behaviour, reply } from '../../probe/dns/server.js';
import type { NetworkCase } from './case.js';
import { closesLater, opensslServer, web } from './servers.js';

/** Situations of this host and its next hop, and what its programs meet beside pprobe. */

const url = ['diagnose', 'https://api.field.test/', '--ca-file', '{ca}'];
const zone = { 'api.field.test': ['{net}.10'] };
const servers = { '{net}.10:443': web(['api.field.test']) };

/** Answers A after some time. */
const slowly =
  (afterMs: number, to: string): Behaviour =>
  (asked) => [
    { afterMs, packet: reply(asked, { answers: asked.type === 'A' ? [address(asked.name, to)] : [] }) },
  ];

/** Has the name servers of the root, as every resolver. */
const rootOnly: Behaviour = (asked) => [
  reply(asked, { answers: [{ type: 'NS', name: '.', ttl: 60, data: 'a.root-servers.net' }] }),
];

const withoutTcp53 = `router nft 'table ip no { chain forward { type filter hook forward priority 0; tcp dport 53 drop; }; }'`;

const deadGateway = 'client ip neigh replace {here}.1 lladdr 02:00:00:00:00:99 dev near nud';

/** The kernel asks again for a stale entry, and knows after three seconds or more that nobody answers: that may be in time. */
const deadGatewaySeen = {
  permanent: {
    exitCodes: [11],
    causes: ['tcp.timeout-all'],
    atMost: 'medium',
    says: [/no answer comes back to this host from anywhere/, /gateway of this host/, /ip neighbour/],
  },
  stale: { exitCodes: [11, 14], causes: ['tcp.timeout-all', 'route.neighbour'], says: [/gateway/] },
} as const;

export const hostCases: readonly NetworkCase[] = [
  ...(['permanent', 'stale'] as const).map(
    (state): NetworkCase => ({
      id: `A16-${state}`,
      situation: `the gateway is dead, and its neighbour entry (${state}) has the old link address`,
      source: 'https://github.com/mongodb/support-tools/pull/19',
      setUp: `${deadGateway} ${state}\nrouter sysctl -qw net.ipv4.conf.near.arp_ignore=8`,
      servers,
      steps: [
        {
          args: ['diagnose', '{net}.10:443'],
          expected: deadGatewaySeen[state],
        },
      ],
    }),
  ),
  {
    id: 'D6d',
    situation: 'the port accepts and closes after 300 ms, seen by diagnose',
    source: 'https://github.com/moby/moby/issues/16976',
    zone,
    servers: { '{net}.10:443': closesLater(300) },
    steps: [
      {
        args: url,
        expected: { exitCodes: [15], causes: ['tls.closed'], atMost: 'medium', says: [/closed/] },
      },
    ],
  },
  {
    id: 'D19',
    situation: 'the name has IPv6 addresses alone, and this host has no IPv6',
    source: 'https://github.com/berekuk/Ubic/pull/94',
    setUp: 'client sysctl -qw net.ipv6.conf.all.disable_ipv6=1',
    zone: { 'api.field.test': ['{net6}::10'] },
    steps: [
      {
        args: url,
        expected: {
          exitCodes: [14],
          causes: ['route.local'],
          says: [/IPv6/],
          never: [/Add dns to the hosts line/],
        },
      },
    ],
  },
  {
    id: 'D20',
    situation: 'every reply of the resolver takes 6 s, longer than programs wait for the first time',
    source: 'https://github.com/coredns/coredns/issues/2287',
    files: { '/etc/resolv.conf': 'nameserver {net}.54\n' },
    resolvers: { '{net}.54': slowly(6000, '10.91.20.1') },
    servers: { '10.91.20.1:443': web(['api.field.test']) },
    peers: [{ argv: ['getent', 'ahosts', 'api.field.test'], prints: /10\.91\.20\.1/ }],
    steps: [
      {
        args: url,
        expected: { exitCodes: [0], causes: ['none'], says: [/REACHABLE/, /takes 6(?:\.\d)? s to answer/] },
      },
    ],
  },
  {
    id: 'D21',
    situation: 'the resolver takes 1.5 s, and resolv.conf lets programs wait 1 s once',
    source: 'https://github.com/kubernetes/kubernetes/issues/32992',
    files: { '/etc/resolv.conf': 'nameserver {net}.54\noptions timeout:1 attempts:1\n' },
    resolvers: { '{net}.54': slowly(1500, '10.91.21.1') },
    servers: { '10.91.21.1:443': web(['api.field.test']) },
    peers: [{ argv: ['sh', '-c', 'getent ahosts api.field.test || echo unresolved'], prints: /unresolved/ }],
    steps: [
      {
        args: url,
        expected: {
          exitCodes: [0],
          causes: ['none'],
          says: [/cannot resolve/, /takes 1\.[5-9] s/, /timeout:5/],
          never: [/Add dns to the hosts line/],
        },
      },
    ],
  },
  {
    id: 'F27',
    situation: 'the server speaks TLS 1.1 alone',
    source: 'https://github.com/nodejs/node/issues/33705',
    zone,
    servers: {
      '{net}.10:443': opensslServer(['api.field.test'], '-tls1_1', '-cipher', 'ALL:@SECLEVEL=0', '-www'),
    },
    steps: [
      {
        args: url,
        expected: {
          exitCodes: [15],
          causes: ['tls.protocol'],
          says: [/pprobe offered TLS 1\.2 and 1\.3/],
          never: [/Let the client offer/],
        },
      },
    ],
  },
  {
    id: 'F60',
    situation: "the company's authority is trusted, and signs with SHA-1",
    source: 'https://github.com/openssl/openssl/issues/20532',
    setUp: `(cd /run && openssl req -x509 -newkey rsa:2048 -nodes -keyout old-ca.key -out old-ca.pem -days 9 -subj '/CN=Old CA' && openssl req -newkey rsa:2048 -nodes -keyout old.key -out old.csr -subj /CN=api.field.test && echo subjectAltName=DNS:api.field.test | openssl x509 -req -in old.csr -CA old-ca.pem -CAkey old-ca.key -sha1 -days 9 -extfile /dev/stdin -out old.crt && cat old.crt old.key >old.pem) 2>/dev/null`,
    zone,
    servers: {
      '{net}.10:443': opensslServer(
        ['api.field.test'],
        ...['-cert', '/run/old.pem', '-cert_chain', '/run/old-ca.pem', '-cipher', 'ALL:@SECLEVEL=0', '-www'],
      ),
    },
    steps: [
      {
        args: ['diagnose', 'https://api.field.test/', '--ca-file', '/run/old-ca.pem'],
        expected: {
          exitCodes: [15],
          causes: ['tls.untrusted'],
          atMost: 'high',
          says: [/too weak/, /Have this certificate made again/],
          never: [/does not trust the root/, /NODE_EXTRA_CA_CERTS for Node/],
        },
      },
    ],
  },
  {
    id: 'A18',
    situation: 'the gateway does not answer ARP, and the resolver is behind it',
    source: 'https://github.com/diladele/dnssafety/issues/36',
    setUp: 'router sysctl -qw net.ipv4.conf.near.arp_ignore=8',
    zone,
    servers,
    steps: [
      {
        args: url,
        expected: {
          exitCodes: [10],
          causes: ['dns.unreachable'],
          atMost: 'high',
          says: [/gateway 10\.60\.\d+\.1\b/, /does not answer on this link/, /ip neigh/],
          never: [/DNS service on/],
        },
      },
    ],
  },
  {
    id: 'A19',
    situation: 'the IPv6 gateway does not answer neighbour discovery, and the resolver is behind it',
    source: 'https://github.com/diladele/dnssafety/issues/36',
    setUp: 'client ip -6 route replace default via fd60:{n}::77\nclient ip -4 route del default via {here}.1',
    files: { '/etc/resolv.conf': 'nameserver {net6}::53\n' },
    zone,
    servers,
    steps: [
      {
        args: url,
        expected: {
          exitCodes: [10],
          causes: ['dns.unreachable'],
          atMost: 'high',
          says: [/gateway fd60:\w+::77/, /neighbour discovery/],
        },
      },
    ],
  },
  ...(
    [
      ['A20', 'answers ARP and forwards nothing', 'router sysctl -qw net.ipv4.ip_forward=0'],
      ['A21', 'has another link address than the permanent neighbour entry', `${deadGateway} permanent`],
    ] as const
  ).map(
    ([id, what, setUp]): NetworkCase => ({
      id,
      situation: `the gateway ${what}, and the resolver is behind it`,
      source: 'https://github.com/mongodb/support-tools/pull/19',
      setUp,
      zone,
      servers,
      steps: [
        {
          args: url,
          expected: {
            exitCodes: [10],
            causes: ['dns.timeout'],
            atMost: 'high',
            says: [/the gateway of this host is down or forwards nothing/, /ip neighbour/, /pprobe waited/],
          },
        },
      ],
    }),
  ),
  {
    id: 'B18',
    situation:
      'the resolver takes 3 s over UDP, and TCP 53 to it is dropped, so that it shows no sign of life',
    source: 'https://github.com/systemd/systemd/issues/18006',
    setUp: withoutTcp53,
    files: { '/etc/resolv.conf': 'nameserver {net}.54\n' },
    resolvers: { '{net}.54': slowly(3000, '10.91.18.2') },
    servers: { '10.91.18.2:443': web(['api.field.test']) },
    peers: [{ argv: ['getent', 'ahosts', 'api.field.test'], prints: /10\.91\.18\.2/ }],
    steps: [
      {
        args: url,
        expected: { exitCodes: [0, 10], atMost: 'high', says: [/pprobe waited/, /wait 10 s/] },
      },
    ],
  },
  {
    id: 'B19',
    situation:
      'a forwarder takes 3 s for a zone far away, TCP 53 to it is dropped, and it answers about the root',
    source: 'https://github.com/TechnitiumSoftware/DnsServer/issues/510',
    setUp: withoutTcp53,
    files: { '/etc/resolv.conf': 'nameserver {net}.54\n' },
    resolvers: {
      '{net}.54': (asked) =>
        asked.name === '.' ? rootOnly(asked, null) : slowly(3000, '10.91.19.2')(asked, null),
    },
    servers: { '10.91.19.2:443': web(['api.field.test']) },
    peers: [{ argv: ['getent', 'ahosts', 'api.field.test'], prints: /10\.91\.19\.2/ }],
    steps: [
      {
        args: url,
        expected: { exitCodes: [0], causes: ['none'], says: [/REACHABLE/, /takes 3(?:\.\d)? s/] },
      },
    ],
  },
  {
    id: 'B20',
    situation: 'a forwarder works, and gets no answer from the servers of this zone',
    source: 'https://github.com/TechnitiumSoftware/DnsServer/issues/510',
    setUp: withoutTcp53,
    files: { '/etc/resolv.conf': 'nameserver {net}.54\noptions timeout:1\n' },
    resolvers: { '{net}.54': (asked) => (asked.name === '.' ? rootOnly(asked, null) : []) },
    peers: [{ argv: ['sh', '-c', 'getent ahosts api.field.test || echo unresolved'], prints: /unresolved/ }],
    steps: [
      {
        args: url,
        expected: {
          exitCodes: [10],
          causes: ['dns.timeout'],
          atMost: 'high',
          says: [/answers other questions/, /forward/],
          never: [/Check that the DNS service .* runs/],
        },
      },
    ],
  },
];
