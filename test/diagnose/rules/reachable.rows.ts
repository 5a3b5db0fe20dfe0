import { answeredWith, attempt, dns, evidence, HOST, http, tcp, tcpOf, tls } from '../evidence.js';
import type { Row } from './row.js';
import { connected } from './situations.js';

export const reachableRows: Row[] = [
  {
    name: 'a 200',
    given: answeredWith([http(200)]),
    class: 'reachable',
    cause: 'none',
    confidence: 'certain',
    summary: [HOST, '200'],
  },
  {
    name: 'a public API by its public addresses',
    given: answeredWith([http(200, { address: '52.1.2.3' })], {
      dns: [dns(HOST, ['52.1.2.3'])],
      tcp: [tcp(HOST, { '52.1.2.3': 'open' })],
    }),
    class: 'reachable',
    cause: 'none',
    confidence: 'certain',
  },
  {
    name: 'TLS up, no request wanted',
    given: evidence({ ...connected, tls: [tls('ok')], skipped: [{ step: 'http', reason: 'switched off' }] }),
    class: 'reachable',
    cause: 'none',
    confidence: 'high',
  },
  {
    name: 'an open port that is not HTTPS',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dns('db.internal', ['10.0.1.5'])],
      tcp: [tcp('db.internal', { '10.0.1.5': 'open' }, 5432)],
      skipped: [{ step: 'tls', reason: 'nothing is known of the protocol' }],
    }),
    class: 'reachable',
    cause: 'none',
    confidence: 'high',
    summary: ['10.0.1.5', '5432'],
  },
  {
    name: 'open ports, with IPv6 answers this host has no use for',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dns('db.internal', ['10.0.1.5', '2600:1f18::5'])],
      tcp: [
        tcpOf('db.internal', [
          attempt('10.0.1.5', 'open', { port: 5432 }),
          attempt('2600:1f18::5', 'unreachable', { port: 5432, errno: 'ENETUNREACH', local: true }),
        ]),
      ],
    }),
    class: 'reachable',
    cause: 'none',
    confidence: 'high',
  },
];
