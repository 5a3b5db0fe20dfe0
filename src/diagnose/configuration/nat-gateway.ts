import { type Context, isPartial } from './context.js';
import { type End, isInVpc } from './ends.js';
import { type ChosenRoute, chooseRoute } from './routes.js';

/**
 * How a NAT gateway of the VPC can lead on to a private address: inside the VPC, or by a transit or virtual private gateway in the
 * table of its own subnet, which is one of those read (VPC user guide, "NAT gateways"). A peering is no such way. Null where
 * nothing shows one.
 */
export function behindNat(context: Context, from: End, to: End): string | null {
  const { facts } = context;
  if (from.vpcId !== null && (to.vpcId === from.vpcId || isInVpc(facts, to.block, from.vpcId)))
    return 'inside the VPC';
  if (isPartial(facts, 'DescribeRouteTables')) return 'by a route table that was not read';
  for (const table of facts.ec2.RouteTables ?? []) {
    if (table.VpcId !== undefined && table.VpcId !== from.vpcId) continue;
    const decision = chooseRoute(table, to.block, context.lists(to.block));
    const leads = decision.state === 'found' && !decision.route.blackhole ? decision.route.target : null;
    if (decision.state === 'unknown' || (leads !== null && carriers.has(leads)))
      return `by ${decision.state === 'found' ? `${decision.route.id} in ` : ''}${table.RouteTableId ?? 'a route table'}`;
  }
  return null;
}

/** What leads from the subnet of a NAT gateway to other networks. */
const carriers: ReadonlySet<ChosenRoute['target']> = new Set([
  'transit-gateway',
  'virtual-private-gateway',
  'interface',
  'endpoint',
  'other',
]);
