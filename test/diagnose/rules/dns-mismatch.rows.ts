import { answeredWith, denied, dns, evidence, HOST, tcp, tls, VPCE, VPCE_NAME } from '../evidence.js';
import type { Row } from './row.js';
import { because, three } from './situations.js';

export const dnsMismatchRows: Row[] = [
  {
    name: 'another endpoint than the one named',
    given: evidence({
      options: { vpce: VPCE_NAME },
      dns: [dns(HOST, ['10.7.1.5']), dns(VPCE_NAME, three)],
      tcp: [tcp(HOST, { '10.7.1.5': 'open' })],
    }),
    class: 'dns',
    cause: 'dns.endpoint-mismatch',
    confidence: 'high',
    summary: [VPCE],
    evidence: [HOST, '10.7.1.5', '10.0.1.5'],
    remedy: ['Values=10.7.1.5'],
  },
  {
    name: 'some addresses of the endpoint missing',
    given: evidence({ options: { vpce: VPCE_NAME }, dns: [dns(HOST, ['10.0.1.5']), dns(VPCE_NAME, three)] }),
    class: 'dns',
    cause: 'dns.endpoint-mismatch',
    confidence: 'medium',
  },
  {
    name: 'an address of the endpoint missing, and a denial: the denial is the verdict',
    given: answeredWith([denied(because('VPC endpoint policy'))], {
      options: { vpce: VPCE_NAME },
      dns: [dns(HOST, three.slice(0, 2)), dns(VPCE_NAME, three)],
    }),
    class: 'policy',
    cause: 'policy.endpoint-implicit',
    confidence: 'certain',
    alternatives: ['dns.endpoint-mismatch'],
  },
  {
    name: 'one stray address beside those of the endpoint, and only it is silent',
    given: evidence({
      options: { vpce: VPCE_NAME },
      dns: [dns(HOST, [...three, '10.7.1.5']), dns(VPCE_NAME, three)],
      tcp: [tcp(HOST, { '10.0.1.5': 'open', '10.0.2.5': 'open', '10.0.3.5': 'open', '10.7.1.5': 'timeout' })],
      tls: [tls('ok')],
    }),
    class: 'dns',
    cause: 'dns.endpoint-mismatch',
    confidence: 'high',
    alternatives: ['tcp.timeout-some'],
  },
];
