import { answeredWith, dns, evidence, forbidden, HOST, http, tcp, tls, VPCE_NAME } from '../evidence.js';
import type { Row } from './row.js';

export const dnsPublicRows: Row[] = [
  {
    name: 'a public answer for a private API, without more',
    given: evidence({ dns: [dns(HOST, ['52.1.2.3'])], skipped: [{ step: 'http', reason: 'switched off' }] }),
    class: 'dns',
    cause: 'dns.public-answer',
    confidence: 'medium',
    summary: ['52.1.2.3', 'public'],
    alternatives: ['none'],
  },
  {
    name: 'a public answer, and nothing opens there',
    given: evidence({ dns: [dns(HOST, ['52.1.2.3'])], tcp: [tcp(HOST, { '52.1.2.3': 'timeout' })] }),
    class: 'dns',
    cause: 'dns.public-answer',
    confidence: 'high',
    alternatives: ['tcp.timeout-all'],
  },
  {
    name: 'a public answer, whose front end does not know the API',
    given: evidence({
      dns: [dns(HOST, ['52.1.2.3'])],
      tcp: [tcp(HOST, { '52.1.2.3': 'open' })],
      tls: [tls('ok')],
      http: [forbidden()],
    }),
    class: 'dns',
    cause: 'dns.public-answer',
    confidence: 'high',
    alternatives: ['api.not-matched'],
  },
  {
    name: 'one public address among private ones',
    given: evidence({
      dns: [dns(HOST, ['10.0.1.5', '52.1.2.3'])],
      tcp: [tcp(HOST, { '10.0.1.5': 'open', '52.1.2.3': 'timeout' })],
    }),
    class: 'dns',
    cause: 'dns.public-answer',
    confidence: 'high',
    summary: ['1 of 2 addresses', '52.1.2.3'],
    alternatives: ['tcp.timeout-some'],
  },
  {
    name: 'an endpoint’s own name with an address in shared space',
    given: evidence({ target: `https://${VPCE_NAME}/prod`, dns: [dns(VPCE_NAME, ['100.64.1.5'])] }),
    class: 'dns',
    cause: 'dns.public-answer',
    confidence: 'high',
    summary: ['shared'],
  },
  {
    name: 'a public API that wants signed requests: its public addresses are right',
    given: answeredWith(
      [
        http(403, {
          errorType: 'MissingAuthenticationTokenException',
          message: 'Missing Authentication Token',
        }),
      ],
      { dns: [dns(HOST, ['52.1.2.3'])], tcp: [tcp(HOST, { '52.1.2.3': 'open' })] },
    ),
    class: 'service',
    cause: 'api.path-unknown',
    confidence: 'medium',
    alternatives: ['api.authentication'],
  },
];
