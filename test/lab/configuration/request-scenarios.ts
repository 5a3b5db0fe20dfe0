import type { ReportDocument } from '../../../src/documents/report.js';
import { accountId, apiId, names, region, vpceId } from '../facts.js';
import { faultNamed } from '../faults/index.js';
import { healthy } from '../state.js';
import { type Scenario, scenario } from './scenario.js';
import {
  apiWith,
  configuration,
  healthyApiGateway,
  healthyConfiguration,
  ids,
  type LabConfiguration,
} from './vpc.js';

/** Situations in which the request arrives and is denied. */

const certain = { confidence: 'certain' } as const;
const customName = 'orders.internal.example.com';
const customArn = `arn:aws:apigateway:${region}:${accountId}:/domainnames/${customName}+abcd1234`;

/** The report of a request to a private custom name, which the lab's certificate does not have. */
function atCustomName(report: ReportDocument): ReportDocument {
  const text = JSON.stringify(report).replaceAll(names.api, customName);
  const renamed = JSON.parse(text) as ReportDocument;
  return { ...renamed, target: { ...renamed.target, privateApi: null } };
}

/** A method that is open where it is edited, and asks for a signature where it is deployed. */
const editedMethod: LabConfiguration['apigateway'] = {
  resources: [{ path: '/', resourceMethods: { GET: { authorizationType: 'NONE', apiKeyRequired: false } } }],
  deployments: healthyApiGateway.deployments.map((each) => ({
    ...each,
    apiSummary: { '/': { GET: { authorizationType: 'AWS_IAM', apiKeyRequired: false } } },
  })),
};

/** The API as it is seen where nothing can be logged. */
const unlogged: LabConfiguration['apigateway'] = {
  ...faultNamed('resource-policy-explicit').state.configuration.apigateway,
  stages: healthyApiGateway.stages.map((stage) => ({
    ...stage,
    methodSettings: { '*/*': { loggingLevel: 'OFF' } },
  })),
  account: {},
};

const forbidden = '403 Forbidden';

export const requestScenarios: readonly Scenario[] = [
  scenario(
    'resource-policy',
    '403, explicit deny in a resource-based policy',
    'statement 2 denies this endpoint',
    faultNamed('resource-policy-explicit').state.configuration,
    {
      cause: 'policy.resource-explicit',
      ...certain,
      resource: apiId,
      rule: 'statement 2',
      says: [vpceId, 'create-deployment'],
    },
  ),
  scenario(
    'endpoint-policy',
    '403, no VPC endpoint policy allows',
    'the endpoint’s policy lists another API',
    faultNamed('endpoint-policy-implicit').state.configuration,
    { cause: 'policy.endpoint-implicit', ...certain, resource: vpceId },
  ),
  scenario(
    'custom-name',
    `${forbidden} at a private custom name`,
    'the name has no association with the endpoint',
    configuration(
      {},
      {
        apigateway: {
          domainName: {
            domainName: customName,
            domainNameId: 'abcd1234',
            domainNameArn: customArn,
            endpointConfiguration: { types: ['PRIVATE'] },
          },
          basePathMappings: [{ basePath: '(none)', restApiId: apiId, stage: 'prod' }],
          domainNameAccessAssociations: [],
        },
      },
    ),
    {
      cause: 'api.not-matched',
      confidence: 'high',
      resource: vpceId,
      rule: 'access association',
      says: ['create-domain-name-access-association'],
    },
    { state: faultNamed('wrong-api').state, edited: atCustomName },
  ),
  scenario(
    'not-deployed',
    '403, explicit deny in a resource-based policy',
    'the policy that is read allows it',
    healthyConfiguration,
    {
      cause: 'policy.not-deployed',
      confidence: 'high',
      resource: apiId,
      says: ['create-deployment', ids.deployment],
    },
    { state: faultNamed('resource-policy-explicit').state },
  ),
  scenario(
    'method-not-deployed',
    '403, no identity-based policy allows',
    'the method is open where it is edited, and asks for IAM where it is deployed',
    configuration({}, { apigateway: editedMethod }),
    {
      cause: 'policy.not-deployed',
      confidence: 'high',
      resource: apiId,
      says: ['AWS_IAM', 'create-deployment'],
    },
    { state: faultNamed('identity-policy').state },
  ),
  scenario(
    'api-absent',
    forbidden,
    'the account has no such API',
    configuration({}, { apigateway: { restApi: null, stages: [], deployments: [] } }),
    { cause: 'api.absent', confidence: 'high', resource: apiId },
  ),
  scenario(
    'stage-missing',
    forbidden,
    'the API has no such stage',
    faultNamed('missing-stage').state.configuration,
    { cause: 'api.stage-missing', ...certain, resource: apiId },
  ),
  scenario(
    'regional',
    forbidden,
    'the API is REGIONAL',
    apiWith({ endpointConfiguration: { types: ['REGIONAL'] } }),
    { cause: 'api.endpoint-type', ...certain, resource: apiId },
  ),
  scenario(
    'strict',
    `${forbidden} at the endpoint’s name`,
    'endpointAccessMode is STRICT',
    apiWith({ endpointAccessMode: 'STRICT' }),
    { cause: 'api.access-mode', ...certain, resource: apiId },
    { target: `https://${names.vpce}/prod`, apiId, state: faultNamed('wrong-api').state },
  ),
  scenario(
    'tls-policy',
    'the handshake of a client without TLS 1.3 fails',
    'the security policy of the API needs TLS 1.3',
    apiWith({ securityPolicy: 'SecurityPolicy_TLS13_1_3_2025_09' }),
    { cause: 'tls.protocol', confidence: 'high', resource: apiId, rule: 'securityPolicy' },
    { state: { ...healthy, endpoint: { ...healthy.endpoint, tls: 'new' } }, node: ['--tls-max-v1.2'] },
  ),
  scenario(
    'no-log',
    '403, explicit deny in a resource-based policy',
    'the stage logs nothing, and the account has no role for logs',
    configuration({}, { apigateway: unlogged }),
    { cause: 'policy.resource-explicit', ...certain, resource: apiId, says: [/log/i] },
    { state: faultNamed('resource-policy-explicit').state },
  ),
];
