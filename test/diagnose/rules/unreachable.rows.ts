import type { Evidence } from '../../../src/documents/report.js';
import type { TcpAttempt } from '../../../src/documents/tcp.js';
import { unsentHop } from '../../../src/probe/trace/probe-result.js';
import { attempt, CLIENT, dns, evidence, HOST, hops, rejection, tcp, tcpOf, trace } from '../evidence.js';
import type { Row } from './row.js';
import { resolved } from './situations.js';

const ERRNO_OF_ROUTE = { unreachable: 'EHOSTUNREACH', prohibit: 'EACCES', blackhole: 'EINVAL' } as const;

function silent(address: string, neighbour: string, durationMs: number): TcpAttempt {
  return attempt(address, 'unreachable', { cause: 'silent-neighbour', neighbour, durationMs });
}

/** What was measured of a link-local address, which is a target of its own. */
function linkLocal(attempts: TcpAttempt[]): Evidence {
  const host = attempts[0]?.address ?? '';
  const given = evidence({ target: '[fe80::5%eth0]:443', tcp: [tcpOf(host, attempts)] });
  // A target without a zone is refused; older reports can have one.
  return { ...given, target: { ...given.target, host } };
}

export const unreachableRows: Row[] = [
  {
    name: 'no route on this host',
    given: evidence({
      dns: [resolved],
      tcp: [
        tcpOf(HOST, [
          attempt('10.0.1.5', 'unreachable', { errno: 'ENETUNREACH', local: true, cause: 'no-route' }),
        ]),
      ],
    }),
    class: 'unreachable',
    cause: 'route.local',
    confidence: 'certain',
    remedy: ['ip route get 10.0.1.5'],
  },
  ...['224.0.0.1', '255.255.255.255', 'ff02::1', '10.0.9.255'].map(
    (address): Row => ({
      name: `the record of the name is ${address}, which is no address of one host`,
      given: evidence({
        target: 'shop.test:443',
        dns: [dns('shop.test', [address])],
        tcp: [
          tcpOf('shop.test', [
            attempt(address, 'unreachable', { errno: 'ENETUNREACH', local: true, cause: 'no-route' }),
          ]),
        ],
        vantage: { networks: [{ interface: 'eth0', network: '10.0.9.0/24', bridge: false }] },
      }),
      class: 'unreachable',
      cause: 'route.local',
      confidence: 'certain',
      summary: ['multicast or broadcast address'],
      remedy: [/Correct the record of/],
    }),
  ),
  {
    name: 'no route on this host, by the trace alone',
    given: evidence({
      dns: [resolved],
      trace: [trace('unreachable', [unsentHop(1, 1, 'ENETUNREACH')])],
    }),
    class: 'unreachable',
    cause: 'route.local',
    confidence: 'certain',
  },
  ...[
    {
      tcp: [tcp(HOST, { '10.0.1.5': 'unreachable' })],
      trace: [trace('unreachable', [rejection(1, '10.0.1.5', 3, 1, '!H')])],
    },
    {
      tcp: [
        tcpOf(HOST, [
          attempt('10.0.1.5', 'unreachable', {
            errno: 'EHOSTUNREACH',
            cause: 'icmp',
            from: '10.0.1.5',
            icmp: { type: 3, code: 1 },
          }),
        ]),
      ],
    },
  ].map(
    (measured): Row => ({
      name: `an unreachable of the target itself, ${'trace' in measured ? 'traced' : 'known from libc'}`,
      given: evidence({ dns: [dns(HOST, ['10.0.1.5'])], ...measured }),
      class: 'unreachable',
      cause: 'route.icmp-unreachable',
      confidence: 'high',
      summary: [/the target itself, answers TCP 443 with ICMP host unreachable/],
      remedy: [/forwards TCP 443 to a container/],
      alternatives: ['policy.icmp-prohibited'],
    }),
  ),
  {
    name: 'no route on a router, which says so',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'unreachable' })],
      trace: [trace('unreachable', [...hops('10.0.9.1'), rejection(2, '10.8.0.1', 3, 0, '!N')])],
    }),
    class: 'unreachable',
    cause: 'route.icmp-unreachable',
    confidence: 'certain',
    summary: ['10.8.0.1', 'hop 2'],
    remedy: [/a rule of its firewall rejects with this error/],
  },
  ...[
    // A router sends it for every TTL, and as many a second as its limit allows.
    {
      before: hops('10.0.9.1', null, null),
      from: '10.8.0.1',
      place: '10.8.0.1, one of hops 2 to 4 of the path,',
    },
    { before: hops(null, null, null), from: '10.8.0.1', place: '10.8.0.1, one of hops 1 to 4 of the path,' },
    { before: hops('10.0.9.1', '10.8.0.1', null), from: '10.8.0.1', place: '10.8.0.1, hop 2 of the path,' },
    { before: hops('10.0.9.1', null, '10.0.7.1'), from: '10.8.0.1', place: '10.8.0.1, hop 4 of the path,' },
  ].map(
    ({ before, from, place }): Row => ({
      name: `no route on a router: ${place}`,
      given: evidence({
        dns: [resolved],
        tcp: [tcp(HOST, { '10.0.1.5': 'unreachable' })],
        trace: [trace('unreachable', [...before, rejection(4, from, 3, 0, '!N')])],
      }),
      class: 'unreachable',
      cause: 'route.icmp-unreachable',
      confidence: 'certain',
      summary: [place],
    }),
  ),
  {
    name: 'a neighbour that does not answer ARP',
    given: evidence({ dns: [resolved], tcp: [tcpOf(HOST, [silent('10.0.1.5', '10.0.1.5', 3050)])] }),
    class: 'unreachable',
    cause: 'route.neighbour',
    confidence: 'high',
    summary: ['10.0.1.5', 'no host on this link answers for the address'],
    remedy: ['ip neigh show to 10.0.1.5'],
  },
  {
    name: 'a neighbour that was already looked for, so that connect() fails sooner',
    given: evidence({ dns: [resolved], tcp: [tcpOf(HOST, [silent('10.0.1.5', '10.0.1.5', 310)])] }),
    class: 'unreachable',
    cause: 'route.neighbour',
    confidence: 'high',
    remedy: ['ip neigh show to 10.0.1.5'],
  },
  {
    name: 'a gateway that does not answer ARP',
    given: evidence({ dns: [resolved], tcp: [tcpOf(HOST, [silent('10.0.1.5', '10.0.9.1', 3050)])] }),
    class: 'unreachable',
    cause: 'route.neighbour',
    confidence: 'high',
    summary: ['The gateway 10.0.9.1', '10.0.1.5'],
    remedy: ['ip neigh show to 10.0.9.1', 'ip route get 10.0.1.5'],
  },
  {
    name: 'a neighbour with a zone that does not answer',
    given: linkLocal([silent('fe80::5%eth0', 'fe80::5%eth0', 3050)]),
    class: 'unreachable',
    cause: 'route.neighbour',
    confidence: 'high',
    summary: ['fe80::5%eth0'],
    remedy: ['ip -6 neigh show to fe80::5 dev eth0'],
  },
  {
    name: 'a link-local address without its zone',
    given: linkLocal([
      attempt('fe80::5', 'unreachable', { errno: 'EINVAL', local: true, cause: 'zone-missing' }),
    ]),
    class: 'unreachable',
    cause: 'route.local',
    confidence: 'certain',
    summary: ['link-local', 'fe80::5%eth0'],
    remedy: ['ip -6 address show scope link'],
  },
  {
    name: 'a router that answers the connection with an ICMP error, no trace',
    given: evidence({
      dns: [resolved],
      tcp: [
        tcpOf(HOST, [attempt('10.0.1.5', 'unreachable', { from: '10.8.0.1', icmp: { type: 3, code: 0 } })]),
      ],
    }),
    class: 'unreachable',
    cause: 'route.icmp-unreachable',
    confidence: 'high',
    summary: ['10.8.0.1', '10.0.1.5'],
    remedy: ['pprobe trace 10.0.1.5 -p 443'],
  },
  {
    name: 'an unreachable whose cause is not known, no trace',
    given: evidence({
      dns: [resolved],
      tcp: [tcpOf(HOST, [attempt('10.0.1.5', 'unreachable', { cause: null })])],
    }),
    class: 'unreachable',
    cause: 'route.icmp-unreachable',
    confidence: 'medium',
  },
  ...(['unreachable', 'prohibit', 'blackhole'] as const).flatMap((type) =>
    (['10.0.1.5', 'fd00:1::5'] as const).map(
      (address): Row => ({
        name: `a route of type ${type} on this host to ${address}`,
        given: evidence({
          dns: [dns(HOST, [address])],
          tcp: [
            tcpOf(HOST, [
              attempt(address, type === 'prohibit' ? 'denied' : 'unreachable', {
                errno: ERRNO_OF_ROUTE[type],
                local: true,
                cause: `${type}-route`,
              }),
            ]),
          ],
        }),
        class: 'unreachable',
        cause: 'route.local',
        confidence: 'certain',
        summary: [`route of type ${type}`, address],
        remedy: [
          `ip ${address.includes(':') ? '-6 ' : ''}route show table all type ${type}`,
          `ip ${address.includes(':') ? '-6 ' : ''}route del ${type} NETWORK`,
          `ip ${address.includes(':') ? '-6 ' : ''}route get ${address}`,
        ],
      }),
    ),
  ),
  {
    name: 'no address of this host to send from',
    given: evidence({
      dns: [dns(HOST, ['fd00:1::5'])],
      tcp: [
        tcpOf(HOST, [
          attempt('fd00:1::5', 'unreachable', {
            errno: 'EADDRNOTAVAIL',
            local: true,
            cause: 'no-source-address',
          }),
        ]),
      ],
    }),
    class: 'unreachable',
    cause: 'route.local',
    confidence: 'certain',
    remedy: ['ip -6 address show'],
  },
  {
    name: 'a failure on this host whose cause is not known',
    given: evidence({
      dns: [resolved],
      tcp: [tcpOf(HOST, [attempt('10.0.1.5', 'unreachable', { errno: 'EINVAL', local: true, cause: null })])],
    }),
    class: 'unreachable',
    cause: 'route.local',
    confidence: 'high',
    evidence: ['EINVAL'],
  },
  {
    name: 'a bridge of this host whose network contains the target',
    given: evidence({
      dns: [dns(HOST, ['172.17.2.20'])],
      tcp: [tcpOf(HOST, [silent('172.17.2.20', '172.17.2.20', 3050)])],
      vantage: {
        networks: [
          { interface: 'eth0', network: '10.0.9.15/24', bridge: false },
          { interface: 'docker0', network: '172.17.0.1/16', bridge: true },
        ],
      },
    }),
    class: 'unreachable',
    cause: 'route.neighbour',
    confidence: 'high',
    evidence: ['on docker0'],
    remedy: [
      /^Give the bridge docker0, whose network 172\.17\.0\.1\/16 overlaps that of 172\.17\.2\.20, another network/,
    ],
  },
  {
    name: 'a record that outlived its interface in the subnet of this host',
    given: evidence({
      dns: [dns(HOST, ['10.0.9.99'])],
      tcp: [tcpOf(HOST, [silent('10.0.9.99', '10.0.9.99', 3050)])],
      vantage: { networks: [{ interface: 'eth0', network: '10.0.9.15/24', bridge: false }] },
    }),
    class: 'unreachable',
    cause: 'route.neighbour',
    confidence: 'high',
    evidence: ['on eth0'],
    remedy: [/the record of .* outlived it/, /Values=10\.0\.9\.99/],
  },
  {
    name: 'a tunnel of this host that has no peer for the address',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dns('db.internal', ['10.0.1.5'])],
      tcp: [
        tcpOf('db.internal', [
          attempt('10.0.1.5', 'unreachable', {
            port: 5432,
            local: true,
            from: CLIENT,
            localAddress: CLIENT,
            icmp: { type: 3, code: 1 },
          }),
        ]),
      ],
      vantage: { networks: [{ interface: 'wg0', network: `${CLIENT}/24`, bridge: false }] },
    }),
    class: 'unreachable',
    cause: 'route.local',
    confidence: 'medium',
    summary: ['The tunnel wg0 of this host takes no packets to 10.0.1.5'],
    evidence: ['this host itself (10.0.9.15)', 'ICMP type 3 code 1'],
    remedy: ['sudo wg show wg0', 'allowed IPs include 10.0.1.5'],
    alternatives: ['local.firewall'],
  },
];
