import { command } from '../../core/shell-command.js';
import { list } from '../../core/text.js';
import type { DnsDocument } from '../../documents/dns.js';
import { endpointAnswer, resolverOf, serversOf } from '../../documents/observed/dns.js';
import type { Evidence, Remedy } from '../../documents/report.js';
import type { PrivateApi } from '../../documents/target.js';
import { byAlias, byEndpointName } from '../../target/private-api/invoke-url.js';
import { suffixOf } from '../../target/private-api/partitions.js';
import { callBy, regionOption } from './api.js';
import { DOCS } from './docs.js';

/** What to do where the name of a private API does not lead to its endpoint, by what kind of name it is. */
export function privateNameRemedies(evidence: Evidence, api: PrivateApi): Remedy[] {
  const { host } = evidence.target;
  switch (api.form) {
    case 'vpce':
    case 'zonal':
      return [
        findEndpoint(
          api,
          'Look whether the endpoint still exists and is available, and compare its DNS names',
        ),
        askVpc(host),
      ];
    case 'alias':
      return [associate(api), ...byOtherName(evidence)];
    case 'custom':
      return [
        {
          text: `Associate the private hosted zone that holds ${host} with this VPC, and let its record be an alias of the VPC endpoint's DNS name`,
          docs: DOCS.vpcDns,
        },
        {
          text: `If ${host} is a private custom domain name of API Gateway, it needs a domain name access association with ${api.vpceId ?? 'the VPC endpoint'}; where another account owns it, its share must be accepted within 12 hours`,
          docs: DOCS.customDomains,
        },
        askVpc(host),
      ];
    default:
      return [...byOtherName(evidence), enablePrivateDns(api), askVpc(host), forwardZone(api)];
  }
}

/** The names that resolve from everywhere, where enough is known to write them down. */
function byOtherName(evidence: Evidence): Remedy[] {
  const own = byEndpointName(evidence.target);
  const alias = byAlias(evidence.target);
  const resolves = (endpointAnswer(evidence)?.doc.addresses.length ?? 0) > 0;
  if (own !== null) {
    return [
      callBy(
        own,
        `Call the endpoint by its own name${resolves ? ', which resolves here' : ''}, and name the API in Host`,
      ),
    ];
  }
  if (alias !== null && evidence.target.privateApi?.form !== 'alias') {
    return [callBy(alias, 'Call the API through the name that carries both ids; it needs no private DNS')];
  }
  return [];
}

function enablePrivateDns(api: PrivateApi): Remedy {
  if (api.vpceId === null) {
    return findEndpoint(
      api,
      `Look for an interface endpoint of ${serviceOf(api)} in this VPC, available and with private DNS enabled; create it or enable it, and set enableDnsSupport and enableDnsHostnames on the VPC`,
    );
  }
  return {
    text: `Enable private DNS on ${api.vpceId}; the VPC needs enableDnsSupport and enableDnsHostnames as well`,
    command: command(
      ...['aws', 'ec2', 'modify-vpc-endpoint', '--vpc-endpoint-id', api.vpceId, '--private-dns-enabled'],
      ...regionOption(api.region),
    ),
    docs: DOCS.vpcConnections,
  };
}

function findEndpoint(api: PrivateApi, text: string): Remedy {
  const which =
    api.vpceId === null
      ? ['--filters', `Name=service-name,Values=*.execute-api`]
      : ['--vpc-endpoint-ids', api.vpceId];
  return {
    text,
    command: command(
      ...['aws', 'ec2', 'describe-vpc-endpoints', ...which, ...regionOption(api.region), '--query'],
      'VpcEndpoints[].[VpcEndpointId,VpcId,State,PrivateDnsEnabled,DnsEntries[].DnsName]',
    ),
    docs: DOCS.vpcConnections,
  };
}

function associate(api: PrivateApi): Remedy {
  return {
    text: `Associate ${api.vpceId ?? 'the endpoint'} with the API, deploy it, and wait a few minutes for the name to appear`,
    command: command(
      ...[
        'aws',
        'apigateway',
        'update-rest-api',
        '--rest-api-id',
        api.apiId ?? 'API_ID',
        ...regionOption(api.region),
      ],
      '--patch-operations',
      `op=add,path=/endpointConfiguration/vpcEndpointIds,value=${api.vpceId ?? 'VPCE_ID'}`,
    ),
    docs: DOCS.privateApiCreate,
  };
}

function askVpc(host: string): Remedy {
  return {
    text: "Ask the VPC's own resolver: if it knows the right answer, point this host at it (DHCP options, resolv.conf)",
    command: command('pprobe', 'dns', host, '--server', '169.254.169.253'),
    docs: DOCS.vpcDns,
  };
}

function forwardZone(api: PrivateApi): Remedy {
  const suffix = api.region === null ? null : suffixOf(api.region);
  const zone = suffix === null ? 'the execute-api zone' : `execute-api.${api.region}.${suffix}`;
  return {
    text: `From outside the VPC, forward ${zone} to a Route 53 Resolver inbound endpoint in the VPC`,
    docs: DOCS.inboundResolver,
  };
}

function serviceOf(api: PrivateApi): string {
  return `com.amazonaws.${api.region ?? 'REGION'}.execute-api`;
}

const ADVICE = {
  forwarding: (servers: string) =>
    `Look at ${servers}: the server it forwards this zone to is down, or DNSSEC validation fails`,
  allowed: (servers: string) =>
    `Let ${servers} answer queries from this host (allow-query, allow-recursion), or use the resolver meant for it`,
  speaking: (servers: string) =>
    `Look at ${servers}: a forwarder or firewall that does not understand the question (EDNS, AAAA) answers so; ask another resolver meanwhile`,
  'port-53': (servers: string) =>
    `Make sure that ${servers} can be asked: the service runs, and UDP and TCP 53 pass there and back (security group, network ACL, firewall)`,
  tcp: (servers: string) =>
    `Ask ${servers} over TCP; if that works, something on the path damages or forges UDP answers`,
  listening: (servers: string) =>
    `Start the DNS service on ${servers}, or take the address out of this host's resolver configuration`,
} as const;

/** What to do about a resolver that does not do its work, and the question to ask once it should. */
export function checkResolver(host: string, doc: DnsDocument, advice: keyof typeof ADVICE): Remedy {
  const servers = serversOf(doc);
  const [first] = servers;
  const server = first === undefined ? [] : ['--server', first];
  return {
    text: ADVICE[advice](servers.length === 0 ? 'the resolver' : list(servers)),
    command: command('pprobe', 'dns', host, ...server, ...(advice === 'tcp' ? ['--tcp'] : [])),
    docs: DOCS.vpcDns,
  };
}

/** For a name that is not there and of which nothing more is known. */
export function checkSpelling(host: string, doc: DnsDocument): Remedy[] {
  return [
    { text: `Check the spelling of ${host}` },
    {
      text: `If the name lives in a private zone, associate the zone with this VPC, or ask a resolver that knows it; ${list(serversOf(doc))} ${serversOf(doc).length > 1 ? 'do' : 'does'} not`,
      command: command('pprobe', 'dns', host, '--server', '169.254.169.253'),
      docs: DOCS.vpcDns,
    },
  ];
}

/** A resolver that drops private addresses from answers leaves a name that exists and has no address. */
export function exemptFromRebinding(host: string, doc: DnsDocument): Remedy {
  const zone = host.split('.').slice(1).join('.') || host;
  return {
    text: `If ${resolverOf(doc)} drops private addresses from answers (DNS rebinding protection), exempt ${zone} there`,
  };
}
