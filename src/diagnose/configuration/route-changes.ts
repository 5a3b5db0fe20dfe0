import type { Advice } from '../remedies/advice.js';
import { DOCS } from '../remedies/docs.js';
import { aws, blockText, type Context } from './context.js';
import { type End, isInVpc } from './ends.js';
import type { ChosenRoute } from './routes.js';

/** Changes of route tables, as remedies. */
export function readLists(context: Context, missing: readonly string[]): Advice[] {
  return missing.flatMap((each): Advice[] => {
    const [id] = /pl-[0-9a-f]+/.exec(each) ?? [];
    return id === undefined
      ? []
      : [
          {
            text: `Read the entries of ${id}`,
            command: aws(context, 'ec2', 'get-managed-prefix-list-entries', '--prefix-list-id', id),
          },
        ];
  });
}

/** A peering or a transit gateway of the VPC that can carry packets to an address, as options of a route; null where none was read. */
function carrierOf(
  { facts }: Context,
  from: End,
  to: End,
): { option: string; id: string; cidr: string | null } | null {
  const peering = facts.ec2.VpcPeeringConnections?.find(({ Status, AccepterVpcInfo, RequesterVpcInfo }) => {
    const vpcs = [AccepterVpcInfo?.VpcId, RequesterVpcInfo?.VpcId];
    return (
      Status?.Code === 'active' &&
      from.vpcId !== null &&
      vpcs.includes(from.vpcId) &&
      to.vpcId !== null &&
      vpcs.includes(to.vpcId)
    );
  });
  const other = [peering?.AccepterVpcInfo, peering?.RequesterVpcInfo].find(
    (each) => each?.VpcId === to.vpcId && each?.VpcId !== undefined,
  );
  if (peering?.VpcPeeringConnectionId !== undefined && isInVpc(facts, to.block, from.vpcId) === false)
    return {
      option: '--vpc-peering-connection-id',
      id: peering.VpcPeeringConnectionId,
      cidr: other?.CidrBlock ?? null,
    };
  const attachment = facts.ec2.TransitGatewayVpcAttachments?.find(
    ({ VpcId, State }) => VpcId !== undefined && VpcId === from.vpcId && State === 'available',
  );
  return attachment?.TransitGatewayId === undefined
    ? null
    : { option: '--transit-gateway-id', id: attachment.TransitGatewayId, cidr: null };
}

export function adviseRoute(context: Context, table: string | null, from: End, to: End): Advice[] {
  const carrier = carrierOf(context, from, to);
  const cidr = blockText(to.address);
  if (carrier === null || table === null)
    return [
      {
        text: `Add a route to ${to.address} through a peering, transit gateway or VPN${table === null ? '' : ` to ${table}`}, and one back; find what joins the two networks first`,
        command: aws(
          context,
          'ec2',
          'describe-vpc-peering-connections',
          ...(from.vpcId === null
            ? []
            : ['--filters', `Name=requester-vpc-info.vpc-id,Values=${from.vpcId}`]),
        ),
        docs: DOCS.routeTables,
      },
    ];
  return [
    {
      text: `Add a route to ${cidr} through ${carrier.id} to ${table}`,
      command: aws(
        context,
        'ec2',
        'create-route',
        '--route-table-id',
        table,
        ...destinationOption(cidr),
        carrier.option,
        carrier.id,
      ),
      docs: DOCS.routeTables,
    },
  ];
}

export function replaceRoute(
  context: Context,
  table: string | null,
  route: ChosenRoute,
  from: End,
  to: End,
): Advice[] {
  const isInside = isInVpc(context.facts, to.block, from.vpcId);
  if (isInside && table !== null && !route.destination.startsWith('pl-'))
    return [
      {
        text: `Let the route ${route.destination} of ${table} lead to what replaces ${route.id}; or, if nothing does, delete it: the route local of the VPC then leads to ${to.address}`,
        command: aws(
          context,
          'ec2',
          'delete-route',
          ...['--route-table-id', table, ...destinationOption(route.destination)],
        ),
        docs: DOCS.routeTables,
      },
    ];
  const carrier = carrierOf(context, from, to);
  if (carrier === null || table === null || carrier.id === route.id || route.destination.startsWith('pl-'))
    return adviseRoute(context, null, from, to);
  return [
    {
      text: `Let the route ${route.destination} of ${table} lead to ${carrier.id}, which is there`,
      command: aws(
        context,
        'ec2',
        'replace-route',
        '--route-table-id',
        table,
        ...destinationOption(route.destination),
        carrier.option,
        carrier.id,
      ),
      docs: DOCS.routeTables,
    },
  ];
}

function destinationOption(cidr: string): string[] {
  return [cidr.includes(':') ? '--destination-ipv6-cidr-block' : '--destination-cidr-block', cidr];
}
