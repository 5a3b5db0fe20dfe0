import { encode } from 'dns-packet';
import { type Asked, address, reply, soa } from '../../probe/dns/server.js';
import { answer, type FieldCase, web } from './case.js';

/** Variables and files that change what programs ask and trust, and front ends of other providers. */

const here = '10.64.14.1';
const body = answer('200 OK', { server: 'nginx' }, 'ok');

const resolves = (asked: Asked, to = here): Buffer[] => [
  reply(asked, asked.type === 'A' ? { answers: [address(asked.name, to)] } : { authorities: [soa('test')] }),
];

function only(name: string, to = here): (asked: Asked) => Buffer[] {
  return (asked) =>
    asked.name.toLowerCase() === name
      ? resolves(asked, to)
      : [reply(asked, { rcode: 3, authorities: [soa('test')] })];
}

export const habitCases: readonly FieldCase[] = [
  {
    id: 'G31',
    situation: 'RES_OPTIONS lets programs try the search list first',
    source: 'https://github.com/amphp/dns/pull/89',
    files: { '/etc/resolv.conf': 'nameserver {resolver}\nsearch corp.test\n' },
    env: { RES_OPTIONS: 'ndots:3' },
    zone: only('api.shop.corp.test'),
    args: ['dns', 'api.shop'],
    peers: [{ argv: ['getent', 'ahosts', 'api.shop'], prints: /10\.64\.14\.1/ }],
    expected: { exitCodes: [0], says: [/10\.64\.14\.1/, /api\.shop\.corp\.test/] },
  },
  {
    id: 'G32',
    situation: 'LOCALDOMAIN takes the place of the search list',
    source: 'https://github.com/amphp/dns/pull/89',
    files: { '/etc/resolv.conf': 'nameserver {resolver}\nsearch corp.test\n' },
    env: { LOCALDOMAIN: 'lab.test' },
    zone: only('orders.lab.test'),
    args: ['dns', 'orders'],
    peers: [{ argv: ['getent', 'ahosts', 'orders'], prints: /10\.64\.14\.1/ }],
    expected: { exitCodes: [0], says: [/10\.64\.14\.1/, /orders\.lab\.test/] },
  },
  {
    id: 'G33',
    situation: 'HOSTALIASES gives a short name another one',
    source: 'https://github.com/c-ares/c-ares/pull/232',
    files: { '/etc/resolv.conf': 'nameserver {resolver}\n', '/etc/aliases.hosts': 'orders g33.shop.test\n' },
    env: { HOSTALIASES: '/etc/aliases.hosts' },
    zone: only('g33.shop.test'),
    args: ['dns', 'orders', '--system'],
    peers: [{ argv: ['getent', 'ahosts', 'orders'], prints: /10\.64\.14\.1/ }],
    expected: { exitCodes: [0, 10], says: [/10\.64\.14\.1/] },
  },
  {
    id: 'G34',
    situation: 'rotate, and one of two nameservers denies the names of the private zone',
    source: 'https://github.com/d2iq-archive/mesos-dns/issues/67',
    files: { '/etc/resolv.conf': 'nameserver {resolver}\nnameserver 10.61.9.34\noptions rotate\n' },
    zone: only('g34.shop.test', '10.64.14.134'),
    resolvers: { '10.61.9.34': (asked) => [reply(asked, { rcode: 3, authorities: [soa('test')] })] },
    web: [web('10.64.14.134', 'g34.shop.test', body)],
    args: ['diagnose', 'https://g34.shop.test/', '--no-trace', '--ca-file', '{ca}'],
    expected: {
      exitCodes: [0, 10],
      causes: ['none', 'dns.split-view'],
      says: [/10\.61\.9\.34/, /\brotate\b/],
      never: [/Check the spelling/],
    },
  },
  {
    id: 'G35',
    situation: 'the reply has the name in other letters than the query',
    source: 'https://github.com/trickest/resolvers/issues/15',
    zone: (asked) => resolves({ ...asked, name: asked.name.toUpperCase() }),
    args: ['dns', 'g35.shop.test'],
    peers: [{ argv: ['getent', 'ahosts', 'g35.shop.test'], prints: /10\.64\.14\.1/ }],
    expected: { exitCodes: [0], says: [/10\.64\.14\.1/] },
  },
  {
    id: 'G36',
    situation: 'a single-label name: the resolver of systemd replies SERVFAIL instead of NXDOMAIN',
    source: 'https://github.com/systemd/systemd/issues/19964',
    zone: (asked) => [reply(asked, { rcode: 2 })],
    args: ['diagnose', 'buildhost:443', '--no-trace'],
    expected: { exitCodes: [10], causes: ['dns.servfail'], says: [/one label/] },
  },
  ...(
    [
      [
        'G37',
        'the replies of the resolver come from another address',
        'https://github.com/moby/moby/issues/11998',
      ],
      [
        'G38',
        'the first nameserver replies from another address, the second works',
        'https://github.com/plaintextpackets/netprobe_lite/issues/33',
      ],
    ] as const
  ).map(([id, situation, source]): FieldCase => {
    const name = `${id.toLowerCase()}.shop.test`;
    const isAlone = id === 'G37';
    const astray = isAlone ? '10.62.53.53' : '10.62.53.55';
    return {
      id,
      situation,
      source,
      files: {
        '/etc/resolv.conf': `nameserver ${astray}\n${isAlone ? 'options timeout:1 attempts:1\n' : 'nameserver {resolver}\n'}`,
      },
      ...(isAlone ? {} : { zone: only(name, '10.64.14.138'), web: [web('10.64.14.138', name, body)] }),
      resolvers: { [astray]: (asked) => (asked.transport === 'udp' ? resolves(asked) : []) },
      args: ['diagnose', `https://${name}/`, '--no-trace', '--ca-file', '{ca}'],
      expected: {
        exitCodes: [isAlone ? 10 : 0],
        causes: [isAlone ? 'dns.timeout' : 'none'],
        says: [/10\.62\.53\.5[35]/, /10\.62\.53\.54/, /another address|come from/],
        never: [/Check that the DNS service/, /10\.62\.53\.5[35] does not answer/],
      },
    };
  }),
  {
    id: 'G39',
    situation: 'the reply repeats another question',
    source: 'https://github.com/systemd/systemd/issues/35232',
    files: { '/etc/resolv.conf': 'nameserver {resolver}\noptions timeout:1 attempts:1\n' },
    zone: (asked) => [
      encode({
        type: 'response',
        id: asked.id,
        flags: 0x0180,
        questions: [{ type: 'TXT', name: asked.name }],
        answers: [],
      }),
    ],
    args: ['diagnose', 'g39.shop.test:443', '--no-trace'],
    peers: [{ argv: ['getent', 'ahosts', 'g39.shop.test'], prints: /^$/ }],
    expected: {
      exitCodes: [10],
      causes: ['dns.timeout'],
      says: [/do not fit/, /with another question/],
      never: [/Check that the DNS service/],
    },
  },
  {
    id: 'G40',
    situation: 'the record of the name is the broadcast address',
    source: 'https://github.com/jpgpi250/piholemanual/issues/36',
    zone: { 'g40.shop.test': ['255.255.255.255'], 'g40.mcast.shop.test': ['224.0.0.1'] },
    args: ['diagnose', 'g40.shop.test:443', '--no-trace'],
    expected: {
      exitCodes: [14],
      causes: ['route.local'],
      says: [/multicast or broadcast address/, /Correct the record/],
      never: [/has no route/, /gateway/],
    },
  },
  ...(
    [
      ['A36', 'host', '10.64.14.136', 'https://github.com/ldx/python-iptables/issues/180'],
      ['A37', 'network', '10.64.14.137', 'https://github.com/moby/moby/issues/13914'],
    ] as const
  ).map(
    ([id, what, at, source]): FieldCase => ({
      id,
      situation: `the target itself answers with ICMP ${what} unreachable`,
      source,
      zone: { [`${id.toLowerCase()}.shop.test`]: [at] },
      args: ['diagnose', `${id.toLowerCase()}.shop.test:443`],
      expected: {
        exitCodes: [14, 12],
        causes: ['route.icmp-unreachable', 'policy.icmp-prohibited'],
        says: [/the target itself/, /forwards TCP 443|rejects/],
        never: [/Add a route to/, /confidence certain/],
      },
    }),
  ),
  {
    id: 'E47',
    situation: 'a server of gRPC behind a balancer that ends TLS without ALPN answers in HTTP/2',
    source: 'https://github.com/bufbuild/buf/pull/2342',
    zone: { 'e47.shop.test': ['10.64.14.147'] },
    // The first octets of the server in https://github.com/improbable-eng/grpc-web/issues/689.
    web: [
      web(
        '10.64.14.147',
        'e47.shop.test',
        Buffer.from('000006040000000000000500004000', 'hex').toString('latin1'),
      ),
    ],
    args: ['diagnose', 'https://e47.shop.test/', '--no-trace', '--ca-file', '{ca}'],
    expected: {
      exitCodes: [16],
      causes: ['http.error'],
      says: [/answered in HTTP\/2/, /gRPC/],
      never: [/not HTTP/],
    },
  },
  {
    id: 'H31',
    situation: 'CURL_CA_BUNDLE has the authority: curl trusts it, others do not',
    source: 'https://github.com/certifi/python-certifi/issues/171',
    zone: { 'h31.shop.test': ['10.64.14.131'] },
    web: [web('10.64.14.131', 'h31.shop.test', body)],
    env: { CURL_CA_BUNDLE: '{ca}' },
    args: ['diagnose', 'https://h31.shop.test/', '--no-trace'],
    peers: [
      {
        argv: ['curl', '-s', '-o', '/dev/null', '-w', '%{http_code} %{exitcode}', 'https://h31.shop.test/'],
        prints: /200 0/,
      },
    ],
    expected: { exitCodes: [0, 15], says: [/CURL_CA_BUNDLE/, /curl/] },
  },
  {
    id: 'H32',
    situation: 'the list of the operating system is an empty file, as in an image without ca-certificates',
    source: 'https://github.com/curl/curl-www/issues/157',
    zone: { 'h32.shop.test': ['10.64.14.132'] },
    web: [web('10.64.14.132', 'h32.shop.test', body)],
    files: { '/etc/ssl/certs/ca-certificates.crt': '' },
    args: ['diagnose', 'https://h32.shop.test/', '--no-trace'],
    expected: { exitCodes: [15], causes: ['tls.untrusted'], says: [/ca-certificates/] },
  },
  {
    id: 'H33',
    situation: 'NODE_EXTRA_CA_CERTS names a file that does not exist',
    source: 'https://github.com/nodejs/node/issues/40352',
    zone: { 'h33.shop.test': ['10.64.14.133'] },
    web: [web('10.64.14.133', 'h33.shop.test', body)],
    env: { NODE_EXTRA_CA_CERTS: '/nonexistent/extra.pem' },
    args: ['diagnose', 'https://h33.shop.test/', '--no-trace'],
    expected: { exitCodes: [15], causes: ['tls.untrusted'], says: [/NODE_EXTRA_CA_CERTS/] },
  },
  ...(
    [
      [
        'E41',
        'Akamai refuses the request',
        '403 Forbidden',
        { server: 'AkamaiGHost' },
        '<HTML><TITLE>Access Denied</TITLE>Reference&#32;&#35;18.2d351ab8.1557333295.a4e16ab</HTML>',
        /Akamai/,
      ],
      [
        'E42',
        'the router of Heroku has no application for the name',
        '404 Not Found',
        { server: 'Heroku', via: '1.1 heroku-router' },
        '<title>No such app</title>',
        /Heroku/,
      ],
      [
        'E43',
        'Fastly does not know the domain',
        '500 Domain Not Found',
        { server: 'Varnish', 'x-served-by': 'cache-fra-1' },
        '<html><head><title>Fastly error: unknown domain e43.shop.test</title></head></html>',
        /Fastly/,
      ],
      [
        'E44',
        'the application gateway of Azure has no healthy backend',
        '502 Bad Gateway',
        { server: 'Microsoft-Azure-Application-Gateway/v2' },
        '<h1>502 Bad Gateway</h1>',
        /Azure/,
      ],
      [
        'E45',
        "Google's load balancer has no healthy backend",
        '502 Bad Gateway',
        { via: '1.1 google' },
        '<html><head><title>502 Server Error</title></head><body><h1>Error: Server Error</h1></body></html>',
        /Google/,
      ],
      [
        'E46',
        'a gateway for users of Zscaler asks to sign in',
        '307 Temporary Redirect',
        { server: 'Zscaler/6.2', location: 'https://gateway.zscaler.net:443/auD?origurl=x' },
        '',
        /Zscaler/,
      ],
    ] as const
  ).map(([id, situation, status, headers, text, who], index): FieldCase => {
    const name = `${id.toLowerCase()}.shop.test`;
    const at = `10.64.14.${141 + index}`;
    return {
      id,
      situation,
      source: 'https://github.com/projectdiscovery/cdncheck',
      zone: { [name]: [at] },
      web: [web(at, name, answer(status, { ...headers }, text))],
      args: ['diagnose', `https://${name}/`, '--no-trace', '--ca-file', '{ca}'],
      expected: { exitCodes: [16, 12], says: [who], never: [/API Gateway (?:itself|answer)/] },
    };
  }),
];
