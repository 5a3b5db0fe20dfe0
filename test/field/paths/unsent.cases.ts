import { answerFrom } from '../serve.js';
import type { NetworkCase, PathCase } from './case.js';
import { listener, web } from './servers.js';

/** Situations in which what this host did not send was counted as the silence of others. */

const diagnose = (host: string, ...more: string[]) => [
  'diagnose',
  `https://${host}/`,
  '--ca-file',
  '{ca}',
  ...more,
];
const filtered = /filtered|silent|inbound rules of the target/i;
/** Listens on so many ports from 50,000 on, so that no program gets one of them as its own. */
const occupy = (count: number) => listener(Array.from({ length: count }, (_, index) => 50_000 + index));
const portRange = (from: number, to: number) =>
  `client sh -c 'echo "${from} ${to}" >/proc/sys/net/ipv4/ip_local_port_range'`;

/** A second link between client and router, with a gateway at 10.63.N.1. */
const secondLink = `
ip link add other netns client-{n} type veth peer name other netns router-{n}
client ip address add 10.63.{n}.10/24 dev other
router ip address add 10.63.{n}.1/24 dev other
client ip link set other up
router ip link set other up
ip -n servers route add 10.63.{n}.0/24 via {far}.1
client ip route add default via 10.63.{n}.1 table 200
`;

const sameGateway = (id: string, situation: string, rule: string, source: string): NetworkCase => ({
  id,
  situation,
  source,
  setUp: `${secondLink}\nclient ip rule add ${rule} lookup 200 priority 100`,
  servers: { '{net}.10:443': web(['x.field.test']) },
  steps: ['syn', 'connect'].map((method) => ({
    args: ['trace', '{net}.10', '--method', method],
    expected: { exitCodes: [0], says: [/10\.63\.\d+\.1\b/], never: [/10\.60\.\d+\.1\b(?!\d)/] },
  })),
});

export const unsentCases: readonly NetworkCase[] = [
  {
    id: 'C1a',
    situation: 'ten local ports, six of them taken',
    source: 'https://github.com/casper-network/casper-node/issues/3252',
    setUp: portRange(50000, 50009),
    servers: { '{net}.10:443': web(['x.field.test']) },
    onClient: [occupy(6)],
    steps: [
      {
        args: ['trace', '{net}.10', '--method', 'syn'],
        expected: { exitCodes: [0], says: [/\bopen\b/i], never: [filtered] },
      },
      {
        args: ['trace', '{net}.10', '--method', 'connect'],
        expected: { exitCodes: [0], says: [/\bopen\b/i], never: [filtered] },
      },
    ],
  },
  {
    id: 'C1b',
    situation: 'all ten local ports are taken',
    source: 'https://github.com/emqx/emqtt-bench/issues/221',
    setUp: portRange(50000, 50009),
    servers: { '{net}.10:443': web(['x.field.test']) },
    onClient: [occupy(10)],
    steps: [
      { args: ['tcp', '{net}.10'], expected: { exitCodes: [3], says: [/local port/i], never: [filtered] } },
      {
        args: ['trace', '{net}.10', '--method', 'syn'],
        expected: { exitCodes: [3], says: [/local port/i], never: [filtered] },
      },
      {
        args: ['trace', '{net}.10', '--method', 'connect'],
        expected: { exitCodes: [3], says: [/local port/i], never: [filtered] },
      },
      {
        args: ['diagnose', '{net}.10:443'],
        expected: {
          exitCodes: [3],
          causes: ['local.no-port'],
          says: [/local port/i],
          never: [/inbound rules/i],
        },
      },
    ],
  },
  {
    id: 'C2',
    situation: 'the gateway does not answer ARP',
    source: 'no public thread is named for it',
    setUp: 'client ip route replace default via {here}.77',
    steps: [1, 2, 3].flatMap(() =>
      ['syn', 'connect'].map((method) => ({
        args: ['trace', '{net}.10', '--method', method],
        expected: { exitCodes: [14], never: [/filtered/i] },
      })),
    ),
  },
  {
    id: 'C3',
    situation: 'a host with IPv6 only, and a name with A and AAAA',
    source: 'https://github.com/ooni/probe/issues/2823',
    setUp: 'client ip route del default via {here}.1; client ip address del {here}.10/24 dev near',
    files: { '/etc/resolv.conf': 'nameserver {net6}::53\n' },
    resolvers: {
      '{net6}::53': answerFrom({ 'both.field.test': ['10.92.3.10', 'fd92:3::10'] }),
    },
    servers: { 'fd92:3::10:443': web(['both.field.test']) },
    steps: [
      { args: ['trace', 'both.field.test'], expected: { exitCodes: [0], says: [/fd92:/i, /\bopen\b/i] } },
      { args: diagnose('both.field.test'), expected: { exitCodes: [0], never: [/ENETUNREACH.*path/i] } },
    ],
  },
  {
    id: 'C5a',
    situation: "this host's own nftables resets connections to TCP 443, and the user is an ordinary one",
    source: 'no public thread is named for it',
    setUp: `client nft 'table ip own { chain output { type filter hook output priority 0; tcp dport 443 reject with tcp reset; }; }'`,
    servers: { '{net}.10:443': web(['x.field.test']) },
    steps: [
      {
        args: ['trace', '{net}.10', '--method', 'connect'],
        asUser: true,
        expected: {
          exitCodes: [3, 12, 13, 14, 20],
          says: [/this host|gateway/i],
          never: [/the way there works/i],
        },
      },
      {
        args: ['diagnose', '{net}.10:443'],
        asUser: true,
        expected: {
          exitCodes: [3, 12],
          causes: ['local.firewall', 'policy.reset-injected'],
          says: [/this host/i, /gateway/i],
        },
      },
    ],
  },
  sameGateway(
    'C6a',
    'a policy routing rule for TCP alone',
    'ipproto tcp',
    'https://github.com/insomniacslk/dublin-traceroute/issues/93',
  ),
  {
    ...sameGateway(
      'C6b',
      'a policy routing rule for the destination port, which packets of raw sockets do not follow',
      'ipproto tcp dport 443',
      'https://github.com/insomniacslk/dublin-traceroute/issues/112',
    ),
    steps: [
      ...[[], ['--method', 'connect']].map((method) => ({
        args: ['trace', '{net}.10', ...method],
        expected: { exitCodes: [0], says: [/10\.63\.\d+\.1\b/], never: [/10\.60\.\d+\.1\b(?!\d)/] },
      })),
      {
        args: ['trace', '{net}.10', '--method', 'syn'],
        expected: {
          exitCodes: [0],
          says: [/take another route: via 10\.63\.\d+\.1 dev other/, /--method connect/],
        },
      },
    ],
  },
  {
    id: 'C7a',
    situation: 'raw sockets are refused with EPROTONOSUPPORT, as in gVisor',
    source: 'https://github.com/microsoft/WSL/issues/1383',
    servers: { '{net}.10:443': web(['x.field.test']) },
    steps: [
      {
        args: ['trace', '{net}.10'],
        preload: './forbid.mjs',
        env: { FORBID: 'raw=93' },
        expected: { exitCodes: [0], says: [/\bopen\b/i], never: [/bug in pprobe/i] },
      },
      {
        args: ['trace', '{net}.10', '--method', 'syn'],
        preload: './forbid.mjs',
        env: { FORBID: 'raw=93' },
        expected: { exitCodes: [3], never: [/bug in pprobe/i] },
      },
    ],
  },
  {
    id: 'C7b',
    situation: "a container's filter refuses sockets for UDP with EPERM: no firewall is asked",
    source: 'https://github.com/opencontainers/runc/issues/2151',
    steps: [1, 13].map((errno) => ({
      args: diagnose('restricted.field.test'),
      preload: './forbid.mjs',
      env: { FORBID: `datagram=${errno}` },
      expected: {
        exitCodes: [3],
        causes: ['local.permission'],
        says: [/socket\(\)/],
        never: [/bug in pprobe/i, /in the firewall of this host/],
      },
    })),
  },
  // Later versions return EHOSTUNREACH, earlier ones EPERM.
  ...(
    [
      ['C27', 113, 'https://github.com/cilium/cilium/issues/45184'],
      ['C28', 1, 'https://github.com/cilium/cilium/issues/47378'],
    ] as const
  ).map(([id, errno, source]) => ({
    id,
    situation: `the network plugin of Kubernetes refuses connect() to a service without endpoints (errno ${errno})`,
    source,
    steps: [
      {
        args: ['diagnose', '{net}.10:443', '--no-trace'],
        preload: './forbid.mjs',
        env: { FORBID: `connect=${errno}` },
        expected: {
          exitCodes: [3],
          causes: ['local.permission'] as const,
          says: [/BPF program/, /kubectl get endpointslices/],
          never: [/route of type unreachable/, /missing route/, /bug in pprobe/i],
        },
      },
    ],
  })),
  {
    id: 'C8',
    situation: 'a port of this host in the ephemeral range on which no program listens',
    source: 'https://github.com/tokio-rs/tokio/issues/3405',
    setUp: portRange(50000, 50003),
    steps: [
      {
        args: ['tcp', '127.0.0.1', '50001', '--count', '40', '--interval', '20ms'],
        expected: { exitCodes: [13], says: [/refused/i], never: [/(?<!\b0 )\bopen\b/i] },
      },
    ],
  },
  {
    id: 'C8b',
    situation: 'the only local port that is left is the closed port of this host that is asked for',
    source: 'https://github.com/curl/curl/issues/3272',
    setUp: portRange(50001, 50001),
    steps: [
      ['tcp', '127.0.0.1', '50001'],
      ['trace', '127.0.0.1', '50001', '--method', 'connect'],
      ['trace', '::1', '50001', '--method', 'connect'],
      ['trace', '127.0.0.1', '50001', '--method', 'connect', '--paris'],
    ].map((args) => ({
      args,
      expected: { exitCodes: [13], says: [/refused|closed/i], never: [/(?<!\b0 )\bopen\b/i] },
    })),
  },
  {
    id: 'C9',
    situation: 'systemd forbids the service AF_NETLINK (RestrictAddressFamilies)',
    source: 'https://github.com/NLnetLabs/unbound/issues/350',
    zone: { 'restricted.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(['restricted.field.test']) },
    steps: [
      ...[
        ['tcp', 'restricted.field.test'],
        ['trace', 'restricted.field.test'],
        ['dns', 'restricted.field.test'],
        diagnose('restricted.field.test'),
      ].map((args) => ({
        args,
        preload: './forbid.mjs',
        env: { FORBID: 'netlink=97' },
        expected: { exitCodes: [0], never: [/bug in pprobe/i] },
      })),
    ],
  },
  {
    id: 'C10',
    situation: 'the kernel knows no SO_TIMESTAMPNS, as under qemu-user',
    source: 'https://github.com/schweikert/fping/issues/272',
    zone: { 'emulated.field.test': ['{net}.10'] },
    servers: { '{net}.10:443': web(['emulated.field.test']) },
    steps: [
      ...[
        ['tcp', 'emulated.field.test'],
        ['trace', 'emulated.field.test'],
        diagnose('emulated.field.test'),
      ].map((args) => ({
        args,
        preload: './forbid.mjs',
        env: { FORBID: 'timestamps=92,timestampsNew=92' },
        expected: { exitCodes: [0], never: [/bug in pprobe/i] },
      })),
    ],
  },
  {
    id: 'C11',
    situation: "raw sockets are refused with EAFNOSUPPORT by a sandbox's filter",
    source: 'https://github.com/google/gvisor/issues/224',
    servers: { '{net}.10:443': web(['x.field.test']) },
    steps: ['raw=97', 'raw=94', 'raw=22'].map((forbidden) => ({
      args: ['trace', '{net}.10'],
      preload: './forbid.mjs',
      env: { FORBID: forbidden },
      expected: { exitCodes: [0], says: [/\bopen\b/i], never: [/bug in pprobe/i] },
    })),
  },
  {
    id: 'C12',
    situation: 'an on-link target that does not answer ARP, traced several times',
    source: 'https://github.com/langgenius/dify/issues/14202',
    steps: [1, 2, 3].map(() => ({
      args: ['trace', '{here}.88'],
      expected: { exitCodes: [14], never: [/filtered/i] },
    })),
  },
  {
    id: 'C13',
    situation: 'a policy routing rule for the source address, and --source gives that address',
    source: 'https://github.com/insomniacslk/dublin-traceroute/issues/93',
    setUp: `${secondLink}\nclient ip rule add from 10.63.{n}.10 lookup 200 priority 100`,
    servers: { '{net}.10:443': web(['x.field.test']) },
    steps: ['syn', 'connect'].map((method) => ({
      args: ['trace', '{net}.10', '--method', method, '--source', '10.63.{n}.10'],
      expected: { exitCodes: [0], says: [/10\.63\.\d+\.1\b/] },
    })),
  },
];

export const unsentPaths: readonly PathCase[] = [
  {
    id: 'C4',
    situation: 'method connect, and the event loop is busy for 800 ms while the target answers at 400 ms',
    source: 'https://github.com/netty/netty/issues/9399',
    target: '203.0.113.120',
    path: {
      hops: Array.from({ length: 5 }, (_, index) => ({
        address: `10.7.0.${index + 1}`,
        rttMs: 10 * (index + 1),
      })),
      end: { rttMs: 400, answer: 'syn-ack' },
    },
    steps: [
      {
        args: ['trace', '203.0.113.120', '--method', 'connect'],
        preload: './hold.mjs',
        expected: { exitCodes: [0], says: [/\bopen\b/i], never: [/EHOSTUNREACH/] },
      },
    ],
  },
];
