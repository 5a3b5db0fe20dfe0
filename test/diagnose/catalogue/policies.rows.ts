import { addresses, apiId, names, stage, vpceId } from '../../lab/facts.js';
import { type CatalogueRow, from } from './row.js';

const { eniA } = addresses;

/** API Gateway answers, and a policy says no. */
export const policies: CatalogueRow[] = [
  {
    rows: '14 16 18 30',
    what: 'resource policy allows another endpoint',
    fault: 'resource-policy-implicit',
    verdict: 'policy policy.resource-implicit certain',
    remedy: /aws:SourceVpce/,
  },
  {
    rows: '14',
    what: 'the same, called by the alias, which names the endpoint',
    fault: 'resource-policy-implicit',
    target: `https://${names.alias}/${stage}`,
    verdict: 'policy policy.resource-implicit certain',
    remedy: from(vpceId),
  },
  {
    rows: '17',
    what: 'no resource policy',
    fault: 'no-resource-policy',
    verdict: 'policy policy.resource-implicit certain',
    remedy: from(apiId),
  },
  {
    rows: '15',
    what: 'Deny for other endpoints',
    fault: 'resource-policy-explicit',
    verdict: 'policy policy.resource-explicit certain',
    remedy: from(apiId),
  },
  {
    rows: '19',
    what: 'endpoint policy allows another API',
    fault: 'endpoint-policy-implicit',
    verdict: 'policy policy.endpoint-implicit certain',
    remedy: from(apiId),
  },
  {
    rows: '19',
    what: 'endpoint policy denies this API',
    fault: 'endpoint-policy-explicit',
    verdict: 'policy policy.endpoint-explicit certain',
    remedy: from(eniA.ipv4),
  },
  {
    rows: '14 15 19',
    what: 'a policy, in the old wording',
    fault: 'old-denial',
    verdict: 'policy policy.denied high',
    remedy: from(apiId),
  },
  {
    rows: '30',
    what: "caller's own policy",
    fault: 'identity-policy',
    verdict: 'policy policy.identity certain',
    remedy: from(apiId),
  },
  {
    rows: '30',
    what: 'service control policy',
    fault: 'organization-policy',
    verdict: 'policy policy.organization certain',
    remedy: /service control policy/,
  },
];
