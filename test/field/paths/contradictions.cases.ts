import { reply, truncatedFlag } from '../../probe/dns/server.js';
import type { NetworkCase, PathCase } from './case.js';
import { mute, opensslServer, resets, tcp, web } from './servers.js';

/** Situations in which an observation of the same run contradicted the verdict. */

export const diagnose = (host: string, ...more: string[]) => [
  'diagnose',
  `https://${host}/`,
  '--ca-file',
  '{ca}',
  ...more,
];
/** No host on the link has the address. */
const nobody = /no host on this link answers/i;
const noGateway = /add (the|a) default|no route to/i;

const neighbour = (pattern: RegExp) => ({
  exitCodes: [14],
  causes: ['route.neighbour'],
  atMost: 'high' as const,
  says: [nobody, pattern],
  never: [noGateway],
});

export const contradictionCases: readonly NetworkCase[] = [
  {
    id: 'A1a',
    situation: "the name gives an address of the client's own subnet that no host has",
    source: 'no public thread is named for it',
    zone: { 'old.field.test': ['{here}.99'] },
    steps: [
      { args: diagnose('old.field.test'), expected: neighbour(/\bnear\b/) },
      { args: ['tcp', 'old.field.test'], expected: { exitCodes: [14], never: [noGateway] } },
      { args: ['trace', 'old.field.test'], expected: { exitCodes: [14], never: [noGateway] } },
    ],
    peers: [
      { argv: ['curl', '-sS', '-m', '8', 'https://old.field.test/'], prints: /No route to host|connect/ },
    ],
  },
  {
    id: 'A1b',
    situation: 'docker0 holds 172.17.0.1/16, and the name gives 172.17.2.20 of a peered VPC',
    source: 'https://github.com/docker/for-win/issues/2769',
    setUp: `
client ip link add docker0 type bridge
client ip link add port type veth peer name container
client ip link set port master docker0
client ip address add 172.17.0.1/16 dev docker0
for each in docker0 port container; do client ip link set $each up; done`,
    zone: { 'peered.field.test': ['172.17.2.20'] },
    steps: [
      { args: diagnose('peered.field.test'), expected: neighbour(/docker0.*overlap|overlap.*docker0/i) },
    ],
  },
  {
    id: 'A2',
    situation: 'two SYNs of three are lost on the way to TCP 443',
    source: 'https://github.com/aws/amazon-vpc-cni-k8s/issues/2505',
    setUp: `router nft 'table ip lossy { chain forward { type filter hook forward priority 0;
      tcp dport 443 tcp flags & (syn|ack) == syn numgen inc mod 3 < 2 drop; }; }'`,
    zone: { 'lossy.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(['lossy.field.test']) },
    steps: [
      {
        args: diagnose('lossy.field.test'),
        expected: {
          exitCodes: [11, 0],
          causes: ['tcp.packet-loss', 'none'],
          says: [/\blost\b|packet loss/i, /--count 20/],
          never: [/does not answer\b(?! every)/i],
        },
      },
    ],
  },
  {
    id: 'A3a',
    situation: 'a TLS 1.2 server wants a client certificate and refuses the handshake without one (alert 40)',
    source: 'https://github.com/istio/istio/issues/31536',
    zone: { 'mutual.field.test': ['{net}.10'] },
    servers: {
      '{net}.10:443': opensslServer(
        ['mutual.field.test'],
        '-tls1_2',
        '-Verify',
        '1',
        '-verify_return_error',
        '-www',
      ),
    },
    steps: [
      {
        args: diagnose('mutual.field.test'),
        expected: {
          exitCodes: [15],
          causes: ['tls.client-certificate'],
          says: [/client certificate|certificate from the client/i],
          never: [/in common|no TLS version or cipher/i],
        },
      },
    ],
    peers: [{ argv: ['curl', '-sSk', '-m', '8', 'https://mutual.field.test/'], prints: /alert|handshake/i }],
  },
  {
    id: 'A3b',
    situation: 'a TLS 1.3 server refuses after the handshake, because no client certificate came',
    source: 'https://github.com/rustls/tokio-rustls/issues/83',
    zone: { 'mutual.field.test': ['{net}.10'] },
    servers: {
      '{net}.10:443': opensslServer(
        ['mutual.field.test'],
        '-tls1_3',
        '-Verify',
        '1',
        '-verify_return_error',
        '-www',
      ),
    },
    steps: [
      {
        args: diagnose('mutual.field.test'),
        expected: {
          exitCodes: [15],
          causes: ['tls.client-certificate'],
          says: [/client certificate|certificate from the client/i],
          never: [/in common|no TLS version or cipher/i],
        },
      },
    ],
  },
  {
    id: 'A4',
    situation: 'the answer over UDP is truncated, and TCP 53 to the resolver is dropped',
    source: 'https://github.com/AdguardTeam/AdGuardHome/issues/8000',
    setUp: `router nft 'table ip tcp53 { chain forward { type filter hook forward priority 0; tcp dport 53 drop; }; }'`,
    resolvers: { '{net}.53': (asked) => [reply(asked, { flags: truncatedFlag })] },
    steps: [
      {
        args: diagnose('large.field.test'),
        expected: {
          exitCodes: [10],
          causes: ['dns.tcp-blocked'],
          atMost: 'high',
          says: [/truncated|does not fit/i, /TCP (port )?53/],
        },
      },
    ],
    peers: [
      { argv: ['dig', '+time=1', '+tries=1', 'large.field.test'], prints: /truncated|timed out|connection/i },
    ],
  },
  {
    id: 'A5a',
    situation: 'a firewall that saw only half of the connection passes the SYN and drops all that follows',
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/16161',
    setUp: `router nft 'table ip half { chain forward { type filter hook forward priority 0;
      tcp dport 443 tcp flags & (syn|rst) == 0 drop; }; }'`,
    zone: { 'half.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(['half.field.test']) },
    steps: [
      {
        args: diagnose('half.field.test'),
        expected: {
          exitCodes: [15, 11],
          causes: ['tls.silent'],
          says: [/acknowledge/i, /asymmetric|only one direction/i],
          never: [/Rule out the MTU/i],
        },
      },
    ],
  },
  ...(['prohibit', 'unreachable', 'blackhole'] as const).map(
    (type): NetworkCase => ({
      id: `A7-${type}`,
      situation: `a route of type ${type} on this host`,
      source: 'https://github.com/moby/moby/issues/6442',
      setUp: `client ip route add ${type} {net}.0/27`,
      zone: { 'routed.field.test': ['{net}.10'] },
      steps: [
        {
          args: diagnose('routed.field.test'),
          expected: {
            exitCodes: [14],
            causes: ['route.local'],
            says: [new RegExp(`route of type ${type}`)],
            never: [/SELinux/, /add (the|a) default/i],
          },
        },
      ],
    }),
  ),
  {
    id: 'A8',
    situation: 'a policy routing rule of type prohibit, and the main table has a route',
    source: 'https://github.com/iputils/iputils/pull/65',
    setUp: 'client ip rule add to {net}.10 prohibit priority 100',
    zone: { 'ruled.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(['ruled.field.test']) },
    steps: [
      {
        args: diagnose('ruled.field.test'),
        expected: {
          exitCodes: [14],
          causes: ['route.local'],
          says: [/prohibit/, /ip rule/],
          never: [/SELinux/, /add (the|a) default/i],
        },
      },
    ],
  },
  {
    id: 'A9',
    situation: 'a bridge of a virtual machine holds the same network as the link to the target',
    source: 'https://github.com/docker-archive-public/docker.machine/issues/3060',
    setUp: `
client ip link add vboxnet0 type bridge
client ip link add port type veth peer name machine
client ip link set port master vboxnet0
client ip address add {net}.1/24 dev vboxnet0
for each in vboxnet0 port machine; do client ip link set $each up; done`,
    resolvers: { '10.63.{n}.53': (asked) => [reply(asked, { rcode: 3 })] },
    files: { '/etc/resolv.conf': 'nameserver 10.63.{n}.53\n' },
    servers: { '{net}.10:443': web(['company.field.test']) },
    steps: [{ args: ['diagnose', '{net}.10:443'], expected: neighbour(/vboxnet0/) }],
  },
  {
    id: 'A10',
    situation: 'IPv6: the name gives an address of the own /64 that no host has',
    source: 'no public thread is named for it',
    zone: { 'old6.field.test': ['fd60:{n}::99'] },
    steps: [{ args: diagnose('old6.field.test'), expected: neighbour(/\bnear\b/) }],
  },
  {
    id: 'A11',
    situation: 'the server asks for a client certificate and resets the connection without one (TLS 1.2)',
    source: 'https://github.com/pocoproject/poco/issues/3424',
    zone: { 'mutual.field.test': ['{net}.10'] },
    servers: {
      '{net}.10:443': web(['mutual.field.test'], undefined, {
        tls: { requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' },
      }),
    },
    steps: [
      {
        args: diagnose('mutual.field.test'),
        expected: {
          exitCodes: [15],
          causes: ['tls.client-certificate'],
          says: [/client certificate|certificate from the client/i],
        },
      },
    ],
  },
  {
    id: 'A12',
    situation: 'the server accepts and never says anything, although it acknowledges every octet',
    source: 'https://github.com/kubernetes/ingress-nginx/issues/10213',
    zone: { 'mute.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': mute },
    steps: [
      {
        args: diagnose('mute.field.test'),
        expected: {
          exitCodes: [15],
          causes: ['tls.silent'],
          says: [/acknowledge/i],
          never: [/nothing of ours was acknowledged/i],
        },
      },
    ],
  },
  {
    id: 'A13',
    situation: 'the answer over UDP is truncated, and the resolver refuses TCP 53',
    source: 'https://github.com/tailscale/tailscale/issues/3744',
    setUp: `router nft 'table ip tcp53 { chain forward { type filter hook forward priority 0; tcp dport 53 reject with tcp reset; }; }'`,
    resolvers: { '{net}.53': (asked) => [reply(asked, { flags: truncatedFlag })] },
    steps: [
      {
        args: diagnose('large.field.test'),
        expected: {
          exitCodes: [10],
          causes: ['dns.tcp-blocked'],
          says: [/truncated|does not fit/i, /TCP (port )?53/],
        },
      },
    ],
  },
  {
    id: 'A14',
    situation: 'the port accepts and resets before the TLS handshake',
    source: 'https://github.com/moby/moby/issues/16976',
    zone: { 'reset.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': resets, '{net}.10:80': tcp(() => {}) },
    steps: [
      {
        args: diagnose('reset.field.test'),
        expected: { exitCodes: [15, 13, 12], never: [/in common|does not answer/i] },
      },
    ],
  },
];

const loop = Array.from({ length: 30 }, (_, index) => ({
  address: index < 2 ? `10.9.0.${index + 1}` : `10.9.1.${((index - 2) % 7) + 1}`,
  rttMs: 2 + index,
}));

export const contradictionPaths: readonly PathCase[] = [
  {
    id: 'A6',
    situation: 'seven routers send packets in a circle, walked four times within 30 hops',
    source: 'no public thread is named for it',
    target: '203.0.113.6',
    path: { hops: loop, end: { rttMs: 50, answer: 'silence' } },
    steps: [
      {
        args: ['diagnose', '203.0.113.6:443'],
        expected: {
          exitCodes: [11],
          causes: ['route.loop'],
          says: [/loop/i],
          never: [/hops are silent|silent hops/i],
        },
      },
      { args: ['trace', '203.0.113.6'], expected: { exitCodes: [11], says: [/loop/i] } },
    ],
  },
  {
    id: 'A15',
    situation: 'two routers send packets back and forth from hop 9 on',
    source: 'no public thread is named for it',
    target: '203.0.113.15',
    path: {
      hops: Array.from({ length: 30 }, (_, index) => ({
        address: index < 8 ? `10.9.2.${index + 1}` : `10.9.3.${(index % 2) + 1}`,
        rttMs: 2 + index,
      })),
      end: { rttMs: 50, answer: 'silence' },
    },
    steps: [
      {
        args: ['diagnose', '203.0.113.15:443'],
        expected: { exitCodes: [11], causes: ['route.loop'], never: [/hops are silent|silent hops/i] },
      },
    ],
  },
];
