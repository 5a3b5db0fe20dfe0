import type { Gate } from '../../../documents/facts.js';
import { denialOf } from '../../../documents/gateway-answer.js';
import { judgedAnswers } from '../../../documents/observed/http.js';
import type { Advice } from '../../remedies/advice.js';
import { DOCS } from '../../remedies/docs.js';
import { type Context, gateOf, notRead } from '../context.js';
import { readPolicy } from '../policy/document.js';
import { evaluatePolicy, type PolicyDecision, type PolicyRequest } from '../policy/evaluate.js';
import { accountOfApi } from '../use.js';
import { correctedStatement } from './corrected-statement.js';
import { json, policyGate } from './policy-gate.js';
import { createDeployment } from './stage.js';

export function resourcePolicyGate(context: Context, request: PolicyRequest): Gate[] {
  const { restApi } = context.facts.apigateway;
  const id = restApi?.id ?? context.called.apiId;
  const base = { gate: 'resource-policy', end: 'target', direction: null, resource: id, rule: null } as const;
  if (restApi === null) return [];
  if (restApi === undefined)
    return context.facts.calls.some(({ action }) => action === 'GetRestApi')
      ? [
          {
            ...base,
            state: 'unknown',
            text: `not readable: the resource policy of ${id ?? 'the API'}: ${notRead(context.facts, 'GetRestApi')}`,
          },
        ]
      : [];
  const whose = `the resource policy of ${id}`;
  const causes = { explicit: 'policy.resource-explicit', implicit: 'policy.resource-implicit' };
  const isPrivate = restApi.endpointConfiguration?.types?.includes('PRIVATE') === true;
  if (restApi.policy === undefined)
    return isPrivate
      ? [
          gateOf(
            {
              ...base,
              state: 'deny',
              cause: causes.implicit,
              text: `${id} has no resource policy, and a private API without one denies every request`,
            },
            () => changeOf(context, id, null, request),
          ),
        ]
      : [];
  const policy = readPolicy(restApi.policy);
  if ('problem' in policy)
    return [{ ...base, state: 'unknown', text: `not readable: ${whose}: ${policy.problem}` }];
  const decision = evaluatePolicy(policy.statements, request);
  if (decision.state === 'implicit-deny' && mayPassWithout(context, request))
    return [
      {
        ...base,
        state: 'unknown',
        rule: decision.statement === null ? null : `statement ${decision.statement.number}`,
        text: `not readable: whether the caller's own policy allows the request: no Allow of ${whose} matches it, which a method with authorization AWS_IAM or CUSTOM does not need where the caller is of the API's account`,
      },
    ];
  return [
    policyGate(decision, { kind: 'resource-policy', resource: id, whose, causes }, () =>
      changeOf(context, id, decision, request),
    ),
  ];
}

/**
 * Whether a request that no Allow of the resource policy matches can pass: a caller of the API's own account needs one of both
 * policies, and a caller of another account both (developer guide, "How API Gateway resource policies affect authorization").
 */
function mayPassWithout({ evidence, facts }: Context, { caller }: PolicyRequest): boolean {
  const isSaid = judgedAnswers(evidence).some(({ doc }) => denialOf(doc)?.layer === 'resource');
  if (caller === 'anonymous' || isSaid) return false;
  const account = caller === null ? null : (/^arn:[\w-]+:(?:iam|sts)::(\d{12}):/.exec(caller)?.[1] ?? null);
  const owner = accountOfApi(facts);
  return account === null || owner === null || account === owner;
}

/** The statement as it has to be, and the deployment that puts it into force. */
function changeOf(
  context: Context,
  id: string | null,
  decision: PolicyDecision | null,
  request: PolicyRequest,
): Advice[] {
  const snippet = correctedStatement(decision, request);
  const number = decision?.statement?.number;
  const what =
    decision?.state === 'explicit-deny'
      ? `Change statement ${number} of the resource policy of ${id} so that it no longer denies this request`
      : number === undefined || snippet?.isNew !== false
        ? `Add a statement to the resource policy of ${id} that allows this endpoint`
        : `Change statement ${number} of the resource policy of ${id} so that it allows this request`;
  const sourceIp = decision?.condition?.condition.key.toLowerCase() === 'aws:sourceip';
  return [
    {
      text: `${what}${sourceIp ? ': aws:SourceIp is absent in requests through an endpoint; use aws:VpcSourceIp' : ''}`,
      ...(snippet === null ? {} : { snippet: json(snippet.statement) }),
      docs: DOCS.resourcePolicy,
    },
    deployment(context, id),
  ];
}

/** Deploys an API to the stage that is called. */
function deployment(context: Context, id: string | null): Advice {
  const stage = context.called.stage ?? 'STAGE';
  return {
    text: `Deploy ${id ?? 'the API'} to ${stage}: a changed resource policy takes effect only with a deployment`,
    command: createDeployment(context, id, stage),
    docs: DOCS.resourcePolicy,
  };
}
