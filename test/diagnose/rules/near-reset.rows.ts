import { silentProbe, type TraceHop } from '../../../src/documents/trace.js';
import { evidence, HOST, hops, http, tcp, tls, trace } from '../evidence.js';
import type { Row } from './row.js';
import { resolved, silentPath } from './situations.js';

/** RSTs whose distance shows that the target did not send them. */

/** A hop that answers with RST over so many routers on the way back. */
const reset = (ttl: number, backwardHops: number | null): TraceHop => ({
  ttl,
  rateLimited: false,
  probes: [{ ...silentProbe, reply: 'rst', from: '10.0.1.5', rttMs: 0.5, backwardHops }],
});
const router = (ttl: number, from: string, backwardHops: number): TraceHop => ({
  ttl,
  rateLimited: false,
  probes: [
    { ...silentProbe, reply: 'time-exceeded', from, rttMs: 0.4, icmp: { type: 11, code: 0 }, backwardHops },
  ],
});
const synAck = (ttl: number, from: string): TraceHop => ({
  ttl,
  rateLimited: false,
  probes: [{ ...silentProbe, reply: 'syn-ack', from, rttMs: 0.6 }],
});

export const nearResetRows: Row[] = [
  {
    name: 'an RST that came no further than the router before the target',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'refused' })],
      trace: [trace('closed', [router(1, '10.0.9.1', 0), router(2, '10.8.0.1', 1), reset(3, 1)])],
    }),
    class: 'policy',
    cause: 'policy.reset-injected',
    confidence: 'high',
    summary: ['10.8.0.1', '10.0.1.5'],
    alternatives: ['tcp.refused'],
  },
  {
    name: 'an RST from the TTL at which a router is on the path to another address, which opens',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'refused', '10.0.2.5': 'open' })],
      tls: [tls('ok', { address: '10.0.2.5' })],
      http: [http(200, { address: '10.0.2.5' })],
      trace: [
        trace('closed', [...hops('10.0.9.1'), reset(2, null)]),
        trace('open', [...hops('10.0.9.1', '10.8.0.1'), synAck(3, '10.0.2.5')], { address: '10.0.2.5' }),
      ],
    }),
    class: 'policy',
    cause: 'policy.reset-injected',
    confidence: 'medium',
    alternatives: ['tcp.refused'],
  },
  {
    name: 'an RST that came all the way',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'refused' })],
      trace: [trace('closed', [router(1, '10.0.9.1', 0), router(2, '10.8.0.1', 1), reset(3, 2)])],
    }),
    class: 'refused',
    cause: 'tcp.refused',
    confidence: 'high',
  },
  {
    name: 'one box that answers six hops',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout' })],
      trace: [
        trace('filtered', [
          ...hops('10.8.0.1', '10.8.0.1', '10.8.0.1', '10.8.0.1', '10.8.0.1', '10.8.0.1'),
          ...silentPath.map((hop, index) => ({ ...hop, ttl: index + 7 })),
        ]),
      ],
    }),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'medium',
  },
];
