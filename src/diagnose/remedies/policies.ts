import type { Cause } from '../../documents/causes.js';
import type { Denial, DeniedResource } from '../../documents/gateway-answer.js';
import type { PrivateApi } from '../../documents/target.js';
import type { Advice } from './advice.js';
import { DOCS } from './docs.js';
import { API_ID, nameEndpoint, regionOption, VPCE_ID } from './gateway.js';

/** Remedies for a denial: by the resource policy of the API, the policy of the endpoint, or the caller's own permissions. */

/** A call that was denied, as far as the answer or the log tells. */
export interface DeniedCall {
  api: PrivateApi | null;
  denial: Denial | null;
  /** The address of the endpoint that the call went through; null where a log tells it. */
  address: string | null;
}

/** The remedies for a cause of class policy that API Gateway names; none for other causes. */
export function policyRemedies(cause: Cause, call: DeniedCall): Advice[] {
  const { api, denial } = call;
  const resource = denial?.resource ?? null;
  switch (cause) {
    case 'policy.resource-implicit':
      return [
        ...identifyEndpoint(call),
        allowInResourcePolicy(api),
        {
          text: 'If the policy allows by aws:SourceIp, use aws:SourceVpce, aws:SourceVpc or aws:VpcSourceIp instead: aws:SourceIp never matches a request through an endpoint',
          docs: DOCS.resourcePolicy,
        },
        deploy(api),
      ];
    case 'policy.resource-explicit':
      return [
        ...identifyEndpoint(call),
        showResourcePolicy(
          api,
          `Find the Deny statement; most often a StringNotEquals on aws:SourceVpce or aws:SourceVpc names another endpoint than ${api?.vpceId ?? 'the one used here'}`,
        ),
        deploy(api),
      ];
    case 'policy.endpoint-implicit':
      return [
        ...identifyEndpoint(call),
        showEndpointPolicy(
          api,
          'Read the policy of the endpoint: it must allow execute-api:Invoke for this API and caller',
        ),
        allowInEndpointPolicy(api, resource),
      ];
    case 'policy.endpoint-explicit':
      return [
        ...identifyEndpoint(call),
        showEndpointPolicy(api, 'Find the Deny statement that matches, and narrow it'),
      ];
    case 'policy.identity':
      return [
        {
          text: `Allow execute-api:Invoke on ${resource?.arn ?? 'the method'} in the policy of the caller, or let the Lambda authorizer return a policy that does`,
          docs: DOCS.accessDenied,
        },
      ];
    case 'policy.organization':
      return [
        {
          text: `Ask the administrators of the organization to allow execute-api:Invoke in the ${denial?.policy ?? 'policy'} that applies`,
          docs: DOCS.accessDenied,
        },
      ];
    case 'policy.denied':
      return [
        ...identifyEndpoint(call),
        showResourcePolicy(
          api,
          'Read the resource policy first: a private API without one denies every request',
        ),
        allowInResourcePolicy(api),
        deploy(api),
        showEndpointPolicy(api, 'Then read the policy of the VPC endpoint'),
      ];
    default:
      return [];
  }
}

/** Most policies name the id of the endpoint; where it was not given, its address shows it. */
function identifyEndpoint({ api, address }: DeniedCall): Advice[] {
  return address === null || (api !== null && api.vpceId !== null) ? [] : [nameEndpoint(api, address)];
}

/** A statement for the resource policy of the API that allows this endpoint. */
function allowInResourcePolicy(api: PrivateApi | null): Advice {
  const vpce = api?.vpceId ?? null;
  return {
    text: `Add to the resource policy of the API an Allow for the endpoint${vpce === null ? ' (put its id in place of VPCE_ID)' : ` ${vpce}`}`,
    snippet: json({
      Effect: 'Allow',
      Principal: '*',
      Action: 'execute-api:Invoke',
      Resource: 'execute-api:/*',
      Condition: { StringEquals: { 'aws:SourceVpce': vpce ?? VPCE_ID } },
    }),
    docs: DOCS.resourcePolicy,
  };
}

/** Prints the resource policy, to find the statement that denies. */
function showResourcePolicy(api: PrivateApi | null, text: string): Advice {
  return {
    text,
    command: [
      ...['aws', 'apigateway', 'get-rest-api', '--rest-api-id', api?.apiId ?? API_ID],
      ...[...regionOption(api?.region ?? null), '--query', 'policy', '--output', 'text'],
    ],
    docs: DOCS.resourcePolicy,
  };
}

/** A changed resource policy takes effect only with a deployment. */
function deploy(api: PrivateApi | null): Advice {
  return {
    text: 'Deploy the API: a changed resource policy takes effect only with a deployment',
    command: [
      ...['aws', 'apigateway', 'create-deployment', '--rest-api-id', api?.apiId ?? API_ID],
      ...['--stage-name', api?.stage ?? 'STAGE', ...regionOption(api?.region ?? null)],
    ],
  };
}

/** A statement for the policy of the endpoint. A denial shows only the last four digits of the API owner's account. */
function allowInEndpointPolicy(api: PrivateApi | null, resource: DeniedResource | null): Advice {
  const owner =
    resource === null ? 'that owns the API' : `that owns the API, ending in ${resource.account.slice(-4)},`;
  const region = api?.region ?? resource?.region ?? 'REGION';
  const id = api?.apiId ?? resource?.apiId ?? API_ID;
  return {
    text: `Add to the policy of ${api?.vpceId ?? 'the VPC endpoint'} an Allow for this API, with the account ${owner} in place of ACCOUNT`,
    snippet: json({
      Effect: 'Allow',
      Principal: '*',
      Action: 'execute-api:Invoke',
      Resource: `arn:${api?.partition ?? 'aws'}:execute-api:${region}:ACCOUNT:${id}/*`,
    }),
    docs: DOCS.endpointPolicy,
  };
}

/** Prints the policy of the endpoint. */
function showEndpointPolicy(api: PrivateApi | null, text: string): Advice {
  return {
    text,
    command: [
      ...['aws', 'ec2', 'describe-vpc-endpoints', '--vpc-endpoint-ids', api?.vpceId ?? VPCE_ID],
      ...regionOption(api?.region ?? null),
      ...['--query', 'VpcEndpoints[].PolicyDocument', '--output', 'text'],
    ],
    docs: DOCS.endpointPolicy,
  };
}

function json(statement: object): string {
  return JSON.stringify(statement, null, 2);
}
