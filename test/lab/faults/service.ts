import {
  apiWith,
  configuration,
  endpointWith,
  healthyApiGateway,
  savedPolicy,
} from '../configuration/vpc.js';
import type { Api } from '../endpoint/gateway.js';
import type { Policy } from '../endpoint/policy.js';
import { accountId, apiId, region, stage } from '../facts.js';
import { healthyApi, onlyThroughEndpoint } from '../state.js';
import { type Fault, fault, type StateChange } from './fault.js';

const otherEndpoint = 'vpce-0fedcba9876543210';
const apiArn = `arn:aws:execute-api:${region}:${accountId}:${apiId}/*`;
const otherApiArn = `arn:aws:execute-api:${region}:${accountId}:zyx987wvut/*`;

const allowOtherEndpoint: Policy = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: '*',
      Action: 'execute-api:Invoke',
      Resource: 'execute-api:/*',
      Condition: { StringEquals: { 'aws:SourceVpce': otherEndpoint } },
    },
  ],
};

const allowOtherApi: Policy = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: otherApiArn }],
};

const denyThisApi: Policy = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' },
    { Effect: 'Deny', Principal: '*', Action: 'execute-api:Invoke', Resource: apiArn },
  ],
};

const { policy: _, ...apiWithoutPolicy } = healthyApiGateway.restApi;

/** The healthy API with another resource policy. */
function withResourcePolicy(resourcePolicy: Policy): StateChange {
  return {
    ...withApi({ resourcePolicy }),
    configuration: apiWith({ policy: savedPolicy(resourcePolicy) }),
  };
}

/** The healthy API with some parts changed. */
function withApi(change: Partial<Api>): StateChange {
  return { endpoint: { gateway: { apis: { [apiId]: { ...healthyApi, ...change } } } } };
}

function withEndpointPolicy(endpointPolicy: Policy): StateChange {
  return {
    endpoint: { gateway: { endpointPolicy } },
    configuration: endpointWith({ PolicyDocument: JSON.stringify(endpointPolicy) }),
  };
}

/** Faults in which API Gateway denies the request or finds no API. */
export const serviceFaults: Fault[] = [
  fault(
    'resource-policy-implicit',
    "The API's resource policy allows another VPC endpoint only.",
    'policy.resource-implicit',
    12,
    withResourcePolicy(allowOtherEndpoint),
  ),
  fault(
    'resource-policy-explicit',
    "The API's resource policy denies what does not come through another VPC endpoint.",
    'policy.resource-explicit',
    12,
    withResourcePolicy(onlyThroughEndpoint(otherEndpoint)),
  ),
  fault(
    'endpoint-policy-implicit',
    "The VPC endpoint's policy allows another API only.",
    'policy.endpoint-implicit',
    12,
    withEndpointPolicy(allowOtherApi),
  ),
  fault(
    'endpoint-policy-explicit',
    "The VPC endpoint's policy denies this API.",
    'policy.endpoint-explicit',
    12,
    withEndpointPolicy(denyThisApi),
  ),
  fault(
    'old-denial',
    'A policy denies the request, in the older wording that does not name the policy.',
    'policy.denied',
    12,
    {
      endpoint: {
        gateway: {
          apis: { [apiId]: { ...healthyApi, resourcePolicy: allowOtherEndpoint } },
          oldWording: true,
        },
      },
      configuration: apiWith({ policy: savedPolicy(allowOtherEndpoint) }),
    },
  ),
  fault(
    'no-resource-policy',
    'No resource policy is attached to the private API, which therefore denies every request.',
    'policy.resource-implicit',
    12,
    {
      ...withApi({ resourcePolicy: null }),
      configuration: configuration({}, { apigateway: { restApi: apiWithoutPolicy } }),
    },
  ),
  fault(
    'wrong-api',
    'The API was deleted, or its id belongs to another account or Region.',
    'api.not-matched',
    16,
    {
      endpoint: { gateway: { apis: {} } },
      configuration: configuration({}, { apigateway: { restApi: null, stages: [], deployments: [] } }),
    },
  ),
  fault('missing-stage', 'The API was never deployed to the stage in the URL.', 'api.not-matched', 16, {
    ...withApi({ stages: { dev: healthyApi.stages[stage] ?? {} } }),
    configuration: configuration({}, { apigateway: { stages: [{ stageName: 'dev' }] } }),
  }),
];
