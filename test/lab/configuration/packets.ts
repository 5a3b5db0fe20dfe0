import type { Api } from '../endpoint/gateway.js';
import type { Policy } from '../endpoint/policy.js';
import { addresses, apiId, names, vpceId, vpcId } from '../facts.js';
import type { ZoneRecord } from '../resolver/zone.js';
import { healthy, healthyApi, type LabState } from '../state.js';
import { privateDnsOffZone, privateZone, zoneWithoutApi } from '../zones.js';
import { filtersOf } from './filters.js';
import { ids, type LabConfiguration } from './vpc.js';

/** The state of the lab in which packets, names and requests meet what a description of its VPC says. */
export function stateOf(configuration: LabConfiguration): LabState {
  const vpc = filtersOf(configuration);
  const endpoint = configuration.ec2.VpcEndpoints?.find(({ VpcId }) => VpcId === vpcId);
  const isAvailable = endpoint?.State?.toLowerCase() === 'available';
  const dropped = 'chain input { type filter hook input priority 0; tcp dport 443 drop; }';
  const resolves = configuration.ec2.VpcAttributes?.[vpcId]?.enableDnsSupport !== false;
  return {
    ...healthy,
    configuration,
    nameservers: nameserversOf(configuration),
    vpcRoutes: routesOf(configuration),
    filters: {
      ...(vpc === null ? {} : { vpc }),
      // An endpoint that waits for acceptance has interfaces, behind which is nothing.
      ...(endpoint === undefined || isAvailable ? {} : { 'eni-a': dropped, 'eni-b': dropped }),
    },
    resolver: {
      ...healthy.resolver,
      behaviour: resolves ? 'zone' : 'refused',
      zone: zoneOf(configuration),
    },
    endpoint: {
      ...healthy.endpoint,
      gateway: {
        ...healthy.endpoint.gateway,
        ...(endpoint?.PolicyDocument === undefined
          ? {}
          : { endpointPolicy: JSON.parse(endpoint.PolicyDocument) as Policy }),
        apis: apisOf(configuration),
      },
    },
  };
}

/** The resolvers that DHCP hands out. */
function nameserversOf({ ec2 }: LabConfiguration): string[] {
  const options = ec2.DhcpOptions?.find(({ DhcpOptionsId }) => DhcpOptionsId === ids.dhcpOptions);
  const servers = options?.DhcpConfigurations?.find(({ Key }) => Key === 'domain-name-servers');
  return (servers?.Values ?? []).map(({ Value = '' }) =>
    Value === 'AmazonProvidedDNS' ? addresses.resolver.ipv4 : Value,
  );
}

/**
 * The router's routes beyond the lab's own. Nothing of another VPC is in the lab: what is routed to one, and what a route to
 * nowhere has, is dropped.
 */
function routesOf({ ec2 }: LabConfiguration): string[] {
  const routes = ec2.RouteTables?.[0]?.Routes ?? [];
  const beyond = routes.flatMap(({ DestinationCidrBlock = '', GatewayId, NatGatewayId }) =>
    GatewayId === 'local' || NatGatewayId === ids.nat || DestinationCidrBlock === ''
      ? []
      : [DestinationCidrBlock],
  );
  const hasDefault = routes.some(({ DestinationCidrBlock }) => DestinationCidrBlock === '0.0.0.0/0');
  // More specific than the router's own default route, and less than its routes to the subnets.
  const nowhere = hasDefault ? [] : ['0.0.0.0/1', '128.0.0.0/1'];
  return [...beyond, ...nowhere].map((block) => `blackhole ${block}`);
}

/** What the resolver of the VPC knows of the API's name. */
function zoneOf(configuration: LabConfiguration): ZoneRecord[] {
  const { ec2, route53, route53resolver } = configuration;
  const endpoint = ec2.VpcEndpoints?.find(({ VpcId }) => VpcId === vpcId);
  const own = route53?.HostedZoneSummaries?.find(
    ({ Name, Owner }) => Name === `${names.service}.` && Owner?.OwningAccount !== undefined,
  );
  if (own !== undefined) return zoneWithRecords(route53?.ResourceRecordSets ?? []);
  // Private DNS is more specific than a rule for a domain above its own.
  const isForwarded = route53resolver?.ResolverRules?.some(
    ({ RuleType, DomainName = '' }) =>
      RuleType === 'FORWARD' &&
      DomainName.length > names.service.length &&
      `${names.api}.`.endsWith(`.${DomainName}`),
  );
  const { enableDnsHostnames, enableDnsSupport } = ec2.VpcAttributes?.[vpcId] ?? {};
  const isPrivate =
    endpoint?.PrivateDnsEnabled === true && enableDnsHostnames === true && enableDnsSupport === true;
  return isPrivate && isForwarded !== true ? privateZone : privateDnsOffZone;
}

/** A private zone of one's own hides the public names: what it has no record of does not exist. */
function zoneWithRecords(
  records: NonNullable<NonNullable<LabConfiguration['route53']>['ResourceRecordSets']>,
): ZoneRecord[] {
  const own = records.flatMap(({ Name = '', Type, ResourceRecords = [] }) =>
    Type === 'A'
      ? ResourceRecords.map(
          ({ Value = '' }): ZoneRecord => ({
            name: Name.replace(/\.$/, '').replace('\\052', '*'),
            type: 'A',
            ttl: 60,
            data: Value,
          }),
        )
      : [],
  );
  return [...zoneWithoutApi, ...own];
}

/** The private APIs that are deployed. */
function apisOf({ apigateway: { restApi, stages = [] } }: LabConfiguration): Record<string, Api> {
  if (restApi == null || restApi.endpointConfiguration?.types?.includes('PRIVATE') !== true) return {};
  const { policy, endpointConfiguration } = restApi;
  const methods = Object.values(healthyApi.stages)[0] ?? {};
  return {
    [apiId]: {
      resourcePolicy: policy === undefined ? null : (JSON.parse(JSON.parse(`"${policy}"`)) as Policy),
      vpceIds: endpointConfiguration.vpcEndpointIds ?? [vpceId],
      stages: Object.fromEntries(stages.map(({ stageName = '' }) => [stageName, methods])),
    },
  };
}
