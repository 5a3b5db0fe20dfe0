import { unsentHop } from '../../../src/probe/trace/probe-result.js';
import { attempt, evidence, HOST, hops, rejection, tcp, tcpOf, trace } from '../evidence.js';
import type { Row } from './row.js';
import { resolved } from './situations.js';

export const unreachableRows: Row[] = [
  {
    name: 'no route on this host',
    given: evidence({
      dns: [resolved],
      tcp: [tcpOf(HOST, [attempt('10.0.1.5', 'unreachable', { errno: 'ENETUNREACH', local: true })])],
    }),
    class: 'unreachable',
    cause: 'route.local',
    confidence: 'certain',
    remedy: ['ip route get 10.0.1.5'],
  },
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
  },
  {
    name: 'a neighbour that does not answer ARP',
    given: evidence({
      dns: [resolved],
      tcp: [tcpOf(HOST, [attempt('10.0.1.5', 'unreachable', { durationMs: 3050 })])],
    }),
    class: 'unreachable',
    cause: 'route.icmp-unreachable',
    confidence: 'medium',
    remedy: ['ip neigh show to 10.0.1.5'],
  },
  {
    name: 'a blackhole route of this host',
    given: evidence({
      dns: [resolved],
      tcp: [tcpOf(HOST, [attempt('10.0.1.5', 'unreachable', { errno: 'EINVAL', local: true })])],
    }),
    class: 'unreachable',
    cause: 'route.local',
    confidence: 'high',
    summary: [/blackhole route/],
  },
];
