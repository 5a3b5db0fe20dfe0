import { attempt, dns, evidence, HOST, hops, rejection, tcp, tcpOf, trace } from '../evidence.js';
import type { Row } from './row.js';
import { resolved } from './situations.js';

export const policyPathRows: Row[] = [
  {
    name: 'a firewall that says so, and where it is',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'prohibited' })],
      trace: [trace('prohibited', [...hops('10.0.9.1'), rejection(2, '10.0.0.254', 3, 13, '!X')])],
    }),
    class: 'policy',
    cause: 'policy.icmp-prohibited',
    confidence: 'certain',
    summary: ['10.0.0.254', '10.0.1.5'],
    remedy: ['Allow TCP 443 from 10.0.9.15 to 10.0.1.5 on the firewall at 10.0.0.254'],
  },
  {
    name: 'a firewall that says so over IPv6',
    given: evidence({
      dns: [dns(HOST, ['fd00:1::5'])],
      tcp: [tcp(HOST, { 'fd00:1::5': 'timeout' })],
      trace: [trace('prohibited', [rejection(1, 'fd00:9::1', 1, 1, '!X')], { address: 'fd00:1::5' })],
    }),
    class: 'policy',
    cause: 'policy.icmp-prohibited',
    confidence: 'high',
    summary: ['fd00:9::1'],
  },
  {
    name: 'a firewall that says so, unplaced',
    given: evidence({ dns: [resolved], tcp: [tcp(HOST, { '10.0.1.5': 'prohibited' })] }),
    class: 'policy',
    cause: 'policy.icmp-prohibited',
    confidence: 'high',
    remedy: ['pprobe trace 10.0.1.5 -p 443'],
  },
  {
    name: 'a REJECT rule of a box on the way',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dns('db.internal', ['10.0.1.5'])],
      tcp: [tcpOf('db.internal', [attempt('10.0.1.5', 'refused', { port: 5432, cause: null })])],
      trace: [
        trace('unreachable', [rejection(1, '10.0.9.1', 3, 3, '!p')], { host: 'db.internal', port: 5432 }),
      ],
    }),
    class: 'policy',
    cause: 'policy.icmp-prohibited',
    confidence: 'high',
    summary: ['10.0.9.1', 'port unreachable'],
    alternatives: ['tcp.refused'],
  },
  {
    name: 'a firewall whose ICMP error ended the connection',
    given: evidence({
      dns: [resolved],
      tcp: [
        tcpOf(HOST, [attempt('10.0.1.5', 'prohibited', { from: '10.0.0.254', icmp: { type: 3, code: 13 } })]),
      ],
    }),
    class: 'policy',
    cause: 'policy.icmp-prohibited',
    confidence: 'high',
    summary: ['10.0.0.254'],
    evidence: ['administratively prohibited'],
    remedy: ['Allow TCP 443 from 10.0.9.15 to 10.0.1.5 on the firewall at 10.0.0.254'],
  },
  {
    name: 'a port unreachable of a box on the way, no trace',
    given: evidence({
      dns: [resolved],
      tcp: [
        tcpOf(HOST, [
          attempt('10.0.1.5', 'refused', { cause: 'icmp', from: '10.0.9.1', icmp: { type: 3, code: 3 } }),
        ]),
      ],
    }),
    class: 'policy',
    cause: 'policy.icmp-prohibited',
    confidence: 'high',
    summary: ['10.0.9.1'],
    evidence: ['port unreachable'],
  },
];
