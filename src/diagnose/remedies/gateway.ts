import type { Cause } from '../../documents/causes.js';
import type { PrivateApi } from '../../documents/target.js';
import { familyOf } from '../../net/address/address.js';
import type { InvokeUrl } from '../../target/private-api/invoke-url.js';
import { usualApiId } from '../../target/private-api/names.js';
import type { Advice } from './advice.js';
import { option } from './again.js';
import { DOCS } from './docs.js';

/** Remedies for a request that arrived at API Gateway: how to call it, its keys and limits, its stages and its backend. */

/** Stand in a command for ids that are not known. */
export const API_ID = 'API_ID';
export const VPCE_ID = 'VPCE_ID';

/** `--region us-east-1`, or nothing where the Region is not known: the AWS CLI then takes its own default. */
export function regionOption(region: string | null): string[] {
  return region === null ? [] : ['--region', region];
}

/** The remedies for a cause that the answer, or the log, of a request names; none for other causes. */
export function serviceRemedies(cause: Cause, api: PrivateApi | null): Advice[] {
  switch (cause) {
    case 'api.path-unknown':
      return [
        {
          text: 'Check path and method, including upper and lower case, and that the resource is deployed to this stage',
          docs: DOCS.forbidden,
        },
      ];
    case 'api.key':
      return [
        { text: 'Send x-api-key with a key of a usage plan that includes this stage', docs: DOCS.forbidden },
      ];
    case 'api.waf':
      return [
        {
          text: 'Look up the request id in the logs of the web ACL: they name the rule',
          docs: DOCS.forbidden,
        },
      ];
    case 'api.authentication':
      return [
        { text: 'Send what the method requires: a token or a SigV4 signature', docs: DOCS.forbidden },
        {
          text: 'If your client sends it, compare its clock, its Region and, for SigV4, the host that it signs with the Host that it sends',
        },
      ];
    case 'api.throttled':
      return [
        {
          text: 'Send fewer requests, with a growing delay between retries, or raise the limit of the stage, method or usage plan',
          docs: DOCS.throttling,
        },
        ...usagePlans(api),
      ];
    case 'backend.timeout':
      return [
        {
          text: 'Check the latency and the timeout of the integration; API Gateway waits 29 s by default',
          docs: DOCS.executionLogs,
        },
      ];
    case 'backend.network':
      return [
        {
          text: "Check the address of the integration, its VPC link, and the health of the link's targets",
          docs: DOCS.executionLogs,
        },
      ];
    case 'backend.error':
      return [
        {
          text: 'Check the integration: a malformed Lambda response, a missing permission and a wrong endpoint address all have this result',
          docs: DOCS.executionLogs,
        },
      ];
    case 'http.error':
      return [{ text: 'Look for the request in the logs of the backend', docs: DOCS.executionLogs }];
    default:
      return [];
  }
}

/** What the API's own execution log says of a request; none where the API is not known by its id. */
export function readExecutionLog(requestId: string | null, api: PrivateApi | null): Advice[] {
  if (api === null || api.apiId === null) return [];
  // The log group has this name in the developer guide, "Set up CloudWatch logging for REST APIs".
  const group = `API-Gateway-Execution-Logs_${api.apiId}/${api.stage ?? 'STAGE'}`;
  const request = option('--request', requestId ?? undefined);
  return [
    {
      text: `Read what the execution log of API ${api.apiId} says about the request, if logging is on`,
      command: ['aws', 'logs', 'tail', group, ...regionOption(api.region), '--since', '1h'],
      pipe: ['pprobe', 'explain', '--log', '-', ...request],
      docs: DOCS.executionLogs,
    },
  ];
}

function usagePlans(api: PrivateApi | null): Advice[] {
  if (api === null || api.apiId === null) return [];
  return [
    {
      text: `List the usage plans of API ${api.apiId}, with their limits`,
      command: [
        ...['aws', 'apigateway', 'get-usage-plans', ...regionOption(api.region)],
        ...['--query', `items[?apiStages[?apiId=='${api.apiId}']]`],
      ],
      docs: DOCS.throttling,
    },
  ];
}

/** The id of the endpoint behind an address is in the description of its network interface. */
export function nameEndpoint(api: PrivateApi | null, address: string): Advice {
  const filter = familyOf(address) === 6 ? 'ipv6-addresses.ipv6-address' : 'addresses.private-ip-address';
  return {
    text: `Find the id of the endpoint at ${address}: it is in the description of the network interface`,
    command: [
      ...['aws', 'ec2', 'describe-network-interfaces', ...regionOption(api?.region ?? null)],
      ...['--filters', `Name=${filter},Values=${address}`],
      ...['--query', 'NetworkInterfaces[].Description'],
    ],
  };
}

/** The URL that would be right, with the command that tries it. */
export function callBy(invocation: Pick<InvokeUrl, 'url' | 'header'>, text: string): Advice {
  const header = invocation.header === null ? [] : ['-H', invocation.header];
  return { text, command: ['curl', '-v', ...header, invocation.url], docs: DOCS.invokeUrl };
}

/** What to check where API Gateway finds no API for a request. */
export function checkApi(api: PrivateApi | null): Advice[] {
  const id = api?.apiId ?? null;
  const length = id !== null && !usualApiId(id) ? ` (${id} has ${id.length} characters; an id has ten)` : '';
  const rest = ['--rest-api-id', id ?? API_ID, ...regionOption(api?.region ?? null), '--query'];
  const lacksStage = api !== null && api.form !== 'custom' && api.stage === null;
  return [
    ...(lacksStage
      ? [{ text: 'Put the stage first in the path, as in /prod or /dev', docs: DOCS.invokeUrl }]
      : []),
    {
      text: `Check that the API exists in this account and Region${length}, that its type is PRIVATE, and that its default endpoint is not disabled`,
      command: [
        ...['aws', 'apigateway', 'get-rest-api', ...rest],
        '[endpointConfiguration,disableExecuteApiEndpoint]',
      ],
      docs: DOCS.forbidden,
      asks: 'api',
    },
    {
      text: 'If the API is public, give it a custom domain name, or disable private DNS on the endpoint: its default name does not work in a VPC with private DNS',
      docs: DOCS.vpcConnections,
      asks: 'api',
    },
    {
      text: `Check that the stage${api?.stage ? ` ${api.stage}` : ''} exists`,
      command: ['aws', 'apigateway', 'get-stages', ...rest, 'item[].stageName'],
      asks: 'stage',
    },
  ];
}

/** What to check where a custom domain name selects no API. */
export function checkCustomName(host: string): Advice[] {
  return [
    {
      text: `Check that ${host} has a base path mapping, or a routing rule, for this path, and that it names an API and stage that exist`,
      command: ['aws', 'apigateway', 'get-base-path-mappings', '--domain-name', host],
      docs: DOCS.customDomains,
      asks: 'base-path',
    },
    {
      text: `If ${host} is a private custom domain name, check that its own policy allows this endpoint, and that it is associated with the endpoint (domain name access association)`,
      command: ['aws', 'apigateway', 'get-domain-name-access-associations'],
      docs: DOCS.customDomains,
      asks: 'access',
    },
    {
      text: `If ${host} requires mutual TLS, send a client certificate that its truststore vouches for`,
      command: [
        'aws',
        'apigateway',
        'get-domain-name',
        '--domain-name',
        host,
        '--query',
        'mutualTlsAuthentication',
      ],
    },
  ];
}

/** Prints the endpoint type of an API: PRIVATE, REGIONAL or EDGE. */
export function showEndpointTypes({ apiId, region }: PrivateApi): string[] {
  return [
    ...['aws', 'apigateway', 'get-rest-api', '--rest-api-id', apiId ?? API_ID, ...regionOption(region)],
    ...['--query', 'endpointConfiguration.types'],
  ];
}
