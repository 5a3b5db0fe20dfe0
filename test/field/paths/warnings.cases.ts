import { address, type Behaviour, reply } from '../../probe/dns/server.js';
import type { NetworkCase } from './case.js';
import { closes, closesLater, listener, plain, resets, web } from './servers.js';

/** Situations in which one answer hid the failure of another, or programs had a trouble that pprobe did not tell. */

const diagnose = (host: string, ...more: string[]) => [
  'diagnose',
  `https://${host}/`,
  '--ca-file',
  '{ca}',
  ...more,
];
const secure = ['api.field.test'];

/** Answers A with the address, and only these other types. */
function only(types: readonly string[], to: string): Behaviour {
  return (asked) =>
    types.includes(asked.type)
      ? [reply(asked, { answers: asked.type === 'A' ? [address(asked.name, to)] : [] })]
      : [];
}

const reachable = (...says: RegExp[]) => ({ exitCodes: [0], causes: ['none'], says: [/REACHABLE/, ...says] });

/** Accepts and then closes or resets: the same answer each time. */
const accepted = (id: string, situation: string, serve: typeof closes, word: RegExp): NetworkCase => ({
  id,
  situation,
  source: 'https://github.com/moby/moby/issues/16976',
  servers: { '{net}.10:443': serve },
  steps: [1, 2, 3].map(() => ({
    args: ['tcp', '{net}.10', '--banner'],
    expected: { exitCodes: [0, 13], says: [/accepted|open/i, word], never: [/says nothing/i] },
  })),
});

export const warningCases: readonly NetworkCase[] = [
  {
    id: 'D1',
    situation: 'A is answered, AAAA never',
    source: 'https://github.com/systemd/systemd/issues/22575',
    resolvers: { '{net}.53': only(['A'], '10.91.1.1') },
    servers: { '10.91.1.1:443': web(secure) },
    steps: [
      {
        args: diagnose('api.field.test'),
        expected: reachable(/AAAA/, /never|no answer|not answered/i, /programs/i),
      },
      {
        args: ['dns', 'api.field.test'],
        expected: { exitCodes: [0], says: [/AAAA/, /never|no answer|not answered/i] },
      },
    ],
    peers: [
      {
        argv: ['dig', '+short', '+time=1', '+tries=1', 'api.field.test', 'AAAA'],
        prints: /timed out|no servers|communications/i,
      },
    ],
  },
  {
    id: 'D2',
    situation: 'the first nameserver is dead, the second answers',
    source: 'https://github.com/cloudfoundry/os-conf-release/issues/33',
    setUp: `router nft 'table ip dead { chain forward { type filter hook forward priority 0; ip daddr {net}.9 drop; }; }'`,
    files: { '/etc/resolv.conf': 'nameserver {net}.9\nnameserver {net}.53\n' },
    zone: { 'api.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(secure) },
    steps: [
      {
        args: diagnose('api.field.test'),
        expected: reachable(/10\.62\.\d+\.9\b/, /5 s/, /resolv\.conf|nameserver/i),
      },
    ],
  },
  {
    id: 'D3',
    situation: 'HTTPS_PROXY is set, and NO_PROXY holds only networks in CIDR notation',
    source: 'https://github.com/curl/curl/issues/9773',
    zone: { 'api.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(secure) },
    steps: [
      {
        args: diagnose('api.field.test'),
        env: { HTTPS_PROXY: 'http://proxy.field.test:3128', NO_PROXY: '10.0.0.0/8' },
        expected: reachable(/HTTPS_PROXY|proxy\.field\.test/, /prox(y|ies)/i, /NO_PROXY/),
      },
    ],
  },
  {
    id: 'D4',
    situation: 'nsswitch.conf has "hosts: files", so programs never ask DNS',
    source: 'https://github.com/denoland/clawpatrol/pull/716',
    files: { '/etc/resolv.conf': 'nameserver {net}.53\n', '/etc/nsswitch.conf': 'hosts: files\n' },
    zone: { 'api.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(secure) },
    steps: [{ args: diagnose('api.field.test'), expected: reachable(/nsswitch\.conf/) }],
    peers: [{ argv: ['sh', '-c', 'getent hosts api.field.test || echo unresolved'], prints: /unresolved/ }],
  },
  {
    id: 'D5a',
    situation: "A is 0.0.0.0, a filter's answer, and this host listens on the port",
    source: 'https://github.com/AdguardTeam/dnsproxy/issues/68',
    zone: { 'api.field.test': ['0.0.0.0'] },
    onClient: [listener([443])],
    steps: [
      {
        args: diagnose('api.field.test'),
        expected: { exitCodes: [10], causes: ['dns.blocked'], says: [/0\.0\.0\.0/, /block|filter/i] },
      },
    ],
  },
  accepted('D6a', 'the port accepts and closes at once', closes, /closed/i),
  accepted('D6b', 'the port accepts and resets at once', resets, /reset/i),
  {
    id: 'D7',
    situation:
      'a block page with status 200 for an API name, with a certificate of a trusted company authority',
    source: 'https://github.com/github/copilot-release/issues/2258',
    zone: { 'abc123defg.execute-api.us-east-1.amazonaws.com': ['{net}.10'] },
    servers: {
      '{net}.10:443': web(
        ['abc123defg.execute-api.us-east-1.amazonaws.com'],
        plain(
          '200 OK',
          { 'content-type': 'text/html' },
          '<html><title>Access denied</title>Blocked by policy</html>',
        ),
      ),
    },
    steps: [
      {
        args: diagnose('abc123defg.execute-api.us-east-1.amazonaws.com'),
        expected: { exitCodes: [12], causes: ['policy.proxy'], atMost: 'high' },
      },
    ],
  },
  {
    id: 'D8',
    situation: 'the AAAA reply of the resolver arrives, the first replies for A are lost',
    source: 'https://github.com/NLnetLabs/unbound/issues/756',
    resolvers: { '{net}.53': losesFirst('A', '10.91.8.1') },
    servers: { '10.91.8.1:443': web(secure) },
    steps: [
      { args: diagnose('api.field.test'), expected: reachable(/lost|unanswered|not answered|asked again/i) },
    ],
  },
  {
    id: 'D9',
    situation: 'the certificate expires in five days',
    source: 'https://github.com/tenex/rails-assets/issues/454',
    zone: { 'api.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(secure, undefined, { days: 5 }) },
    steps: [{ args: diagnose('api.field.test'), expected: reachable(/certificate/i, /expires/i) }],
  },
  {
    id: 'D10',
    situation: 'IPv6 of the target is dead, IPv4 answers',
    source: 'https://github.com/feross/simple-get/issues/85',
    setUp: `router nft 'table ip6 dead { chain forward { type filter hook forward priority 0; tcp dport 443 drop; }; }'`,
    zone: { 'api.field.test': ['{net}.10', '{net6}::10'] },
    servers: { '{net}.10:443': web(secure) },
    steps: [
      {
        args: diagnose('api.field.test'),
        expected: { exitCodes: [0, 11], says: [/IPv6|fd62:/i, /programs/i] },
      },
    ],
  },
  {
    id: 'D5b',
    situation: "AAAA is ::, a filter's answer, beside no A",
    source: 'https://github.com/AdguardTeam/DnsLibs/issues/40',
    zone: { 'api.field.test': ['::'] },
    steps: [{ args: diagnose('api.field.test'), expected: { exitCodes: [10], causes: ['dns.blocked'] } }],
  },
  accepted(
    'D6c',
    'the port accepts and closes after 300 ms, as a balancer without targets does',
    closesLater(300),
    /closed/i,
  ),
  {
    id: 'D11',
    situation: 'resolv.conf names three nameservers, the first two are dead',
    source: 'https://github.com/hickory-dns/hickory-dns/issues/2150',
    setUp: `router nft 'table ip dead { chain forward { type filter hook forward priority 0; ip daddr { {net}.8, {net}.9 } drop; }; }'`,
    files: { '/etc/resolv.conf': 'nameserver {net}.8\nnameserver {net}.9\nnameserver {net}.53\n' },
    zone: { 'api.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(secure) },
    steps: [
      { args: diagnose('api.field.test'), expected: reachable(/10\.62\.\d+\.8\b/, /10\.62\.\d+\.9\b/) },
    ],
  },
  failsForAaaa('D12', 'SERVFAIL', 2, '10.91.12.1', 'https://github.com/chromium/badssl.com/issues/535'),
  failsForAaaa('D13', 'NXDOMAIN', 3, '10.91.13.1', 'https://github.com/pi-hole/FTL/issues/3039'),
  {
    id: 'D14',
    situation: 'the hosts file has another address of the name than DNS, and it answers',
    source: 'https://github.com/servo/saltfs/issues/287',
    files: {
      '/etc/resolv.conf': 'nameserver {net}.53\n',
      '/etc/hosts': '127.0.0.1 localhost\n{net}.10 api.field.test\n',
    },
    zone: { 'api.field.test': ['{net}.11'] },
    servers: { '{net}.10:443': web(secure) },
    steps: [
      {
        args: diagnose('api.field.test'),
        expected: reachable(/\/etc\/hosts/, /10\.62\.\d+\.10\b/, /10\.62\.\d+\.11\b/, /Warnings/),
      },
    ],
  },
  {
    ...otherSource('printer.local', 'echo "{net}.10 STREAM printer.local"'),
    id: 'D16',
    situation: 'mDNS of nsswitch.conf has the name, and DNS does not',
    source: 'https://github.com/moby/moby/issues/38531',
    servers: { '{net}.10:443': web(['printer.local']) },
    steps: [
      {
        args: diagnose('printer.local'),
        expected: reachable(/not in DNS/, /mdns4_minimal/, /from getaddrinfo/),
      },
    ],
  },
  {
    ...otherSource('api.field.test', 'exec sleep 20'),
    id: 'D17',
    situation: 'a source of nsswitch.conf before DNS is slow, and DNS answers at once',
    source: 'https://github.com/NixOS/nixpkgs/issues/291108',
    zone: { 'api.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(secure) },
    steps: [
      {
        args: diagnose('api.field.test'),
        expected: reachable(/getaddrinfo/, /mdns4_minimal/, /Programs on this host wait/),
      },
    ],
  },
  {
    ...otherSource('printer.local', 'exec sleep 20'),
    id: 'D18',
    situation: 'DNS denies a name that mDNS may have, and getaddrinfo has no answer yet',
    source: 'https://github.com/avahi/nss-mdns/issues/79',
    steps: [
      {
        args: diagnose('printer.local'),
        expected: { exitCodes: [10], causes: ['dns.nxdomain'], atMost: 'high' },
      },
    ],
  },
  {
    id: 'D15',
    situation: 'resolv.conf names four nameservers, and only the fourth works',
    source: 'https://github.com/hetznercloud/hcloud-cloud-controller-manager/issues/533',
    setUp: `router nft 'table ip dead { chain forward { type filter hook forward priority 0; ip daddr { {net}.7, {net}.8, {net}.9 } drop; }; }'`,
    files: {
      '/etc/resolv.conf':
        'nameserver {net}.7\nnameserver {net}.8\nnameserver {net}.9\nnameserver {net}.53\noptions timeout:1 attempts:1\n',
    },
    zone: { 'api.field.test': ['{net}.10'] },
    steps: [
      {
        args: diagnose('api.field.test'),
        expected: {
          exitCodes: [10],
          causes: ['dns.timeout'],
          atMost: 'high',
          says: [/10\.62\.\d+\.53\b/, /three/i],
        },
      },
    ],
    peers: [{ argv: ['sh', '-c', 'getent ahosts api.field.test || echo unresolved'], prints: /unresolved/ }],
  },
];

/**
 * nsswitch.conf asks mDNS before DNS, which does not have the name. A script in place of getent(1) does what it would do with
 * a module for mDNS, which this host may not have.
 */
function otherSource(name: string, script: string): Pick<NetworkCase, 'files' | 'zone'> {
  return {
    files: {
      '/etc/resolv.conf': 'nameserver {net}.53\n',
      '/etc/nsswitch.conf': 'hosts: files mdns4_minimal [NOTFOUND=return] dns\n',
      '/usr/bin/getent': `#!/bin/sh\n${script}\n`,
    },
    zone: { [`not.${name}`]: [] },
  };
}

/** The name has an A record, and the resolver fails for AAAA. */
function failsForAaaa(id: string, name: string, rcode: number, to: string, source: string): NetworkCase {
  return {
    id,
    situation: `the resolver replies ${name} to the query for AAAA, although the name has an A record`,
    source,
    resolvers: {
      '{net}.53': (asked) => [
        asked.type === 'AAAA'
          ? reply(asked, { rcode })
          : reply(asked, { answers: [address(asked.name, to)] }),
      ],
    },
    servers: { [`${to}:443`]: web(secure) },
    steps: [{ args: diagnose('api.field.test'), expected: reachable(/AAAA/, new RegExp(name), /musl/) }],
  };
}

/** The first two queries of this type are lost: pprobe and getaddrinfo ask at the same time, and each of them loses one. */
function losesFirst(type: string, to: string): Behaviour {
  let count = 0;
  return (asked) => {
    if (asked.type === type && count++ < 2) return [];
    return [reply(asked, { answers: asked.type === 'A' ? [address(asked.name, to)] : [] })];
  };
}
