import type { Gate } from '../../../documents/facts.js';
import { DOCS } from '../../remedies/docs.js';
import { aws, type Context } from '../context.js';
import type { End } from '../ends.js';
import { readPolicy } from '../policy/document.js';
import { evaluatePolicy, type PolicyRequest } from '../policy/evaluate.js';
import { json, policyGate } from './policy-gate.js';

export function endpointPolicyGate(context: Context, target: End | null, request: PolicyRequest): Gate[] {
  const endpoint = target?.endpoint ?? null;
  const id = endpoint?.VpcEndpointId ?? context.evidence.target.privateApi?.vpceId ?? null;
  const base = { gate: 'endpoint-policy', end: 'target', direction: null, resource: id, rule: null } as const;
  if (endpoint?.PolicyDocument === undefined)
    return context.facts.ec2.VpcEndpoints === undefined
      ? []
      : [{ ...base, state: 'unknown', text: `not readable: the policy of ${id ?? 'the endpoint'}` }];
  const policy = readPolicy(endpoint.PolicyDocument);
  if ('problem' in policy)
    return [{ ...base, state: 'unknown', text: `not readable: the policy of ${id}: ${policy.problem}` }];
  const decision = evaluatePolicy(policy.statements, request);
  const whose = `the policy of ${id}`;
  const { resource } = request;
  return [
    policyGate(
      decision,
      {
        kind: 'endpoint-policy',
        resource: id,
        whose,
        causes: { explicit: 'policy.endpoint-explicit', implicit: 'policy.endpoint-implicit' },
      },
      () => [
        {
          text:
            decision.state === 'explicit-deny'
              ? `Narrow statement ${decision.statement?.number} of ${whose}; it takes effect without a deployment`
              : `Allow this API in ${whose}; it takes effect without a deployment`,
          ...(decision.state === 'explicit-deny' || resource === null
            ? {}
            : {
                snippet: json({
                  Effect: 'Allow',
                  Principal: '*',
                  Action: 'execute-api:Invoke',
                  Resource: `arn:${resource.partition}:execute-api:${resource.region}:${resource.account ?? '*'}:${resource.apiId}/*`,
                }),
              }),
          command: aws(
            context,
            'ec2',
            'modify-vpc-endpoint',
            '--vpc-endpoint-id',
            id ?? 'VPCE_ID',
            '--policy-document',
            'file://policy.json',
          ),
          docs: DOCS.endpointPolicy,
        },
      ],
    ),
  ];
}
