import { API, answeredWith, denied, forbidden, http, VPCE } from '../evidence.js';
import type { Row } from './row.js';
import { because, vpceUrl } from './situations.js';

export const policyDenialRows: Row[] = [
  {
    name: 'a resource policy without an Allow',
    given: answeredWith([denied(because('resource-based policy'))], { options: { vpce: VPCE } }),
    class: 'policy',
    cause: 'policy.resource-implicit',
    confidence: 'certain',
    summary: [API, VPCE, 'anonymous'],
    remedy: [`"aws:SourceVpce": "${VPCE}"`, `create-deployment --rest-api-id ${API} --stage-name prod`],
  },
  {
    name: 'a resource policy with a Deny',
    given: answeredWith([denied(' with an explicit deny in a resource-based policy')]),
    class: 'policy',
    cause: 'policy.resource-explicit',
    confidence: 'certain',
    remedy: ['get-rest-api', 'Values=10.0.1.5'],
  },
  {
    name: 'an endpoint policy without an Allow',
    given: answeredWith([denied(because('VPC endpoint policy'))]),
    class: 'policy',
    cause: 'policy.endpoint-implicit',
    confidence: 'certain',
    remedy: [`arn:aws:execute-api:us-east-1:ACCOUNT:${API}/*`, '4690'],
  },
  {
    name: 'an endpoint policy with a Deny',
    given: answeredWith([denied(' with an explicit deny in a VPC endpoint policy')]),
    class: 'policy',
    cause: 'policy.endpoint-explicit',
    confidence: 'certain',
  },
  {
    name: 'a caller without permission',
    given: answeredWith([denied(because('identity-based policy'))]),
    class: 'policy',
    cause: 'policy.identity',
    confidence: 'certain',
  },
  {
    name: 'a service control policy',
    given: answeredWith([denied(' with an explicit deny in a service control policy')]),
    class: 'policy',
    cause: 'policy.organization',
    confidence: 'certain',
    summary: ['service control policy'],
  },
  {
    name: 'a denial in the old words',
    given: answeredWith([denied('')]),
    class: 'policy',
    cause: 'policy.denied',
    confidence: 'high',
    alternatives: ['policy.resource-implicit', 'policy.endpoint-implicit', 'policy.identity'],
  },
  {
    name: 'a denial whose body the owner rewrote',
    given: answeredWith([http(404, { errorType: 'AccessDeniedException', message: 'not here' })]),
    class: 'policy',
    cause: 'policy.denied',
    confidence: 'high',
  },
  {
    name: 'an endpoint’s name, denied once Host names the API',
    given: answeredWith([forbidden(), denied(because('resource-based policy'), { variant: 'host' })], {
      target: vpceUrl,
      options: { apiId: API },
    }),
    class: 'policy',
    cause: 'policy.resource-implicit',
    confidence: 'certain',
    alternatives: ['api.not-matched'],
  },
];
