import { command } from '../../shell-command.js';
import { endpointAnswer } from '../facts/dns.js';
import type { Evidence } from '../observations.js';
import { byAlias, byEndpointName } from '../private-api/invoke-url.js';
import { suffixOf } from '../private-api/partitions.js';
import type { PrivateApi } from '../target.js';
import type { Remedy } from '../verdict.js';
import { DOCS } from './docs.js';
import { callBy } from './invoke.js';
import { regionOption } from './region-option.js';

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
