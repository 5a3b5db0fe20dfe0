import { dns, dnsFailure, evidence, HOST, tcp, VPCE_NAME } from '../evidence.js';
import type { Row } from './row.js';
import { three } from './situations.js';

export const dnsViewRows: Row[] = [
  {
    name: 'resolvers that disagree',
    given: evidence({ dns: [dnsFailure(HOST, 'nxdomain'), dns(HOST, three, { server: '169.254.169.253' })] }),
    class: 'dns',
    cause: 'dns.split-view',
    confidence: 'certain',
    summary: ['169.254.169.253', 'NXDOMAIN'],
    alternatives: ['dns.nxdomain'],
  },
  {
    name: 'a hosts file that sends the name elsewhere',
    given: evidence({
      options: { vpce: VPCE_NAME },
      dns: [dns(VPCE_NAME, three)],
      tcp: [tcp(HOST, { '10.9.9.9': 'timeout' })],
    }),
    class: 'dns',
    cause: 'dns.hosts-override',
    confidence: 'high',
    summary: ['10.9.9.9', '10.0.1.5'],
    remedy: [`grep -n ${HOST} /etc/hosts`],
  },
];
