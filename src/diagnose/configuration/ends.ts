import type { FactsDocument, NetworkInterfaceFacts, VpcEndpointFacts } from '../../documents/facts.js';
import { addressesOfInterface } from '../../documents/observed/interfaces.js';
import type { Evidence } from '../../documents/report.js';
import { canonicalAddress, familyOf, withoutZone } from '../../net/address/address.js';
import { type Block, blockOfAddress, covers, prefixLookup } from './block.js';
import { chooseRoute, tableOf } from './routes.js';

/** One end of a connection as the configuration knows it. Unknown is null. */
export interface End {
  address: string;
  block: Block;
  interfaceId: string | null;
  /** `interface`, `vpc_endpoint`, `network_load_balancer`. */
  interfaceType: string | null;
  vpcId: string | null;
  subnetId: string | null;
  zone: string | null;
  groups: readonly string[] | null;
  /** The account that the interface belongs to. */
  owner: string | null;
  /** The endpoint that the interface belongs to. */
  endpoint: VpcEndpointFacts | null;
  /** The interface was found by its address: its groups and its subnet are those of this address. */
  found: boolean;
}

/** The client's end for one family of addresses; null where its address is not known. */
export function clientEnd(evidence: Evidence, facts: FactsDocument, family: 4 | 6): End | null {
  const candidates = sourcesOf(evidence, family);
  const named = facts.client;
  const host = evidence.vantage.ec2 ?? null;
  const own = candidates.find((each) => host?.addresses.includes(each) === true);
  const address =
    own ??
    candidates.find((each) => named?.addresses.includes(each) === true) ??
    candidates.find((each) => interfacesAt(facts, each).length > 0) ??
    candidates[0];
  const block = address === undefined ? null : blockOfAddress(address);
  if (address === undefined || block === null) return null;
  const isNamed =
    named !== null &&
    (named.addresses.includes(address) || named.addresses.length === 0 || own !== undefined);
  const vpcId = (own === undefined ? null : host?.vpcId) ?? (isNamed ? named.vpcId : null) ?? null;
  const interfaceId =
    (own === undefined ? null : host?.interfaceId) ?? (isNamed ? named.interfaceId : null) ?? null;
  const found = one(
    interfacesAt(facts, address).filter(
      (each) =>
        (vpcId === null || each.VpcId === undefined || each.VpcId === vpcId) &&
        (interfaceId === null ||
          each.NetworkInterfaceId === undefined ||
          each.NetworkInterfaceId === interfaceId),
    ),
  );
  const groups = found?.Groups?.flatMap(({ GroupId }) => GroupId ?? []) ?? null;
  const known = [groups, isNamed ? named.groups : null, own === undefined ? null : (host?.groups ?? null)];
  const subnetId =
    found?.SubnetId ??
    (isNamed ? named.subnetId : null) ??
    (own === undefined ? null : host?.subnetId) ??
    subnetAt(facts, block, vpcId);
  return {
    address,
    block,
    interfaceId: found?.NetworkInterfaceId ?? interfaceId,
    interfaceType: found?.InterfaceType ?? null,
    vpcId: found?.VpcId ?? vpcId ?? vpcOfSubnet(facts, subnetId),
    subnetId,
    zone: found?.AvailabilityZone ?? zoneOfSubnet(facts, subnetId),
    groups: known.find((each) => each !== null && each.length > 0) ?? null,
    owner: found?.OwnerId ?? null,
    endpoint: null,
    found: found !== null || isNamed || own !== undefined,
  };
}

/** The addresses of this host that its packets to the target had, or else all of its addresses, of one family. */
function sourcesOf({ observations, target, vantage }: Evidence, family: 4 | 6): string[] {
  const { tcp, trace } = observations;
  const used = [
    ...tcp
      .filter(({ host, port }) => host === target.host && port === target.port)
      .flatMap(({ attempts }) => attempts.map(({ localAddress }) => localAddress ?? null)),
    ...trace.map(({ source }) => source),
  ];
  const plain = (addresses: readonly (string | null)[]): string[] =>
    [
      ...new Set(addresses.flatMap((each) => (each === null ? [] : [canonicalAddress(withoutZone(each))]))),
    ].filter((each) => familyOf(each) === family);
  const own = plain(used.filter((each) => each !== null && familyOf(each) !== null));
  return own.length > 0 ? own : plain(vantage.addresses.filter((each) => familyOf(each) !== null));
}

/** The target's end at one of its addresses. */
export function targetEnd(
  evidence: Evidence,
  facts: FactsDocument,
  address: string,
  client: End | null,
): End | null {
  const block = blockOfAddress(address);
  if (block === null) return null;
  const plain = canonicalAddress(withoutZone(address));
  const peer = peerWith(facts, client, block);
  const candidates = interfacesAt(facts, plain).filter(
    ({ VpcId }) => peer === null || VpcId === undefined || VpcId === peer,
  );
  const near = candidates.filter(({ VpcId }) => VpcId !== undefined && VpcId === client?.vpcId);
  // Where the client's own VPC has the address, packets never leave it: another VPC with the same block is not meant.
  const reachable = isInVpc(facts, block, client?.vpcId ?? null) ? near : candidates;
  const named = namedEndpoint(evidence, facts);
  const ofNamed = candidates.filter(({ NetworkInterfaceId: id }) =>
    id === undefined ? false : named?.NetworkInterfaceIds?.includes(id),
  );
  const found = one(near.length > 0 ? near : ofNamed.length > 0 ? ofNamed : reachable);
  const endpoint =
    found === null
      ? null
      : ((facts.ec2.VpcEndpoints ?? []).find(({ NetworkInterfaceIds = [] }) =>
          NetworkInterfaceIds.some((id) => id === found.NetworkInterfaceId),
        ) ?? null);
  // Without its interface, the endpoint that the name of the target belongs to still has the groups of all its interfaces.
  const supposed = found === null && facts.ec2.NetworkInterfaces === undefined ? named : null;
  const known = endpoint ?? supposed;
  const groups =
    found?.Groups?.flatMap(({ GroupId }) => GroupId ?? []) ??
    known?.Groups?.flatMap(({ GroupId }) => GroupId ?? []) ??
    null;
  const vpcId = found?.VpcId ?? known?.VpcId ?? null;
  const subnetId = found?.SubnetId ?? subnetAt(facts, block, vpcId);
  return {
    address: plain,
    block,
    interfaceId: found?.NetworkInterfaceId ?? null,
    interfaceType: found?.InterfaceType ?? null,
    vpcId: vpcId ?? vpcOfSubnet(facts, subnetId),
    subnetId,
    zone: found?.AvailabilityZone ?? zoneOfSubnet(facts, subnetId),
    groups: groups !== null && groups.length > 0 ? groups : null,
    owner: found?.OwnerId ?? null,
    endpoint: known,
    found: found !== null,
  };
}

/**
 * The peered VPC that has an address, where the client's route leads to it: an interface with the same address in another VPC,
 * whose block overlaps, is not meant. Null where no route to a peering shows one.
 */
function peerWith({ ec2 }: FactsDocument, client: End | null, address: Block): string | null {
  const table = client === null ? null : tableOf(ec2, client.subnetId, client.vpcId);
  if (client === null || table === null) return null;
  const decision = chooseRoute(table, address, prefixLookup(ec2.PrefixLists ?? {}, address));
  if (decision.state !== 'found' || decision.route.target !== 'peering') return null;
  const { id } = decision.route;
  const peering = ec2.VpcPeeringConnections?.find((each) => each.VpcPeeringConnectionId === id);
  const other = [peering?.AccepterVpcInfo, peering?.RequesterVpcInfo].find(
    (each) => each?.VpcId !== undefined && each.VpcId !== client.vpcId,
  );
  const { CidrBlock, CidrBlockSet = [], Ipv6CidrBlockSet = [] } = other ?? {};
  const blocks = [
    CidrBlock,
    ...CidrBlockSet.map((each) => each.CidrBlock),
    ...Ipv6CidrBlockSet.map((each) => each.Ipv6CidrBlock),
  ];
  const isThere = blocks.some((block) => block !== undefined && covers(block, address) === true);
  return isThere ? (other?.VpcId ?? null) : null;
}

/** The interfaces with an address; several where VPCs have overlapping blocks. */
export function interfacesAt({ ec2 }: FactsDocument, address: string): NetworkInterfaceFacts[] {
  return (ec2.NetworkInterfaces ?? []).filter((each) => addressesOfInterface(each).includes(address));
}

/** The endpoints for API Gateway. The service has another prefix in some partitions. */
export function apiEndpoints({ ec2 }: FactsDocument, service = 'execute-api'): VpcEndpointFacts[] | null {
  return (
    ec2.VpcEndpoints?.filter(
      ({ ServiceName, VpcEndpointType }) =>
        ServiceName?.endsWith(`.${service}`) === true && VpcEndpointType?.toLowerCase() !== 'gateway',
    ) ?? null
  );
}

/**
 * The endpoint that the target names, or else the only one for API Gateway with private DNS: then every default name leads to
 * it. Null where several can be meant.
 */
function namedEndpoint({ target }: Evidence, facts: FactsDocument): VpcEndpointFacts | null {
  const api = target.privateApi;
  if (api === null) return null;
  if (api.vpceId !== null)
    return facts.ec2.VpcEndpoints?.find(({ VpcEndpointId }) => VpcEndpointId === api.vpceId) ?? null;
  const all = apiEndpoints(facts) ?? [];
  const withDns = all.filter(({ PrivateDnsEnabled }) => PrivateDnsEnabled === true);
  return api.form === 'default' || api.form === 'service' ? one(withDns) : null;
}

function one<Item>(items: readonly Item[]): Item | null {
  return items.length === 1 ? (items[0] ?? null) : null;
}

/** The subnet that an address is in; null where none or several of those read have it. */
function subnetAt({ ec2 }: FactsDocument, address: Block, vpcId: string | null): string | null {
  const holding = (ec2.Subnets ?? []).filter(
    ({ VpcId, CidrBlock, Ipv6CidrBlockAssociationSet = [] }) =>
      (vpcId === null || VpcId === vpcId) &&
      [CidrBlock, ...Ipv6CidrBlockAssociationSet.map(({ Ipv6CidrBlock }) => Ipv6CidrBlock)].some(
        (cidr) => cidr !== undefined && covers(cidr, address) === true,
      ),
  );
  return one(holding)?.SubnetId ?? null;
}

function vpcOfSubnet({ ec2 }: FactsDocument, subnetId: string | null): string | null {
  return ec2.Subnets?.find(({ SubnetId }) => subnetId !== null && SubnetId === subnetId)?.VpcId ?? null;
}

function zoneOfSubnet({ ec2 }: FactsDocument, subnetId: string | null): string | null {
  return (
    ec2.Subnets?.find(({ SubnetId }) => subnetId !== null && SubnetId === subnetId)?.AvailabilityZone ?? null
  );
}

/** Whether the blocks of a VPC have an address; false where they were not read. */
export function isInVpc({ ec2 }: FactsDocument, address: Block, vpcId: string | null): boolean {
  const vpc = ec2.Vpcs?.find(({ VpcId }) => vpcId !== null && VpcId === vpcId);
  const blocks = [
    vpc?.CidrBlock,
    ...(vpc?.CidrBlockAssociationSet ?? []).map(({ CidrBlock }) => CidrBlock),
    ...(vpc?.Ipv6CidrBlockAssociationSet ?? []).map(({ Ipv6CidrBlock }) => Ipv6CidrBlock),
  ];
  return blocks.some((cidr) => cidr !== undefined && covers(cidr, address) === true);
}
