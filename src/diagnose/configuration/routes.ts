import type { Ec2Facts, RouteFacts, RouteTableFacts } from '../../documents/facts.js';
import { type Block, blockOf, covers, type PrefixLookup } from './block.js';

/**
 * Evaluation of route tables: the longest prefix decides; of equal ones, local and static before prefix lists before learned. A
 * route that was learned never comes before the local one, however long it is (Site-to-Site VPN user guide, "Route tables and
 * route priority").
 */

/** Where a route leads. `local` is the VPC itself. */
export type RouteLeads =
  | 'local'
  | 'peering'
  | 'transit-gateway'
  | 'nat'
  | 'internet'
  | 'virtual-private-gateway'
  | 'interface'
  | 'endpoint'
  | 'other';

/** The route that packets to an address take. */
export interface ChosenRoute {
  destination: string;
  /** The id of what it leads to: `pcx-…`, `local`. */
  id: string;
  target: RouteLeads;
  blackhole: boolean;
}

/** What a table decides: a route, none, or not known. */
export type RouteDecision =
  | { state: 'found'; route: ChosenRoute }
  | { state: 'missing' }
  | { state: 'unknown'; missing: string[] };

/** The route that a table has for an address. */
export function chooseRoute(
  { Routes = [] }: RouteTableFacts,
  address: Block,
  lists: PrefixLookup,
): RouteDecision {
  let best: { route: RouteFacts; length: number; rank: number } | null = null;
  const unread: RouteFacts[] = [];
  const isInside = Routes.some(
    (route) => route.GatewayId === 'local' && (matchLength(route, address, lists) ?? -1) >= 0,
  );
  for (const route of Routes) {
    if (isInside && isLearned(route)) continue;
    const length = matchLength(route, address, lists);
    if (length === null) unread.push(route);
    if (length === null || length < 0) continue;
    const rank = rankOf(route);
    if (best === null || length > best.length || (length === best.length && rank < best.rank))
      best = { route, length, rank };
  }
  const chosen = best === null ? null : chosenOf(best.route);
  // A prefix list that was not read decides nothing where it leads to the same place.
  const missing = unread
    .filter((route) => {
      const other = chosenOf(route);
      return chosen === null || other.id !== chosen.id || other.blackhole !== chosen.blackhole;
    })
    .map(({ DestinationPrefixListId: id }) => (id === undefined ? 'a route' : `the entries of ${id}`));
  if (missing.length > 0) return { state: 'unknown', missing: [...new Set(missing)] };
  return chosen === null ? { state: 'missing' } : { state: 'found', route: chosen };
}

/** The length of the prefix with which a route matches; -1 where it does not, null where that is not known. */
function matchLength(route: RouteFacts, address: Block, lists: PrefixLookup): number | null {
  const { DestinationCidrBlock, DestinationIpv6CidrBlock, DestinationPrefixListId } = route;
  if (DestinationPrefixListId !== undefined) return lists(DestinationPrefixListId);
  const cidr = DestinationCidrBlock ?? DestinationIpv6CidrBlock;
  const covered = cidr === undefined ? null : covers(cidr, address);
  if (covered === null || cidr === undefined) return null;
  return covered ? (blockOf(cidr)?.subnetMask ?? null) : -1;
}

function rankOf(route: RouteFacts): number {
  if (route.GatewayId === 'local') return 0;
  if (isLearned(route)) return 3;
  return route.DestinationPrefixListId === undefined ? 1 : 2;
}

function isLearned({ Origin }: RouteFacts): boolean {
  return Origin === 'EnableVgwRoutePropagation';
}

/** Whether what a route leads to sends packets on with an address of its own: a NAT gateway does, an appliance can. */
export function mayTranslate(route: ChosenRoute | null): boolean {
  return route !== null && !route.blackhole && (route.target === 'nat' || route.target === 'interface');
}

function chosenOf(route: RouteFacts): ChosenRoute {
  const [id, target] = targetOfRoute(route);
  return {
    destination:
      route.DestinationCidrBlock ??
      route.DestinationIpv6CidrBlock ??
      route.DestinationPrefixListId ??
      'a destination that is not known',
    id,
    target,
    blackhole: route.State?.toLowerCase() === 'blackhole',
  };
}

function targetOfRoute(route: RouteFacts): [id: string, target: RouteLeads] {
  const { GatewayId = '' } = route;
  if (GatewayId === 'local') return ['local', 'local'];
  if (route.VpcPeeringConnectionId !== undefined) return [route.VpcPeeringConnectionId, 'peering'];
  if (route.TransitGatewayId !== undefined) return [route.TransitGatewayId, 'transit-gateway'];
  if (route.NatGatewayId !== undefined) return [route.NatGatewayId, 'nat'];
  if (route.EgressOnlyInternetGatewayId !== undefined) return [route.EgressOnlyInternetGatewayId, 'internet'];
  if (route.NetworkInterfaceId !== undefined) return [route.NetworkInterfaceId, 'interface'];
  if (route.InstanceId !== undefined) return [route.InstanceId, 'interface'];
  if (GatewayId.startsWith('igw-')) return [GatewayId, 'internet'];
  if (GatewayId.startsWith('vgw-')) return [GatewayId, 'virtual-private-gateway'];
  if (GatewayId.startsWith('vpce-')) return [GatewayId, 'endpoint'];
  const other = route.CoreNetworkArn ?? route.LocalGatewayId ?? route.CarrierGatewayId ?? GatewayId;
  return [other === '' ? 'a target that is not known' : other, 'other'];
}

/**
 * The attachments of a transit gateway. One that was deleted, or never became one, is listed for some time beside the one that
 * replaced it, and counts only where there is no other.
 */
export function attachmentsTo({ TransitGatewayVpcAttachments: all = [] }: Ec2Facts, gateway: string) {
  const own = all.filter(({ TransitGatewayId }) => TransitGatewayId === gateway);
  return own.filter(
    ({ State, VpcId }) =>
      !isGone(State) || !own.some((other) => other.VpcId === VpcId && !isGone(other.State)),
  );
}

function isGone(state: string | undefined): boolean {
  return /^(?:delet|fail|reject)/i.test(state ?? '');
}

/** The table of a subnet: the one associated with it, or else the main one of its VPC; null where it was not read. */
export function tableOf(
  { RouteTables = [] }: Ec2Facts,
  subnetId: string | null,
  vpcId: string | null,
): RouteTableFacts | null {
  const own = RouteTables.find(({ Associations = [] }) =>
    Associations.some((each) => subnetId !== null && each.SubnetId === subnetId),
  );
  if (own !== undefined) return own;
  const main = RouteTables.find(
    ({ VpcId, Associations = [] }) =>
      vpcId !== null && VpcId === vpcId && Associations.some(({ Main }) => Main === true),
  );
  return subnetId === null ? null : (main ?? null);
}
