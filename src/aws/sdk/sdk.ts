import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  APIGatewayClient,
  GetAccountCommand,
  GetBasePathMappingsCommand,
  GetDeploymentCommand,
  GetDeploymentsCommand,
  GetDomainNameAccessAssociationsCommand,
  GetDomainNameCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  GetStagesCommand,
} from '@aws-sdk/client-api-gateway';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeDhcpOptionsCommand,
  DescribeNetworkAclsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSubnetsCommand,
  DescribeTransitGatewayVpcAttachmentsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcPeeringConnectionsCommand,
  DescribeVpcsCommand,
  EC2Client,
  GetManagedPrefixListEntriesCommand,
} from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { afterRunning } from '../../core/clock.js';
import {
  type AwsSession,
  type CallOutcome,
  type Prepared,
  type SessionOptions,
  sessionClosed,
  silence,
} from '../session.js';
import { boundBody, type Client } from './body.js';
import { credentialsFailure, sdkFailure, sourceOf } from './failure.js';
import { isNamesService, NamesClient, type NamesService } from './name-services.js';

/** How long a connection may take, in milliseconds, so that a second attempt is possible within the limit of a call. */
const connectMs = 2000;
/** The SDK's own limits add up to minutes; this is one attempt and one repetition. */
const maxAttempts = 2;

/** The classes of the SDK differ in their questions, which only the callers know. */
const commands: Readonly<Record<string, new (input: never) => unknown>> = {
  GetCallerIdentity: GetCallerIdentityCommand,
  DescribeNetworkInterfaces: DescribeNetworkInterfacesCommand,
  DescribeVpcEndpoints: DescribeVpcEndpointsCommand,
  DescribeSecurityGroupRules: DescribeSecurityGroupRulesCommand,
  DescribeNetworkAcls: DescribeNetworkAclsCommand,
  DescribeRouteTables: DescribeRouteTablesCommand,
  DescribeSubnets: DescribeSubnetsCommand,
  DescribeVpcs: DescribeVpcsCommand,
  DescribeVpcAttribute: DescribeVpcAttributeCommand,
  DescribeDhcpOptions: DescribeDhcpOptionsCommand,
  GetManagedPrefixListEntries: GetManagedPrefixListEntriesCommand,
  DescribeVpcPeeringConnections: DescribeVpcPeeringConnectionsCommand,
  DescribeTransitGatewayVpcAttachments: DescribeTransitGatewayVpcAttachmentsCommand,
  GetRestApi: GetRestApiCommand,
  GetStages: GetStagesCommand,
  GetDeployments: GetDeploymentsCommand,
  GetDeployment: GetDeploymentCommand,
  GetDomainName: GetDomainNameCommand,
  GetBasePathMappings: GetBasePathMappingsCommand,
  GetDomainNameAccessAssociations: GetDomainNameAccessAssociationsCommand,
  GetResources: GetResourcesCommand,
  GetAccount: GetAccountCommand,
  FilterLogEvents: FilterLogEventsCommand,
};

const clients = {
  sts: STSClient,
  ec2: EC2Client,
  apigateway: APIGatewayClient,
  logs: CloudWatchLogsClient,
} as const;

/** The calls that the bundle can make without a client of the SDK. */
const nameCalls: readonly string[] = [
  'ListHostedZonesByVPC',
  'ListResolverRules',
  'ListResolverRuleAssociations',
  'ListFirewallRuleGroupAssociations',
  'ListFirewallRules',
  'ListFirewallDomains',
  'ListFirewallConfigs',
];

/** The calls that the bundle can make. */
export const sdkActions: readonly string[] = [...Object.keys(commands), ...nameCalls];

/** The file with certificate authorities that the AWS CLI reads, too, which the SDK does not: that of a proxy which opens TLS. */
function authorities(): { ca?: Buffer } {
  const file = process.env.AWS_CA_BUNDLE;
  try {
    return file === undefined || file === '' ? {} : { ca: readFileSync(file) };
  } catch {
    return {};
  }
}

/** Opens a session with the AWS SDK in this thread. */
export function openSdk({ region: asked, profile, noMetadata }: SessionOptions): AwsSession {
  if (noMetadata === true) process.env.AWS_EC2_METADATA_DISABLED = 'true';
  const ending = new AbortController();
  // Every call under way listens to it.
  setMaxListeners(0, ending.signal);
  const open = new Map<string, Client>();
  const named = profile === null ? {} : { profile };
  const provider = fromNodeProviderChain({
    ...named,
    ...(asked === null ? {} : { clientConfig: { region: asked } }),
  });
  let found: ReturnType<typeof provider> | undefined;
  // One search for all clients: a search that fails must not be repeated for every call.
  const credentials = (): ReturnType<typeof provider> => {
    found ??= provider();
    return found;
  };

  const requestHandler = {
    connectionTimeout: connectMs,
    httpsAgent: { maxSockets: 8, ...authorities() },
    httpAgent: { maxSockets: 8 },
  };
  const clientOf = (service: keyof typeof clients, region: string): Client => {
    return keptIn(open, `${service} ${region}`, () => {
      const client = new clients[service]({
        ...named,
        region,
        credentials,
        maxAttempts,
        retryMode: 'standard',
        requestHandler,
      }) as unknown as Client;
      boundBody(client);
      return client;
    });
  };

  const namesClients = new Map<string, NamesClient>();
  const namesClientOf = (service: NamesService, region: string): NamesClient => {
    const options = { region, credentials, connection: requestHandler };
    return keptIn(namesClients, `${service} ${region}`, () => new NamesClient(service, options));
  };
  /** Starts a call; null for one that the bundle does not have. */
  const begin = (
    service: string,
    action: string,
    input: Readonly<Record<string, unknown>>,
    region: string,
    abortSignal: AbortSignal,
  ): Promise<Record<string, unknown>> | null => {
    if (isNamesService(service) && nameCalls.includes(action))
      return namesClientOf(service, region).call(action, input, abortSignal);
    const Command = commands[action];
    return Command === undefined || !isKey(clients, service)
      ? null
      : clientOf(service, region).send(new Command(input as never), { abortSignal });
  };

  return {
    ready: Promise.resolve(),
    async prepare(limitMs): Promise<Prepared> {
      const region = asked ?? (await regionOf(named));
      const outcome = await within(limitMs, ending.signal, credentials()).catch(credentialsFailure);
      if ('code' in outcome)
        return { credentials: { failure: ending.signal.aborted ? sessionClosed : outcome }, region };
      const { expiration } = outcome;
      return {
        credentials: { source: sourceOf(outcome, profile), expiresMs: expiration?.getTime() ?? null },
        region,
      };
    },
    async call(service, action, input, region, limitMs): Promise<CallOutcome> {
      const limit = new AbortController();
      try {
        const sent = begin(service, action, input, region, AbortSignal.any([limit.signal, ending.signal]));
        if (sent === null)
          return { failure: sdkFailure(new RangeError(`${service} ${action} is not a call of this bundle`)) };
        const { $metadata, ...answer } = await within(limitMs, ending.signal, sent);
        // Dates become texts, and what is not JSON is left out.
        return { answer: JSON.parse(JSON.stringify(answer)) };
      } catch (error) {
        if (ending.signal.aborted) return { failure: sessionClosed };
        return { failure: error instanceof Silent ? silence(limitMs) : sdkFailure(error) };
      } finally {
        limit.abort();
      }
    },
    close() {
      ending.abort();
      for (const client of [...open.values(), ...namesClients.values()]) client.destroy();
    },
  };
}

/** The value of a key; the first time, the one that is made for it. */
function keptIn<Value>(kept: Map<string, Value>, key: string, make: () => Value): Value {
  const value = kept.get(key) ?? make();
  kept.set(key, value);
  return value;
}

/** Nothing came within the limit. */
class Silent extends Error {}

/** The result of `work`, unless the limit comes first. Some providers of credentials take no signal. */
async function within<Result>(limitMs: number, ending: AbortSignal, work: Promise<Result>): Promise<Result> {
  let cancel = (): void => {};
  const limited = new Promise<never>((_resolve, reject) => {
    const refuse = (): void => reject(new Silent(`no answer within ${limitMs} ms`));
    const limit = afterRunning(limitMs, refuse);
    ending.addEventListener('abort', refuse);
    cancel = () => {
      limit.cancel();
      ending.removeEventListener('abort', refuse);
    };
    if (ending.aborted) refuse();
  });
  work.catch(() => {});
  try {
    return await Promise.race([work, limited]);
  } finally {
    cancel();
  }
}

/** The Region of the environment or of the profile; null where neither names one. */
async function regionOf(named: { profile?: string }): Promise<string | null> {
  const client = new STSClient(named);
  try {
    return await client.config.region();
  } catch {
    return null;
  } finally {
    client.destroy();
  }
}

function isKey<Table extends object>(table: Table, key: string): key is Extract<keyof Table, string> {
  return Object.hasOwn(table, key);
}
