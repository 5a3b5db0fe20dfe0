import { list } from '../../core/text.js';
import { version } from '../../core/version.js';
import type { Gate, GateKind, StageFacts } from '../../documents/facts.js';
import { denialOf } from '../../documents/gateway-answer.js';
import { judgedAnswers } from '../../documents/observed/http.js';
import { scopeOf } from '../../net/address/scope.js';
import type { Advice } from '../remedies/advice.js';
import { DOCS } from '../remedies/docs.js';
import { aws, type Context, gateOf, notRead } from './context.js';
import type { End } from './ends.js';
import type { KeyValue } from './policy/condition.js';
import { readPolicy, type Statement } from './policy/document.js';
import { evaluatePolicy, type PolicyDecision, type PolicyRequest } from './policy/evaluate.js';

/**
 * The gates of a request, in the order in which AWS asks them: the policy of the endpoint, the API and its stage, the resource
 * policy. The last one is judged as it was read, which need not be the one that is deployed.
 */
export function requestGates(context: Context, client: End | null, target: End | null): Gate[] {
  const { privateApi: api, url } = context.evidence.target;
  if (api === null || url === null) return [];
  const request = requestOf(context, client, target);
  return [
    ...(context.use.network ? endpointPolicyGate(context, target, request) : []),
    ...(context.use.api ? [...apiGates(context), ...resourcePolicyGate(context, request)] : []),
  ];
}

/** The request that pprobe sent, as policies see it. */
function requestOf(context: Context, client: End | null, target: End | null): PolicyRequest {
  const { evidence, facts, region } = context;
  const { privateApi: api, url, given } = evidence.target;
  const denial = judgedAnswers(evidence)
    .map(({ doc }) => denialOf(doc))
    .find((each) => each !== null);
  const isSigned = given?.headers?.some(({ field }) => field.toLowerCase() === 'authorization') === true;
  const caller = denial?.who ?? (isSigned ? null : 'anonymous');
  const apiId = api?.apiId ?? denial?.resource?.apiId ?? facts.apigateway.restApi?.id ?? null;
  const named =
    denial?.resource?.arn
      .split(':')
      .slice(5)
      .join(':')
      .replace(/^[^/]*\//, '') ?? null;
  const stage = api?.stage ?? null;
  const asked = url === null ? null : decodedPath(url);
  const path =
    named ?? (stage === null || asked === null ? null : `${stage}/GET/${asked.replace(/^\/[^/]*\/?/, '')}`);
  const account = facts.account !== null && facts.apigateway.restApi != null ? facts.account : null;
  const keys = keysOf(context, client, target, caller);
  return {
    caller,
    action: 'execute-api:Invoke',
    resource:
      apiId === null
        ? null
        : {
            partition: api?.partition ?? 'aws',
            region: api?.region ?? region ?? 'unknown',
            account,
            apiId,
            path,
          },
    key: (name) => {
      const value = keys.get(name);
      if (value !== undefined) return value;
      return caller === 'anonymous' &&
        /^aws:(?:principal|username|userid|tokenissuetime|multifactorauth|federated)/.test(name)
        ? 'absent'
        : 'unknown';
    },
  };
}

function decodedPath(url: string): string {
  const { pathname } = new URL(url);
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

/** The condition keys whose values are known. */
function keysOf(
  { evidence, facts, region }: Context,
  client: End | null,
  target: End | null,
  caller: string | null,
): Map<string, KeyValue> {
  const keys = new Map<string, KeyValue>();
  const known = (name: string, value: string | null | undefined): void => {
    keys.set(name, value == null ? 'unknown' : [value]);
  };
  const isInside = target !== null && scopeOf(target.address) !== 'public';
  const endpoint = target?.endpoint?.VpcEndpointId ?? evidence.target.privateApi?.vpceId;
  if (isInside) {
    known('aws:sourcevpce', endpoint);
    known('aws:sourcevpc', target.endpoint?.VpcId ?? target.vpcId);
    // Behind a NAT or a proxy it is another address; inside one VPC nothing changes it.
    known(
      'aws:vpcsourceip',
      client !== null && client.vpcId !== null && client.vpcId === target.vpcId ? client.address : null,
    );
    keys.set('aws:sourceip', 'absent');
  }
  if (caller === 'anonymous') keys.set('aws:principalaccount', ['anonymous']);
  const when = evidence.observations.http[0]?.startedAt;
  known('aws:currenttime', when);
  known('aws:epochtime', when);
  known('aws:securetransport', 'true');
  known('aws:requestedregion', evidence.target.privateApi?.region ?? region);
  const headers = evidence.target.given?.headers ?? [];
  const sent = (field: string): boolean => headers.some((each) => each.field.toLowerCase() === field);
  if (!sent('user-agent')) keys.set('aws:useragent', [`pprobe/${version}`]);
  if (!sent('referer')) keys.set('aws:referer', 'absent');
  if (facts.apigateway.restApi != null) known('aws:resourceaccount', facts.account);
  return keys;
}

/** What a policy decides, as a gate. */
interface Judged {
  kind: GateKind;
  resource: string | null;
  whose: string;
  causes: { explicit: string; implicit: string };
}

function policyGate(
  decision: PolicyDecision,
  { kind, resource, whose, causes }: Judged,
  changes: () => readonly Advice[],
): Gate {
  const { state, statement, why } = decision;
  const rule = statement === null ? null : `statement ${statement.number}`;
  const base = { gate: kind, end: 'target', direction: null, resource, rule } as const;
  const because = why === '' ? '' : `: ${why}`;
  switch (state) {
    case 'allow':
      return { ...base, state: 'allow', text: `${rule} of ${whose} allows the request` };
    case 'unknown':
      return gateOf({
        ...base,
        state: 'unknown',
        text: `not readable: whether ${rule ?? 'a statement'} of ${whose} matches${because}`,
      });
    case 'explicit-deny':
      return gateOf(
        {
          ...base,
          state: 'deny',
          cause: causes.explicit,
          text: `${rule} of ${whose} denies the request${because}`,
        },
        changes,
      );
    case 'implicit-deny':
      return gateOf(
        {
          ...base,
          state: 'deny',
          cause: causes.implicit,
          text:
            statement === null
              ? `${whose} has no Allow`
              : `no Allow of ${whose} matches the request; the nearest is ${rule}${because}`,
        },
        changes,
      );
  }
}

function endpointPolicyGate(context: Context, target: End | null, request: PolicyRequest): Gate[] {
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

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** The API and its stage. */
function apiGates(context: Context): Gate[] {
  const { facts, evidence } = context;
  const { restApi, stages } = facts.apigateway;
  const api = evidence.target.privateApi;
  const id = api?.apiId ?? restApi?.id ?? null;
  if (api === null || restApi === undefined) return stageGates(context, id, stages);
  const base = { gate: 'api', end: 'target', direction: null, resource: id, rule: null } as const;
  const place = `account ${facts.account ?? 'read'}${context.region === null ? '' : `, Region ${context.region}`}`;
  if (restApi === null)
    return [
      gateOf(
        { ...base, state: 'deny', text: `API Gateway has no API ${id} in ${place}`, cause: 'api.absent' },
        () => [
          {
            text: 'Compare the id with the APIs that exist, and ask in the account that owns the API if that is another one',
            command: aws(
              context,
              'apigateway',
              'get-rest-apis',
              '--query',
              'items[].[id,name,endpointConfiguration.types[0]]',
            ),
            docs: DOCS.forbidden,
          },
        ],
      ),
    ];
  const types = restApi.endpointConfiguration?.types;
  const gates: Gate[] = [];
  if (types !== undefined && !types.includes('PRIVATE'))
    gates.push(
      gateOf(
        {
          ...base,
          rule: 'types',
          state: 'deny',
          text: `${id} is of type ${list(types)} and not PRIVATE, so no VPC endpoint leads to it`,
          cause: 'api.endpoint-type',
        },
        () => [
          {
            text: `Call ${id} from the Internet or by a custom domain name, or make it private`,
            command: aws(
              context,
              'apigateway',
              'update-rest-api',
              '--rest-api-id',
              id ?? 'API_ID',
              '--patch-operations',
              `op=replace,path=/endpointConfiguration/types/${types[0]},value=PRIVATE`,
            ),
            docs: DOCS.vpcConnections,
          },
        ],
      ),
    );
  if (restApi.disableExecuteApiEndpoint === true && api.form !== 'custom')
    gates.push(
      gateOf(
        {
          ...base,
          rule: 'disableExecuteApiEndpoint',
          state: 'deny',
          text: `the default name of ${id} is switched off (disableExecuteApiEndpoint)`,
          cause: 'api.default-endpoint-disabled',
        },
        () => [
          {
            text: `Call ${id} by its custom domain name, or switch the default name on and deploy`,
            command: aws(
              context,
              'apigateway',
              'update-rest-api',
              '--rest-api-id',
              id ?? 'API_ID',
              '--patch-operations',
              'op=replace,path=/disableExecuteApiEndpoint,value=False',
            ),
            docs: DOCS.forbidden,
          },
        ],
      ),
    );
  if (restApi.endpointAccessMode === 'STRICT' && (api.form === 'vpce' || api.form === 'zonal'))
    gates.push(
      gateOf(
        {
          ...base,
          rule: 'endpointAccessMode',
          state: 'deny',
          text: `${id} has endpointAccessMode STRICT, so the server name of the handshake must be that of the API, and the endpoint's own name is another one`,
          cause: 'api.access-mode',
        },
        () => [
          {
            text: `Call ${id} by its own name, or set endpointAccessMode to BASIC`,
            command: aws(
              context,
              'apigateway',
              'update-rest-api',
              '--rest-api-id',
              id ?? 'API_ID',
              '--patch-operations',
              'op=replace,path=/endpointAccessMode,value=BASIC',
            ),
            docs: DOCS.securityPolicies,
          },
        ],
      ),
    );
  if (gates.length === 0)
    gates.push({
      ...base,
      state: types === undefined ? 'unknown' : 'allow',
      text: types === undefined ? `not readable: the type of ${id}` : `${id} exists and is private`,
    });
  return [...gates, ...stageGates(context, id, stages)];
}

function stageGates(context: Context, id: string | null, stages: readonly StageFacts[] | undefined): Gate[] {
  const api = context.evidence.target.privateApi;
  const stage = api?.stage ?? null;
  if (stages === undefined || stage === null) return [];
  const base = { gate: 'stage', end: 'target', direction: null, resource: id, rule: stage } as const;
  const names = stages.flatMap(({ stageName }) => stageName ?? []);
  const found = stages.find(({ stageName }) => stageName === stage);
  if (found !== undefined)
    return [
      {
        ...base,
        state: 'allow',
        text: `stage ${stage} exists${found.deploymentId === undefined ? '' : ` and runs deployment ${found.deploymentId}`}`,
      },
    ];
  // One stage alone can be what get-stage was asked for.
  if (names.length === 1 && context.facts.calls.some(({ action }) => action === 'GetStage')) return [];
  return [
    gateOf(
      {
        ...base,
        state: 'deny',
        text: `${id ?? 'the API'} has no stage ${stage}; it has ${list(names, 6)}`,
        cause: 'api.stage-missing',
      },
      () => [
        ...(names.length === 0
          ? []
          : [
              {
                text: `Put one of its stages first in the path: ${list(
                  names.map((name) => `/${name}`),
                  6,
                )}`,
                docs: DOCS.invokeUrl,
              },
            ]),
        {
          text: `Or deploy the API to a stage ${stage}`,
          command: createDeployment(context, id, stage),
        },
      ],
    ),
  ];
}

function resourcePolicyGate(context: Context, request: PolicyRequest): Gate[] {
  const { restApi } = context.facts.apigateway;
  const id = restApi?.id ?? context.evidence.target.privateApi?.apiId ?? null;
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
  return [
    policyGate(decision, { kind: 'resource-policy', resource: id, whose, causes }, () =>
      changeOf(context, id, decision, request),
    ),
  ];
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

/** The command that deploys an API to a stage. */
function createDeployment(context: Context, id: string | null, stage: string): string[] {
  const api = id ?? 'API_ID';
  return aws(context, 'apigateway', 'create-deployment', '--rest-api-id', api, '--stage-name', stage);
}

/** Deploys an API to the stage that is called. */
function deployment(context: Context, id: string | null): Advice {
  const stage = context.evidence.target.privateApi?.stage ?? 'STAGE';
  return {
    text: `Deploy ${id ?? 'the API'} to ${stage}: a changed resource policy takes effect only with a deployment`,
    command: createDeployment(context, id, stage),
    docs: DOCS.resourcePolicy,
  };
}

/** The statement with the value that the request has, or a new one for the endpoint alone; null where neither is known. */
function correctedStatement(
  decision: PolicyDecision | null,
  request: PolicyRequest,
): { statement: object; isNew: boolean } | null {
  const { statement = null, condition = null } = decision ?? {};
  if (statement !== null && condition !== null) {
    const changed = withValue(
      statement,
      condition.condition.operator,
      condition.condition.key,
      condition.given,
      request,
    );
    if (changed !== null) return { statement: changed, isNew: false };
  }
  if (decision?.state === 'explicit-deny') return null;
  const endpoint = request.key('aws:sourcevpce');
  return Array.isArray(endpoint)
    ? {
        statement: {
          Effect: 'Allow',
          Principal: '*',
          Action: 'execute-api:Invoke',
          Resource: 'execute-api:/*',
          Condition: { StringEquals: { 'aws:SourceVpce': endpoint[0] } },
        },
        isNew: true,
      }
    : null;
}

function withValue(
  statement: Statement,
  operator: string,
  key: string,
  given: KeyValue,
  request: PolicyRequest,
): object | null {
  const conditions = statement.source.Condition;
  if (typeof conditions !== 'object' || conditions === null) return null;
  const keys: unknown = Reflect.get(conditions, operator);
  if (typeof keys !== 'object' || keys === null) return null;
  const isAddress = key.toLowerCase() === 'aws:sourceip';
  const source = request.key('aws:vpcsourceip');
  const name = isAddress ? 'aws:VpcSourceIp' : key;
  const value = isAddress
    ? Array.isArray(source)
      ? `${source[0]}/${source[0]?.includes(':') ? 128 : 32}`
      : null
    : Array.isArray(given)
      ? given[0]
      : null;
  const widens =
    /^(?:for(?:all|any)values?:)?(?:string(?:not)?equals|(?:not)?ipaddress|stringlike|stringnotlike)/i.test(
      operator,
    );
  if (value == null || !widens) return null;
  const { [key]: old, ...others } = keys as Record<string, unknown>;
  const values = isAddress ? [value] : [...[old].flat(), value];
  return { ...statement.source, Condition: { ...conditions, [operator]: { ...others, [name]: values } } };
}
