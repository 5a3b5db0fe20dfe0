import type { Gate } from '../../../documents/facts.js';
import type { Context } from '../context.js';
import type { End } from '../ends.js';
import { apiGates } from './api.js';
import { domainNameGates } from './domain-name.js';
import { endpointPolicyGate } from './endpoint-policy.js';
import { methodGate } from './method.js';
import { requestOf } from './policy-request.js';
import { resourcePolicyGate } from './resource-policy.js';

/**
 * The gates of a request, in the order in which AWS asks them: the policy of the endpoint, the API and its stage, the resource
 * policy. The last one is judged as it was read, which need not be the one that is deployed.
 */
export function requestGates(context: Context, client: End | null, target: End | null): Gate[] {
  const { privateApi: api, url } = context.evidence.target;
  const { called, facts } = context;
  if ((api === null && !called.byCustomName) || url === null) return [];
  const read = facts.apigateway.restApi?.id;
  // The API that was read need not be the one that the custom name leads to.
  const isOther = read !== undefined && called.apiId !== null && read !== called.apiId;
  const request = requestOf(context, client, target);
  return [
    ...(context.use.network ? endpointPolicyGate(context, target, request) : []),
    ...(context.use.api
      ? [
          ...domainNameGates(context, target?.endpoint?.VpcEndpointId ?? api?.vpceId ?? null, request),
          ...(isOther
            ? []
            : [...apiGates(context), ...methodGate(context), ...resourcePolicyGate(context, request)]),
        ]
      : []),
  ];
}
