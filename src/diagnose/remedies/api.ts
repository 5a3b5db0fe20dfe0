import { command } from '../../core/shell-command.js';
import type { DeniedResource } from '../../documents/gateway-answer.js';
import type { HttpDocument } from '../../documents/http.js';
import type { Remedy } from '../../documents/report.js';
import type { PrivateApi } from '../../documents/target.js';
import type { Invocation } from '../../target/private-api/invoke-url.js';
import { DOCS } from './docs.js';

const API_ID = 'API_ID';
const VPCE_ID = 'VPCE_ID';

/** A statement that lets this endpoint's traffic in, for the API's resource policy. */
export function allowInResourcePolicy(api: PrivateApi | null): Remedy {
  const vpce = api?.vpceId ?? null;
  return {
    text: `Add to the API's resource policy an Allow for the endpoint${vpce === null ? ' (put its id in place of VPCE_ID)' : ` ${vpce}`}`,
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
export function showResourcePolicy(api: PrivateApi | null, text: string): Remedy {
  return {
    text,
    command: command(
      ...[
        'aws',
        'apigateway',
        'get-rest-api',
        '--rest-api-id',
        api?.apiId ?? API_ID,
        ...regionOption(api?.region ?? null),
      ],
      ...['--query', 'policy', '--output', 'text'],
    ),
    docs: DOCS.resourcePolicy,
  };
}

/** Nothing about a policy takes effect before this; the most forgotten step of all. */
export function deploy(api: PrivateApi | null): Remedy {
  return {
    text: 'Deploy the API: a changed resource policy has no effect before',
    command: command(
      ...['aws', 'apigateway', 'create-deployment', '--rest-api-id', api?.apiId ?? API_ID],
      ...['--stage-name', api?.stage ?? 'STAGE', ...regionOption(api?.region ?? null)],
    ),
  };
}

/** A statement for the policy of the VPC endpoint. The account is the API owner's, of which a denial shows four digits. */
export function allowInEndpointPolicy(api: PrivateApi | null, resource: DeniedResource | null): Remedy {
  const owner = resource === null ? 'that owns it' : `that owns it, ending in ${resource.account.slice(-4)},`;
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

/** Prints the endpoint's policy. */
export function showEndpointPolicy(api: PrivateApi | null, text: string): Remedy {
  return {
    text,
    command: command(
      ...[
        'aws',
        'ec2',
        'describe-vpc-endpoints',
        '--vpc-endpoint-ids',
        api?.vpceId ?? VPCE_ID,
        ...regionOption(api?.region ?? null),
      ],
      ...['--query', 'VpcEndpoints[].PolicyDocument', '--output', 'text'],
    ),
    docs: DOCS.endpointPolicy,
  };
}

/** Which endpoint an address belongs to is in the description of its network interface. */
export function nameEndpoint(api: PrivateApi | null, address: string): Remedy {
  return {
    text: `Find the id of the endpoint at ${address}; it is in the description of its network interface`,
    command: command(
      ...['aws', 'ec2', 'describe-network-interfaces', ...regionOption(api?.region ?? null), '--filters'],
      ...[
        `Name=addresses.private-ip-address,Values=${address}`,
        '--query',
        'NetworkInterfaces[].Description',
      ],
    ),
  };
}

function json(statement: object): string {
  return JSON.stringify(statement, null, 2);
}

/**
 * What the API's own execution log says of the request that was sent; none where the API is not known by its id. The log
 * group is named by API and stage ("API-Gateway-Execution-Logs_{rest-api-id}/{stage-name}" in the developer guide).
 */
export function executionLog({ requestId }: HttpDocument, api: PrivateApi | null): Remedy[] {
  if (api === null || api.apiId === null) return [];
  const group = `API-Gateway-Execution-Logs_${api.apiId}/${api.stage ?? 'STAGE'}`;
  const asked = requestId === null ? [] : ['--request', requestId];
  return [
    {
      text: `Read what the execution log of API ${api.apiId} says of the request, where logging is on`,
      command: `${command('aws', 'logs', 'tail', group, ...regionOption(api.region), '--since', '1h')} | ${command('pprobe', 'explain', '--log', '-', ...asked)}`,
      docs: DOCS.executionLogs,
    },
  ];
}

/** The usage plans that limit the API; none where it is not known by its id. */
export function usagePlans(api: PrivateApi | null): Remedy[] {
  if (api === null || api.apiId === null) return [];
  return [
    {
      text: `Find the usage plans of API ${api.apiId}, and what they allow`,
      command: command(
        ...['aws', 'apigateway', 'get-usage-plans', ...regionOption(api.region)],
        ...['--query', `items[?apiStages[?apiId=='${api.apiId}']]`],
      ),
      docs: DOCS.throttling,
    },
  ];
}

/** "Call it like this": the URL that would be right and the command that tries it. */
export function callBy(invocation: Pick<Invocation, 'url' | 'header'>, text: string): Remedy {
  const header = invocation.header === null ? [] : ['-H', invocation.header];
  return { text, command: command('curl', '-v', ...header, invocation.url), docs: DOCS.invokeUrl };
}

/** `--region us-east-1`, or nothing where the Region is not known and the CLI's own default is the best guess. */
export function regionOption(region: string | null): string[] {
  return region === null ? [] : ['--region', region];
}
