import { dnsFailure, evidence, HOST, http, tcp, tls, trace } from './evidence.js';
import type { Row } from './rules/row.js';
import { connected, silentPath } from './rules/situations.js';

export const inconclusiveRows: Row[] = [
  {
    name: 'nothing',
    given: evidence(),
    class: 'inconclusive',
    cause: 'none',
    confidence: 'low',
    summary: ['nothing was measured'],
  },
  {
    name: 'an interrupt after the connections',
    given: evidence(connected),
    class: 'inconclusive',
    cause: 'none',
    confidence: 'low',
    summary: ['DNS and TCP'],
  },
  {
    name: 'an interrupt in the middle of everything',
    given: evidence({
      dns: [dnsFailure(HOST, 'error')],
      tcp: [tcp(HOST, { '10.0.1.5': 'error' })],
      tls: [tls('error', { errorCode: 'ECANCELED' })],
      http: [http(null, { failure: 'canceled' })],
      trace: [trace('interrupted', silentPath)],
    }),
    class: 'inconclusive',
    cause: 'none',
    confidence: 'low',
  },
];
