import { dns, evidence, HOST, tcp, VPCE, VPCE_NAME } from '../evidence.js';
import type { Row } from './row.js';
import { three } from './situations.js';

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
    summary: ['10.7.1.5', VPCE, '10.0.1.5'],
    remedy: ['Values=10.7.1.5'],
  },
  {
    name: 'some addresses of the endpoint missing',
    given: evidence({ options: { vpce: VPCE_NAME }, dns: [dns(HOST, ['10.0.1.5']), dns(VPCE_NAME, three)] }),
    class: 'dns',
    cause: 'dns.endpoint-mismatch',
    confidence: 'medium',
  },
];
