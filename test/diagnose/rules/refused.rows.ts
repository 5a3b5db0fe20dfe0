import { hop, probe } from '../../report/documents.js';
import { attempt, dns, evidence, HOST, rejection, tcp, tcpOf, trace } from '../evidence.js';
import type { Row } from './row.js';
import { resolved } from './situations.js';

export const refusedRows: Row[] = [
  {
    name: 'silence at one address, refusal at the other',
    given: evidence({ dns: [resolved], tcp: [tcp(HOST, { '10.0.1.5': 'timeout', '10.0.2.5': 'refused' })] }),
    class: 'refused',
    cause: 'tcp.refused',
    confidence: 'high',
    alternatives: ['tcp.timeout-some'],
  },
  {
    name: 'a closed port',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dns('db.internal', ['10.0.1.5'])],
      tcp: [tcp('db.internal', { '10.0.1.5': 'refused' }, 5432)],
    }),
    class: 'refused',
    cause: 'tcp.refused',
    confidence: 'high',
    summary: ['10.0.1.5', '5432'],
    alternatives: ['policy.reset-injected'],
  },
  {
    name: 'a port that a REJECT rule of the target itself closes',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dns('db.internal', ['10.0.1.5'])],
      tcp: [tcp('db.internal', { '10.0.1.5': 'refused' }, 5432)],
      trace: [
        trace('unreachable', [rejection(1, '10.0.1.5', 3, 3, '!p')], { host: 'db.internal', port: 5432 }),
      ],
    }),
    class: 'refused',
    cause: 'tcp.refused',
    confidence: 'medium',
    alternatives: ['policy.reset-injected'],
  },
  ...['0.0.0.0', '::'].map(
    (address): Row => ({
      name: `a closed port of ${address}, which is this host itself`,
      given: evidence({ target: address, tcp: [tcp(address, { [address]: 'refused' })] }),
      class: 'refused',
      cause: 'tcp.refused',
      confidence: 'high',
      summary: ['an address of this host itself'],
      remedy: ['ss -ltn'],
    }),
  ),
  {
    name: 'a connection that is accepted and reset at once',
    given: evidence({ dns: [resolved], tcp: [tcp(HOST, { '10.0.1.5': 'reset' })] }),
    class: 'refused',
    cause: 'tcp.refused',
    confidence: 'high',
    summary: ['accepts and at once resets', 'backend'],
    evidence: ['SYN-ACK, then RST'],
  },
  {
    name: 'a connection that is accepted and reset at once, where the trace shows the SYN-ACK',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dns('db.internal', ['10.0.1.5'])],
      tcp: [tcp('db.internal', { '10.0.1.5': 'reset' }, 5432)],
      trace: [
        trace('open', [hop(1, probe({ reply: 'syn-ack', from: '10.0.1.5' }))], {
          host: 'db.internal',
          port: 5432,
        }),
      ],
    }),
    class: 'refused',
    cause: 'tcp.refused',
    confidence: 'high',
    summary: ['accepts and at once resets'],
    evidence: ['SYN-ACK, then RST'],
    remedy: ['published container ports'],
  },
  {
    name: 'a port that refuses the connection, where the trace got a SYN-ACK',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dns('db.internal', ['10.0.1.5'])],
      tcp: [tcp('db.internal', { '10.0.1.5': 'refused' }, 5432)],
      trace: [
        trace('open', [hop(1, probe({ reply: 'syn-ack', from: '10.0.1.5' }))], {
          host: 'db.internal',
          port: 5432,
        }),
      ],
    }),
    class: 'refused',
    cause: 'tcp.refused',
    confidence: 'medium',
    summary: ['10.0.1.5 refuses some connections to TCP 5432 and accepts others'],
    evidence: ['sent RST', 'SYN-ACK'],
    remedy: ['--count 20'],
    alternatives: ['policy.reset-injected'],
  },
  {
    name: 'a port of this host that accepts and resets at once',
    given: evidence({ target: '127.0.0.1:8080', tcp: [tcp('127.0.0.1', { '127.0.0.1': 'reset' }, 8080)] }),
    class: 'refused',
    cause: 'tcp.refused',
    confidence: 'high',
    summary: [/^127\.0\.0\.1 accepts and at once resets TCP 8080/],
  },
  {
    name: 'a port that a REJECT rule of this host closes',
    given: evidence({
      target: '127.0.0.1:8080',
      tcp: [
        tcpOf('127.0.0.1', [
          attempt('127.0.0.1', 'refused', {
            port: 8080,
            cause: 'icmp',
            from: '127.0.0.1',
            icmp: { type: 3, code: 3 },
          }),
        ]),
      ],
    }),
    class: 'refused',
    cause: 'tcp.refused',
    confidence: 'high',
    summary: ['whose firewall rejects TCP 8080'],
    evidence: ['ICMP port unreachable'],
    remedy: ['nft list ruleset'],
  },
  {
    name: 'an RST at hop 1, where the way starts with a gateway',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dns('db.internal', ['10.0.1.5'])],
      tcp: [tcp('db.internal', { '10.0.1.5': 'refused' }, 5432)],
      trace: [
        trace('closed', [hop(1, probe({ reply: 'rst', from: '10.0.1.5', icmp: null }))], {
          host: 'db.internal',
          port: 5432,
          route: { gateway: '10.0.9.1', interface: 'eth0', tcpDiffers: null },
        }),
      ],
    }),
    class: 'policy',
    cause: 'policy.reset-injected',
    confidence: 'medium',
    summary: ['this host', 'gateway 10.0.9.1'],
    alternatives: ['tcp.refused'],
  },
  {
    name: 'an RST at hop 1 on a host of AWS, whose routers do not lower the TTL',
    given: {
      ...evidence({
        target: 'db.internal:5432',
        dns: [dns('db.internal', ['10.0.1.5'])],
        tcp: [tcp('db.internal', { '10.0.1.5': 'refused' }, 5432)],
        trace: [
          trace('closed', [hop(1, probe({ reply: 'rst', from: '10.0.1.5', icmp: null }))], {
            host: 'db.internal',
            port: 5432,
            route: { gateway: '10.0.9.1', interface: 'eth0', tcpDiffers: null },
          }),
        ],
      }),
      vantage: {
        hostname: 'client',
        addresses: ['10.0.9.15'],
        nameservers: [],
        platform: 'linux 6.1.134-150.224.amzn2023.x86_64 x64',
      },
    },
    class: 'refused',
    cause: 'tcp.refused',
    confidence: 'high',
  },
  {
    name: 'an RST at hop 1 of a trace whose gateway may keep the TTL',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dns('db.internal', ['10.0.1.5'])],
      tcp: [tcp('db.internal', { '10.0.1.5': 'refused' }, 5432)],
      trace: [
        trace('closed', [hop(1, probe({ reply: 'rst', from: '10.0.1.5', icmp: null }))], {
          host: 'db.internal',
          port: 5432,
          route: { gateway: '10.0.9.1', interface: 'eth0', tcpDiffers: null, keepsTtl: true },
        }),
      ],
    }),
    class: 'refused',
    cause: 'tcp.refused',
    confidence: 'high',
  },
  {
    name: 'a port that accepts and closes at once',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dns('db.internal', ['10.0.1.5'])],
      tcp: [
        tcpOf('db.internal', [
          attempt('10.0.1.5', 'open', { port: 5432, afterOpen: { end: 'closed', afterMs: 2 } }),
        ]),
      ],
    }),
    class: 'refused',
    cause: 'tcp.refused',
    confidence: 'medium',
    summary: ['accepts connections', 'without a word'],
  },
  {
    name: 'a port unreachable of the target itself, no trace',
    given: evidence({
      dns: [resolved],
      tcp: [
        tcpOf(HOST, [
          attempt('10.0.1.5', 'refused', { cause: 'icmp', from: '10.0.1.5', icmp: { type: 3, code: 3 } }),
        ]),
      ],
    }),
    class: 'refused',
    cause: 'tcp.refused',
    confidence: 'medium',
    summary: ['a filter of the target'],
  },
];
