import type { ApiGatewayFacts, RestApiFacts } from '../../../src/documents/facts.js';
import { configuredEvidence, factsOf, healthy } from '../configuration/vpc.js';
import { API, answeredWith, denied, forbidden, VPCE, VPCE_NAME } from '../evidence.js';
import type { Row } from './row.js';

const [endpoint] = healthy.VpcEndpoints;
const escaped = (policy: object) =>
  JSON.stringify(JSON.stringify(policy)).slice(1, -1).replaceAll('/', '\\/');
const allow = (more: object = {}) => ({
  Effect: 'Allow',
  Principal: '*',
  Action: 'execute-api:Invoke',
  Resource: `arn:aws:execute-api:us-east-1:123456784690:${API}/*`,
  ...more,
});
const through = (operator: string, vpce: string) => ({
  Condition: { [operator]: { 'aws:SourceVpce': vpce } },
});

function answered(
  answers: Parameters<typeof answeredWith>[0],
  restApi: RestApiFacts | null,
  more: ApiGatewayFacts = {},
  PolicyDocument?: string,
  target?: { target: string; options?: object },
) {
  const { observations: seen } = answeredWith(answers, target ?? {});
  return configuredEvidence(
    { ...target, ...seen },
    factsOf(PolicyDocument === undefined ? {} : { VpcEndpoints: [{ ...endpoint, PolicyDocument }] }, {
      account: '123456784690',
      apigateway: {
        ...(restApi === null
          ? { restApi }
          : { restApi: { id: API, endpointConfiguration: { types: ['PRIVATE'] }, ...restApi } }),
        ...more,
      },
    }),
  );
}

const explicit = ' with an explicit deny in a resource-based policy';
const implicit = ' because no resource-based policy allows the execute-api:Invoke action';
const openEndpoint = JSON.stringify({
  Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
});

export const configuredRequestRows: Row[] = [
  {
    name: 'a Deny of the resource policy names another endpoint',
    given: answered([denied(explicit)], {
      policy: escaped({
        Statement: [
          allow(),
          { ...allow(through('StringNotEquals', 'vpce-0dddddddddddddddd')), Effect: 'Deny' },
        ],
      }),
    }),
    class: 'policy',
    cause: 'policy.resource-explicit',
    confidence: 'certain',
    evidence: ['statement 2', 'StringNotEquals aws:SourceVpce vpce-0dddddddddddddddd', VPCE],
    remedy: [
      /"vpce-0dddddddddddddddd",\s+"vpce-0123456789abcdef0"/,
      `create-deployment --region us-east-1 --rest-api-id ${API} --stage-name prod`,
    ],
  },
  {
    name: 'no Allow of the resource policy matches: aws:SourceIp is absent through an endpoint',
    given: answered([denied(implicit)], {
      policy: escaped({ Statement: [allow({ Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } })] }),
    }),
    class: 'policy',
    cause: 'policy.resource-implicit',
    confidence: 'certain',
    evidence: ['the request has no aws:SourceIp'],
    remedy: ['use aws:VpcSourceIp', '"aws:VpcSourceIp"'],
  },
  {
    name: 'a private API without a resource policy',
    given: answered([denied(implicit)], {}),
    class: 'policy',
    cause: 'policy.resource-implicit',
    confidence: 'certain',
    evidence: ['has no resource policy'],
  },
  {
    name: 'the policy read allows, and the answer denies: it is not deployed',
    given: answered(
      [denied(explicit)],
      { policy: escaped({ Statement: [allow(through('StringEquals', VPCE))] }) },
      {
        stages: [{ stageName: 'prod', deploymentId: 'dep1' }],
        deployments: [{ id: 'dep1', createdDate: '2025-06-01T00:00:00.000Z' }],
      },
    ),
    class: 'policy',
    cause: 'policy.not-deployed',
    confidence: 'high',
    evidence: ['stage prod runs deployment dep1 of 2025-06-01T00:00:00.000Z'],
    remedy: [`create-deployment --region us-east-1 --rest-api-id ${API} --stage-name prod`],
  },
  {
    name: 'the policy of the endpoint allows other APIs only',
    given: answered(
      [denied(' because no VPC endpoint policy allows the execute-api:Invoke action')],
      { policy: escaped({ Statement: [allow()] }) },
      {},
      JSON.stringify({
        Statement: [allow({ Resource: 'arn:aws:execute-api:us-east-1:123456784690:zzzzzzzzzz/*' })],
      }),
    ),
    class: 'policy',
    cause: 'policy.endpoint-implicit',
    confidence: 'certain',
    evidence: ['zzzzzzzzzz/*'],
    remedy: [`modify-vpc-endpoint --region us-east-1 --vpc-endpoint-id ${VPCE}`, `:${API}/*`],
  },
  {
    name: 'a denial that names no policy, and the resource policy denies',
    given: answered(
      [denied('')],
      { policy: escaped({ Statement: [allow(through('StringEquals', 'vpce-0dddddddddddddddd'))] }) },
      {},
      openEndpoint,
    ),
    class: 'policy',
    cause: 'policy.resource-implicit',
    confidence: 'certain',
    evidence: ['statement 1', 'vpce-0dddddddddddddddd'],
  },
  {
    name: 'a denial that names no policy, and both policies that were read allow',
    given: answered([denied('')], { policy: escaped({ Statement: [allow()] }) }, {}, openEndpoint),
    class: 'policy',
    cause: 'policy.not-deployed',
    confidence: 'medium',
  },
  {
    name: 'the API does not exist in the account that was asked',
    given: answered([forbidden()], null),
    class: 'service',
    cause: 'api.absent',
    confidence: 'high',
    evidence: [API, '123456784690'],
  },
  {
    name: 'the API is a regional one',
    given: answered([forbidden()], { endpointConfiguration: { types: ['REGIONAL'] } }),
    class: 'service',
    cause: 'api.endpoint-type',
    confidence: 'certain',
    evidence: ['REGIONAL'],
  },
  {
    name: 'the stage does not exist',
    given: answered(
      [forbidden()],
      { policy: escaped({ Statement: [allow()] }) },
      { stages: [{ stageName: 'live' }, { stageName: 'test' }] },
    ),
    class: 'service',
    cause: 'api.stage-missing',
    confidence: 'certain',
    evidence: ['no stage prod', 'live and test'],
  },
  {
    name: 'the default name of the API is switched off',
    given: answered([forbidden()], { disableExecuteApiEndpoint: true }),
    class: 'service',
    cause: 'api.default-endpoint-disabled',
    confidence: 'certain',
  },
  {
    name: 'the API wants its own name in the handshake',
    given: answered([forbidden()], { endpointAccessMode: 'STRICT' }, {}, undefined, {
      target: `https://${VPCE_NAME}/prod/orders`,
      options: { apiId: API },
    }),
    class: 'service',
    cause: 'api.access-mode',
    confidence: 'certain',
  },
];
