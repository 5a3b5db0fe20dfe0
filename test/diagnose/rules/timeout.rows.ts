import { attempt, dns, evidence, HOST, hops, http, tcp, tcpOf, tls, trace } from '../evidence.js';
import type { Row } from './row.js';
import { resolved, silentPath, three } from './situations.js';

const ring = Array.from({ length: 7 }, (_, index) => `10.9.0.${index + 1}`);
const line = (length: number) => Array.from({ length }, (_, index) => `10.7.0.${index + 1}`);

export const timeoutRows: Row[] = [
  {
    name: 'silence at every address, and on the path',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout', '10.0.2.5': 'timeout', '10.0.3.5': 'timeout' })],
      trace: [trace('filtered', silentPath)],
    }),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    // A path without one router that answers is the same silence again.
    confidence: 'medium',
    summary: ['None of the 3 addresses'],
    evidence: [...three],
    remedy: [
      /Allow inbound TCP 443 from 10\.0\.9\.15 .*10\.0\.1\.5/,
      '--cidr 10.0.9.15/32',
      /Allow outbound TCP 443 to 10\.0\.1\.5/,
    ],
    alternatives: ['dns.endpoint-mismatch', 'local.firewall'],
  },
  {
    name: 'silence at every address, no trace',
    given: evidence({ dns: [resolved], tcp: [tcp(HOST, { '10.0.1.5': 'timeout', '10.0.2.5': 'timeout' })] }),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'medium',
    summary: ['Neither'],
  },
  {
    name: 'silence at the only address, no trace',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dns('db.internal', ['10.0.1.5'])],
      tcp: [tcp('db.internal', { '10.0.1.5': 'timeout' }, 5432)],
    }),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'low',
    summary: ['10.0.1.5', 'db.internal', '5432'],
  },
  {
    name: 'silence at one address of three',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'open', '10.0.2.5': 'open', '10.0.3.5': 'timeout' })],
      tls: [tls('ok')],
      http: [http(200)],
    }),
    class: 'timeout',
    cause: 'tcp.timeout-some',
    confidence: 'high',
    summary: ['10.0.3.5', '2 addresses are open'],
    evidence: ['10.0.1.5 opened', '10.0.2.5 opened'],
    remedy: [/network ACL of the subnet of 10\.0\.3\.5/],
    alternatives: ['tcp.timeout-all'],
  },
  {
    name: 'routers that send packets in a circle',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout' })],
      trace: [
        trace(
          'filtered',
          hops('10.0.9.1', '10.8.0.1', '10.8.0.2', '10.8.0.1', '10.8.0.2', '10.8.0.1', '10.8.0.2'),
        ),
      ],
    }),
    class: 'timeout',
    cause: 'route.loop',
    confidence: 'high',
    summary: ['loop between routers', 'hop 2'],
    evidence: ['10.8.0.1 and 10.8.0.2'],
    alternatives: ['tcp.timeout-all'],
  },
  {
    name: 'sixteen routers, then a ring of seven that is passed twice',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout' })],
      trace: [trace('filtered', hops(...line(16), ...ring, ...ring), { stoppedBy: 'max-ttl' })],
    }),
    class: 'timeout',
    cause: 'route.loop',
    confidence: 'high',
    summary: ['hop 17'],
    evidence: ['10.9.0.1'],
    alternatives: ['tcp.timeout-all'],
  },
  {
    name: 'a router that reports that the TTL of the SYN ran out, no trace',
    given: evidence({
      dns: [resolved],
      tcp: [
        tcpOf(HOST, [attempt('10.0.1.5', 'unreachable', { from: '10.8.0.2', icmp: { type: 11, code: 0 } })]),
      ],
    }),
    class: 'timeout',
    cause: 'route.loop',
    confidence: 'medium',
    summary: ['10.8.0.2', 'TTL'],
    remedy: ['pprobe trace 10.0.1.5 -p 443'],
  },
  {
    name: 'hops that all answer, up to the limit of the trace',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout' })],
      trace: [trace('filtered', hops(...line(30)), { stoppedBy: 'max-ttl' })],
    }),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'low',
    evidence: ['10.7.0.30 still answers at hop 30, the last one probed'],
  },
  {
    name: 'silence at a link-local address',
    given: evidence({
      target: '[fe80::5%eth0]:22',
      tcp: [tcpOf('fe80::5%eth0', [attempt('fe80::5%eth0', 'timeout', { port: 22 })])],
    }),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'low',
    remedy: [/its own firewall/],
  },
  {
    name: 'hops that answer, then silence, and nothing else measured',
    given: evidence({
      dns: [resolved],
      trace: [trace('filtered', hops('10.0.9.1', '10.8.0.1', null, null, null, null, null))],
    }),
    class: 'timeout',
    cause: 'route.blackhole-after-hop',
    confidence: 'low',
    summary: ['10.8.0.1', 'hop 2'],
  },
  {
    name: 'hops that answer, then silence, behind a timeout',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout' })],
      trace: [trace('filtered', hops('10.0.9.1', '10.8.0.1', null, null, null))],
    }),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'medium',
    alternatives: ['route.blackhole-after-hop'],
  },
  {
    name: 'silence at two addresses behind a router that answers',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout', '10.0.2.5': 'timeout' })],
      trace: [trace('filtered', hops('10.0.9.1', '10.8.0.1', null, null, null))],
    }),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'high',
    alternatives: ['route.blackhole-after-hop'],
  },
  {
    name: 'silence at the endpoint, while another host of the VPC answers',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout', '10.0.2.5': 'timeout' })],
      control: [
        {
          role: 'given',
          host: 'db.internal',
          port: 5432,
          tcp: tcp('db.internal', { '10.0.4.4': 'refused' }, 5432),
        },
      ],
    }),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'high',
    summary: ['while db.internal:5432 answers'],
    evidence: ['db.internal:5432 answers'],
    remedy: [/Allow inbound TCP 443 from 10\.0\.9\.15/],
  },
  {
    name: 'silence everywhere: nothing comes back',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout', '10.0.2.5': 'timeout' })],
      control: [
        { role: 'given', host: '10.0.4.4', port: 443, tcp: tcp('10.0.4.4', { '10.0.4.4': 'timeout' }) },
        {
          role: 'resolver',
          host: '127.0.0.53',
          port: 53,
          tcp: tcp('127.0.0.53', { '127.0.0.53': 'open' }, 53),
        },
      ],
    }),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'medium',
    summary: ['no answer comes back to this host from anywhere'],
    evidence: ['10.0.4.4:443'],
    alternatives: ['local.firewall'],
  },
  {
    name: 'every connection times out, and the trace of the same address is answered',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout', '10.0.2.5': 'open' })],
      trace: [trace('open', hops('10.0.9.1', '10.8.0.1'))],
    }),
    class: 'timeout',
    cause: 'tcp.packet-loss',
    confidence: 'medium',
    summary: [/lost on the way: some SYNs .* are answered/],
    evidence: [/SYN of the trace/],
    remedy: ['pprobe tcp 10.0.1.5 443 --count 20', /appliance mode/, /nf_conntrack/],
    alternatives: ['local.firewall'],
  },
  {
    name: 'silence at an address in the subnet of this host',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.9.77': 'timeout' })],
      vantage: { networks: [{ interface: 'eth0', network: '10.0.9.15/24', bridge: false }] },
    }),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'low',
    remedy: [/^Allow inbound TCP 443 .* on 10\.0\.9\.77 itself .*\(eth0\), and no router or network ACL/],
  },
];
