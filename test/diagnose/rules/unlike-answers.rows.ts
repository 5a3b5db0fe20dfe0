import type { TraceHop } from '../../../src/documents/trace.js';
import { hop, probe } from '../../report/documents.js';
import { attempt, evidence, HOST, hops, rejection, tcpOf, trace } from '../evidence.js';
import type { Row } from './row.js';
import { resolved } from './situations.js';

const address = '10.0.1.5';
const router = '10.0.0.254';

function answers(reply: 'syn-ack' | 'rst', ...probes: object[]): TraceHop[] {
  const each = probes.length === 0 ? [{}] : probes;
  return [
    ...hops('10.0.9.1'),
    hop(2, ...each.map((changes) => probe({ reply, from: address, rttMs: 1, ...changes }))),
  ];
}

const opens = (...probes: object[]) =>
  trace('open', answers('syn-ack', ...probes), { method: 'syn', destinationTtl: 2 });
const closes = trace('closed', answers('rst'), { method: 'syn', destinationTtl: 2 });
const ecn = { ecn: { fallsBack: false } };

const stopped = (type: number, code: number, status: 'prohibited' | 'unreachable' | 'refused') =>
  tcpOf(HOST, [attempt(address, status, { cause: 'icmp', from: router, icmp: { type, code } })]);
const silent = (changes: object = {}) => tcpOf(HOST, [attempt(address, 'timeout', changes)]);

export const unlikeRows: Row[] = [
  {
    name: 'SYNs that ask for ECN are lost, and the plain ones of the trace are answered',
    given: evidence({ dns: [resolved], tcp: [silent()], trace: [opens()], vantage: ecn }),
    class: 'timeout',
    cause: 'tcp.packet-loss',
    confidence: 'medium',
    summary: ['that ask for ECN get no answer'],
    evidence: ['connections of this host ask for ECN in their SYNs'],
    remedy: ['sudo sysctl -w net.ipv4.tcp_ecn=2'],
  },
  {
    name: 'SYNs are lost although those sent again do not ask for ECN',
    given: evidence({
      dns: [resolved],
      tcp: [silent()],
      trace: [opens()],
      vantage: { ecn: { fallsBack: true } },
    }),
    class: 'timeout',
    cause: 'tcp.packet-loss',
    confidence: 'medium',
    summary: ['lost on the way'],
    remedy: ['pprobe trace 10.0.1.5 -p 443 --method connect'],
  },
  {
    name: 'every SYN of the raw trace is answered, and none of many of the kernel',
    given: evidence({ dns: [resolved], tcp: [silent({ retransmits: 4 })], trace: [opens({}, {}, {})] }),
    class: 'timeout',
    cause: 'tcp.packet-loss',
    confidence: 'low',
    summary: ['every SYN of the trace', 'none of the connection attempts'],
    remedy: ['--method connect'],
    alternatives: ['local.firewall'],
  },
  {
    name: 'every SYN asks for ECN, also those sent again, and nothing is answered',
    given: evidence({ dns: [resolved], tcp: [silent()], vantage: ecn }),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'low',
    alternatives: ['tcp.packet-loss'],
  },
  {
    name: 'connection attempts are silent, and the trace gets a RST',
    given: evidence({ dns: [resolved], tcp: [silent()], trace: [closes] }),
    class: 'refused',
    cause: 'tcp.refused',
    confidence: 'medium',
    summary: ['with RST, and those of the connection attempts not at all'],
    evidence: ['no SYN of the connection attempts', 'RST'],
    remedy: ['--method connect', 'ss -ltn'],
    alternatives: ['policy.reset-injected', 'tcp.packet-loss'],
  },
  {
    name: 'a firewall rejects the connection, and lets the SYN of the trace pass',
    given: evidence({ dns: [resolved], tcp: [stopped(3, 13, 'prohibited')], trace: [opens()] }),
    class: 'policy',
    cause: 'policy.icmp-prohibited',
    confidence: 'medium',
    summary: [`${router} rejects some SYNs to TCP 443 of ${address}, and others are answered`],
    evidence: ['ICMP type 3 code 13', 'SYN of the trace'],
    remedy: ['--count 20', `on the firewall at ${router}`],
    alternatives: ['tcp.packet-loss'],
  },
  {
    name: 'a REJECT rule answers the connection, and lets the SYN of the trace pass',
    given: evidence({ dns: [resolved], tcp: [stopped(3, 3, 'refused')], trace: [opens()], vantage: ecn }),
    class: 'policy',
    cause: 'policy.icmp-prohibited',
    confidence: 'medium',
    summary: ['rejects some SYNs'],
    evidence: ['ask for ECN'],
    remedy: ['net.ipv4.tcp_ecn=2'],
  },
  {
    name: 'a router cannot deliver the connection, and delivers the SYN of the trace',
    given: evidence({ dns: [resolved], tcp: [stopped(3, 1, 'unreachable')], trace: [opens()] }),
    class: 'unreachable',
    cause: 'route.icmp-unreachable',
    confidence: 'medium',
    summary: ['cannot deliver some SYNs'],
  },
  {
    name: 'the TTL of the connection runs out, and the SYN of the trace arrives',
    given: evidence({ dns: [resolved], tcp: [stopped(11, 0, 'unreachable')], trace: [opens()] }),
    class: 'timeout',
    cause: 'route.loop',
    confidence: 'medium',
    summary: ['discards some SYNs'],
  },
  {
    name: 'a TTL that runs out on the connection, and another error on the trace, are not the same',
    given: evidence({
      dns: [resolved],
      tcp: [stopped(11, 0, 'unreachable')],
      trace: [trace('unreachable', [...hops('10.0.9.1'), rejection(2, router, 3, 1, '!H')])],
    }),
    class: 'unreachable',
    cause: 'route.icmp-unreachable',
    confidence: 'high',
    summary: ['cannot deliver'],
  },
  {
    name: 'two routers report the same error, one to the connection and one to the trace',
    given: evidence({
      dns: [resolved],
      tcp: [stopped(3, 1, 'unreachable')],
      trace: [trace('unreachable', [rejection(1, '10.0.9.1', 3, 1, '!H')])],
    }),
    class: 'unreachable',
    cause: 'route.icmp-unreachable',
    confidence: 'high',
    summary: ['10.0.9.1'],
  },
  {
    name: 'this host refuses its connection, and the SYN of the trace leaves it',
    given: evidence({ dns: [resolved], tcp: [tcpOf(HOST, [attempt(address, 'denied')])], trace: [opens()] }),
    class: 'local',
    cause: 'local.firewall',
    confidence: 'medium',
    summary: ['blocked a connection', 'other packets to it left'],
    evidence: ['EPERM', 'SYN of the trace'],
    remedy: ['nft list ruleset', 'nf_conntrack_count'],
    alternatives: ['local.permission'],
  },
  {
    name: 'a module forbids the connection, and the SYN of the trace leaves this host',
    given: evidence({
      dns: [resolved],
      tcp: [tcpOf(HOST, [attempt(address, 'denied', { cause: 'local-policy' })])],
      trace: [opens()],
    }),
    class: 'local',
    cause: 'local.permission',
    confidence: 'medium',
    summary: ['forbade a connection'],
    alternatives: ['local.firewall'],
  },
  {
    name: 'there is no route for the connection, and the SYN of the trace leaves this host',
    given: evidence({
      dns: [resolved],
      tcp: [
        tcpOf(HOST, [
          attempt(address, 'unreachable', { cause: 'no-route', local: true, errno: 'ENETUNREACH' }),
        ]),
      ],
      trace: [opens()],
    }),
    class: 'unreachable',
    cause: 'route.local',
    confidence: 'medium',
    summary: ['found no route for a connection'],
    remedy: ['ip rule show'],
    alternatives: ['local.permission'],
  },
];
