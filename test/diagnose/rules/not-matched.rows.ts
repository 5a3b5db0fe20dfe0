import { API, answeredWith, forbidden, HOST, http, VPCE } from '../evidence.js';
import type { Row } from './row.js';
import { vpceUrl } from './situations.js';

export const notMatchedRows: Row[] = [
  {
    name: 'an endpoint’s name without the API’s',
    given: answeredWith([forbidden()], { target: vpceUrl }),
    class: 'service',
    cause: 'api.not-matched',
    confidence: 'high',
    remedy: ['--api-id'],
  },
  {
    name: 'an endpoint’s name, answered once Host names the API',
    given: answeredWith(
      [
        forbidden(),
        http(200, { variant: 'host' }),
        http(200, { variant: 'api-id' }),
        forbidden({ variant: 'bogus' }),
      ],
      {
        target: vpceUrl,
        options: { apiId: API },
      },
    ),
    class: 'service',
    cause: 'api.not-matched',
    confidence: 'certain',
    summary: ['its name in Host'],
    evidence: [`Host: ${HOST}`],
    remedy: [
      `curl -v -H 'Host: ${HOST}' ${vpceUrl}`,
      `https://${API}-${VPCE}.execute-api.us-east-1.amazonaws.com/prod`,
    ],
  },
  {
    name: 'an endpoint’s name, and Forbidden however the API is named',
    given: answeredWith([forbidden(), forbidden({ variant: 'host' }), forbidden({ variant: 'bogus' })], {
      target: vpceUrl,
      options: { apiId: API },
    }),
    class: 'service',
    cause: 'api.not-matched',
    confidence: 'low',
    remedy: [
      /endpointAccessMode is STRICT/,
      `https://${API}-${VPCE}.execute-api.us-east-1.amazonaws.com/prod`,
    ],
  },
  {
    name: 'Forbidden by all names',
    given: answeredWith([forbidden(), forbidden({ variant: 'api-id' }), forbidden({ variant: 'bogus' })]),
    class: 'service',
    cause: 'api.not-matched',
    confidence: 'low',
    summary: ['stage prod'],
    alternatives: ['api.key', 'api.waf'],
  },
  {
    name: 'Forbidden, and a URL without a stage',
    given: answeredWith([forbidden()], { target: `https://${HOST}/` }),
    class: 'service',
    cause: 'api.not-matched',
    confidence: 'medium',
    summary: ['no stage'],
    remedy: [/stage first/],
  },
];
