import { address, type Behaviour, reply } from '../../probe/dns/server.js';
import type { NetworkCase, PathCase } from './case.js';
import { web } from './servers.js';

/** Situations in which silence of routers or a limit of pprobe's own was told as a fact about the target. */

const diagnose = (host: string, ...more: string[]) => [
  'diagnose',
  `https://${host}/`,
  '--ca-file',
  '{ca}',
  ...more,
];

/** A resolver whose every reply comes after this time. */
function slowly(afterMs: number, to: string): Behaviour {
  return (asked) => [
    { afterMs, packet: reply(asked, { answers: asked.type === 'A' ? [address(asked.name, to)] : [] }) },
  ];
}

const slowResolver = (id: string, situation: string, afterMs: number, network: string): NetworkCase => ({
  id,
  situation,
  source: 'no public thread is named for it',
  resolvers: { '{net}.53': slowly(afterMs, network) },
  servers: { [`${network}:443`]: web(['slow.field.test']) },
  steps: [
    {
      args: diagnose('slow.field.test'),
      expected: { exitCodes: [0], never: [/dns\.timeout|did not answer|no answer/i] },
    },
    { args: ['dns', 'slow.field.test'], expected: { exitCodes: [0], says: [new RegExp(network)] } },
  ],
  peers: [{ argv: ['getent', 'ahostsv4', 'slow.field.test'], prints: new RegExp(network) }],
});

export const patienceCases: readonly NetworkCase[] = [
  slowResolver('B5a', 'every reply of the resolver takes 1.2 s', 1200, '10.90.1.1'),
  slowResolver('B5b', 'every reply of the resolver takes 4 s', 4000, '10.90.1.2'),
  {
    id: 'B6',
    situation: 'the first nameserver takes 1.6 s, the second answers another address at once',
    source: 'no public thread is named for it',
    files: { '/etc/resolv.conf': 'nameserver {net}.53\nnameserver {net}.54\n' },
    resolvers: { '{net}.53': slowly(1600, '10.90.2.1'), '{net}.54': slowly(0, '10.90.2.99') },
    servers: { '10.90.2.1:443': web(['first.field.test']) },
    steps: [
      {
        args: diagnose('first.field.test'),
        expected: { exitCodes: [0], says: [/10\.90\.2\.1\b/], never: [/did not answer/i] },
      },
      {
        args: ['dns', 'first.field.test', '--short'],
        expected: { exitCodes: [0], says: [/10\.90\.2\.1\b/] },
      },
    ],
    peers: [{ argv: ['getent', 'ahostsv4', 'first.field.test'], prints: /10\.90\.2\.1\b/ }],
  },
  {
    id: 'B9',
    situation:
      "the target is on this host's own link, its neighbour entry is known, and its SYNs are dropped",
    source: 'no public thread is named for it',
    setUp: `router nft 'table ip silent { chain input { type filter hook input priority 0; tcp dport 443 drop; }; }'`,
    steps: [
      {
        args: ['diagnose', '{here}.1:443'],
        expected: {
          exitCodes: [11],
          causes: ['tcp.timeout-all'],
          says: [/inbound/i],
          never: [/(?<!no router or )network ACL/i, /route table/i],
        },
      },
    ],
  },
  {
    id: 'B13',
    situation: 'the resolver answers one type in 3 s and the other at once',
    source: 'https://github.com/systemd/systemd/issues/18006',
    resolvers: {
      '{net}.53': (asked) => [
        asked.type === 'A'
          ? { afterMs: 3000, packet: reply(asked, { answers: [address(asked.name, '10.90.3.1')] }) }
          : reply(asked),
      ],
    },
    servers: { '10.90.3.1:443': web(['half.field.test']) },
    steps: [
      { args: diagnose('half.field.test'), expected: { exitCodes: [0], never: [/never answered|no-data/i] } },
    ],
    peers: [{ argv: ['getent', 'ahostsv4', 'half.field.test'], prints: /10\.90\.3\.1\b/ }],
  },
  {
    id: 'B14',
    situation: 'a resolver that is dead is given up quickly, although nothing else is known',
    source: 'no public thread is named for it',
    setUp: `router nft 'table ip dead { chain forward { type filter hook forward priority 0; ip daddr {net}.53 drop; }; }'`,
    steps: [
      {
        args: diagnose('dead.field.test'),
        expected: { exitCodes: [10], causes: ['dns.timeout'], says: [/\b10\.62\.\d+\.53\b/] },
      },
    ],
  },
];

/** Hops 1 to `count` that answer, apart from those in `silent`. */
function hops(count: number, { silent = [] as readonly number[], rttMs = 1, network = '10.8.0' } = {}) {
  return Array.from({ length: count }, (_, index) => ({
    address: silent.includes(index + 1) ? null : `${network}.${index + 1}`,
    rttMs: rttMs * (index + 1),
  }));
}
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const filtered = /filtered|firewall|dropped/i;
const isOpen = { exitCodes: [0], says: [/\bopen\b/i], never: [filtered] };
/** The wire of both methods. */
const both = (target: string, ...more: string[]) =>
  ['syn', 'connect'].map((method) => ({
    args: ['trace', target, '--method', method, ...more],
    expected: isOpen,
  }));

export const patiencePaths: readonly PathCase[] = [
  {
    id: 'B1a',
    situation: 'hop 1 answers, 2 to 6 are silent, 7 answers, 8 to 13 are silent, the target answers at 14',
    source: 'https://github.com/nxtrace/NTrace-core/issues/295',
    target: '203.0.113.101',
    path: {
      hops: hops(13, { silent: [...range(2, 6), ...range(8, 13)] }),
      end: { rttMs: 20, answer: 'syn-ack' },
    },
    steps: both('203.0.113.101'),
    peers: [
      {
        argv: ['traceroute', '-n', '-T', '-q', '1', '-w', '0.3', '-p', '443', '203.0.113.101'],
        prints: /14 +203\.0\.113\.101/,
      },
      { argv: ['nmap', '-n', '-Pn', '-p', '443', '203.0.113.101'], prints: /443\/tcp open/ },
    ],
  },
  {
    id: 'B1b',
    situation: 'hop 1 answers, five are silent, then the target answers',
    source: 'https://github.com/RIPE-NCC/ripe-atlas-probe-measurements/issues/9',
    target: '203.0.113.102',
    path: { hops: hops(6, { silent: range(2, 6) }), end: { rttMs: 9, answer: 'syn-ack' } },
    steps: both('203.0.113.102'),
  },
  {
    id: 'B2',
    situation: 'a router answers expiring probes with unreachable (3/13) and forwards the rest',
    source: 'https://github.com/traviscross/mtr/issues/234',
    target: '203.0.113.103',
    path: {
      hops: hops(5).map((hop, index) =>
        index === 2 ? { ...hop, rejectsSome: { type: 3, code: 13, probes: range(0, 99) } } : hop,
      ),
      end: { rttMs: 9, answer: 'syn-ack' },
    },
    steps: [
      {
        args: ['trace', '203.0.113.103', '--method', 'syn'],
        expected: { exitCodes: [0], never: [/prohibited,|rule to change/i] },
      },
      {
        args: ['trace', '203.0.113.103', '--method', 'connect'],
        expected: { exitCodes: [0], never: [/rule to change/i] },
      },
    ],
  },
  {
    id: 'B3',
    situation: 'the target answers after 980 ms, method connect',
    source: 'https://github.com/nefilim/pinger/issues/4',
    target: '203.0.113.104',
    path: { hops: hops(4, { rttMs: 200 }), end: { rttMs: 980, answer: 'syn-ack' } },
    steps: [
      {
        args: ['trace', '203.0.113.104', '--method', 'connect'],
        expected: { exitCodes: [0, 20], never: [filtered] },
      },
      { args: ['tcp', '203.0.113.104'], expected: { exitCodes: [0], says: [/open/i] } },
    ],
  },
  {
    id: 'B4',
    situation: 'the first hop answers in 2 ms, all others in 1600 ms, method syn',
    source: 'no public thread is named for it',
    target: '203.0.113.105',
    path: {
      hops: hops(5).map((hop, index) => ({ ...hop, rttMs: index === 0 ? 2 : 1600 })),
      end: { rttMs: 1600, answer: 'syn-ack' },
    },
    steps: [
      { args: ['trace', '203.0.113.105', '--method', 'syn'], expected: isOpen },
      {
        args: ['trace', '203.0.113.105', '--method', 'syn', '--wait', '5s'],
        expected: { ...isOpen, says: [/10\.8\.0\.4\b/, /\bopen\b/i] },
      },
    ],
  },
  {
    id: 'B7',
    situation: '`trace -f 3 -m 4` on a path of six hops whose target is open',
    source: 'no public thread is named for it',
    target: '203.0.113.106',
    path: { hops: hops(6), end: { rttMs: 9, answer: 'syn-ack' } },
    steps: [
      {
        args: ['trace', '203.0.113.106', '-f', '3', '-m', '4'],
        expected: { exitCodes: [20], says: [/not reached|within 4 hops/i], never: [filtered] },
      },
    ],
  },
  {
    id: 'B8',
    situation: '`trace HOST -w 5`, as typed by a user of traceroute',
    source: 'https://man7.org/linux/man-pages/man8/traceroute.8.html',
    target: '203.0.113.107',
    path: { hops: hops(3, { rttMs: 8 }), end: { rttMs: 30, answer: 'syn-ack' } },
    steps: [
      {
        args: ['trace', '203.0.113.107', '-w', '5'],
        expected: { exitCodes: [2], says: [/\b5s\b/, /\b5ms\b/] },
      },
      { args: ['trace', '203.0.113.107', '-w', '5s'], expected: isOpen },
    ],
  },
  {
    id: 'B10',
    situation: 'a round trip of 1310 ms, `pprobe tcp`',
    source: 'no public thread is named for it',
    target: '203.0.113.108',
    path: { hops: hops(2), end: { rttMs: 1310, answer: 'syn-ack' } },
    steps: [
      {
        args: ['tcp', '203.0.113.108'],
        expected: { exitCodes: [0], never: [/packets are lost|only SYN 2/i] },
      },
    ],
  },
  {
    id: 'B11',
    situation: 'a hop answers expiring probes with host unreachable (3/1), and the target answers behind it',
    source: 'https://github.com/traviscross/mtr/issues/434',
    target: '203.0.113.109',
    path: {
      hops: hops(5).map((hop, index) =>
        index === 3 ? { ...hop, rejectsSome: { type: 3, code: 1, probes: range(0, 99) } } : hop,
      ),
      end: { rttMs: 9, answer: 'syn-ack' },
    },
    steps: both('203.0.113.109').map((step) => ({ ...step, expected: { exitCodes: [0], says: [/open/i] } })),
  },
  {
    id: 'B12',
    situation: 'no hop answers at all, and the target answers at hop 12',
    source: 'https://github.com/RIPE-NCC/ripe-atlas-probe-measurements/issues/9',
    target: '203.0.113.110',
    path: { hops: hops(12, { silent: range(1, 12) }), end: { rttMs: 15, answer: 'syn-ack' } },
    steps: both('203.0.113.110'),
  },
  {
    id: 'B15',
    situation: 'eight silent hops before a target that refuses',
    source: 'https://github.com/RIPE-NCC/ripe-atlas-probe-measurements/issues/9',
    target: '203.0.113.111',
    path: { hops: hops(9, { silent: range(2, 9) }), end: { rttMs: 12, answer: 'rst' } },
    steps: [
      {
        args: ['trace', '203.0.113.111'],
        expected: { exitCodes: [13], says: [/closed|refused/i], never: [/filtered/i] },
      },
    ],
  },
];
