import { list } from '../../core/text.js';
import type { Gate } from '../../documents/facts.js';
import { scopeOf } from '../../net/address/scope.js';
import { aws, type Context, gateOf, isPartial, notRead } from './context.js';
import type { End } from './ends.js';
import { behindNat } from './nat-gateway.js';
import { adviseRoute, readLists, replaceRoute } from './route-changes.js';
import { attachmentsTo, type ChosenRoute, chooseRoute, tableOf } from './routes.js';

/** The route from one end to the other, and what it leads through. */
export function routeGates(
  context: Context,
  from: End,
  to: End,
  end: 'client' | 'target',
): { gates: Gate[]; route: ChosenRoute | null } {
  const { facts } = context;
  const base = { gate: 'route', end, direction: 'out' } as const;
  const table = tableOf(facts.ec2, from.subnetId, from.vpcId);
  const id = table?.RouteTableId ?? null;
  // A subnet without a table in a list that was cut can have one of its own.
  const isMain = table?.Associations?.some(({ SubnetId }) => SubnetId === from.subnetId) !== true;
  const isCut = isMain && isPartial(facts, 'DescribeRouteTables');
  if (table === null || table.Routes === undefined || isCut) {
    const whose = from.subnetId === null ? `the subnet of ${from.address}` : from.subnetId;
    const gate = gateOf(
      {
        ...base,
        state: 'unknown',
        resource: id,
        rule: null,
        text: `not readable: route table of ${whose}: ${from.subnetId === null ? 'the subnet is not known' : notRead(facts, 'DescribeRouteTables')}`,
      },
      () =>
        from.vpcId === null
          ? []
          : [
              {
                text: `Read the route tables of ${from.vpcId}`,
                command: aws(
                  context,
                  'ec2',
                  'describe-route-tables',
                  '--filters',
                  `Name=vpc-id,Values=${from.vpcId}`,
                ),
              },
            ],
    );
    return { gates: [gate], route: null };
  }
  const name = `${id ?? 'the route table'} (${from.subnetId ?? end})`;
  const decision = chooseRoute(table, to.block, context.lists(to.block));
  const way = end === 'client' ? `to ${to.address}` : `back to ${to.address}`;
  if (decision.state === 'unknown')
    return {
      gates: [
        gateOf(
          {
            ...base,
            state: 'unknown',
            resource: id,
            rule: null,
            text: `not readable: ${list(decision.missing, 4)} in ${name}, which can be the route ${way}`,
          },
          () => readLists(context, decision.missing),
        ),
      ],
      route: null,
    };
  if (decision.state === 'missing')
    return {
      gates: [
        gateOf(
          {
            ...base,
            state: 'deny',
            resource: id,
            rule: null,
            text: `${name} has no route ${way}`,
            cause: 'route.missing',
            ...limitOf(from),
          },
          () => adviseRoute(context, id, from, to),
        ),
      ],
      route: null,
    };
  const { route } = decision;
  if (route.blackhole)
    return {
      gates: [
        gateOf(
          {
            ...base,
            state: 'deny',
            resource: id,
            rule: route.destination,
            text: `${name}: the route ${route.destination} to ${route.id}, which packets ${way} take, is in the state blackhole: ${route.id} no longer exists, or is not available`,
            cause: 'route.blackhole',
            ...limitOf(from),
          },
          () => replaceRoute(context, id, route, from, to),
        ),
      ],
      route,
    };
  return { gates: routeTargetGates(context, { name, id, route, from, to, end, way }), route };
}

/** The interface was supposed by the name of the target. */
function limitOf(end: End): { limit?: 'high' } {
  return end.found ? {} : { limit: 'high' };
}

interface RouteAt {
  name: string;
  id: string | null;
  route: ChosenRoute;
  from: End;
  to: End;
  end: 'client' | 'target';
  way: string;
}

/** What a route that is in force does with a packet, as far as its target tells. */
function routeTargetGates(context: Context, { name, id, route, from, to, end, way }: RouteAt): Gate[] {
  const base = { gate: 'route', end, direction: 'out' } as const;
  const text = `${name}: the route ${route.destination} to ${route.id} leads ${way}`;
  const allow: Gate = { ...base, state: 'allow', resource: id, rule: route.destination, text };
  const unread = (what: string): Gate => ({
    ...base,
    state: 'unknown',
    resource: route.id,
    rule: null,
    text: `not readable: ${what}`,
  });
  // A VPC can have blocks of public IPv4 addresses, which the internet does not lead to.
  const isPrivate =
    ['private', 'unique-local', 'shared'].includes(scopeOf(to.address)) ||
    (to.found && !to.address.includes(':'));
  switch (route.target) {
    case 'local':
      // The VPC drops what none of its interfaces has.
      return [allow];
    case 'peering':
      return [allow, peeringGate(context, route, from, to, end)];
    case 'internet':
    case 'nat':
      if (!isPrivate) return [allow];
      if (route.target === 'nat') {
        const beyond = behindNat(context, from, to);
        if (beyond !== null)
          return [
            allow,
            unread(
              `whether ${route.id} sends packets ${way} on ${beyond}; the target then sees an address of ${route.id}`,
            ),
          ];
      }
      return [
        gateOf(
          {
            ...base,
            state: 'deny',
            resource: id,
            rule: route.destination,
            text: `${name}: packets ${way} take the route ${route.destination} to ${route.id}, which ${route.target === 'nat' ? 'leads out of the VPC and not to other private networks' : 'drops packets to private addresses'}`,
            cause: 'route.missing',
            // A private NAT gateway can have routes of its own to other networks.
            ...(route.target === 'nat' ? { limit: 'high' as const } : limitOf(from)),
          },
          () => adviseRoute(context, id, from, to),
        ),
      ];
    case 'transit-gateway':
      return [allow, attachmentGate(context, route, from, end)];
    default:
      return [
        allow,
        unread(
          `what ${route.id} does with packets ${way}: it can be a firewall, or a way to another network`,
        ),
      ];
  }
}

/** The route that packets from one end to another take; null where it is not known. */
export function routeBetween(context: Context, from: End, to: End): ChosenRoute | null {
  const table = tableOf(context.facts.ec2, from.subnetId, from.vpcId);
  const decision = table === null ? null : chooseRoute(table, to.block, context.lists(to.block));
  return decision?.state === 'found' ? decision.route : null;
}

function peeringGate(
  context: Context,
  route: ChosenRoute,
  from: End,
  to: End,
  end: 'client' | 'target',
): Gate {
  const base = { gate: 'peering', end, direction: null, resource: route.id, rule: null } as const;
  const peering = context.facts.ec2.VpcPeeringConnections?.find(
    ({ VpcPeeringConnectionId: id }) => id === route.id,
  );
  const status = peering?.Status?.Code?.toLowerCase();
  if (peering === undefined || status === undefined)
    return gateOf(
      {
        ...base,
        state: 'unknown',
        text: `not readable: whether ${route.id} is active: ${notRead(context.facts, 'DescribeVpcPeeringConnections')}`,
      },
      () => [
        {
          text: `Read the state of ${route.id}`,
          command: aws(
            context,
            'ec2',
            'describe-vpc-peering-connections',
            '--vpc-peering-connection-ids',
            route.id,
          ),
        },
      ],
    );
  if (status !== 'active')
    return gateOf(
      { ...base, state: 'deny', text: `${route.id} is ${status} and not active`, cause: 'route.blackhole' },
      () =>
        status === 'pending-acceptance'
          ? [
              {
                text: `Accept ${route.id}`,
                command: aws(
                  context,
                  'ec2',
                  'accept-vpc-peering-connection',
                  '--vpc-peering-connection-id',
                  route.id,
                ),
              },
            ]
          : adviseRoute(context, null, from, to),
    );
  const vpcs = [peering.AccepterVpcInfo?.VpcId, peering.RequesterVpcInfo?.VpcId];
  const isElsewhere = to.vpcId !== null && !vpcs.includes(undefined) && !vpcs.includes(to.vpcId);
  if (isElsewhere)
    return gateOf(
      {
        ...base,
        state: 'deny',
        text: `${route.id} joins ${list(vpcs.flatMap((each) => each ?? []))}, and ${to.address} is in ${to.vpcId}: a peering does not lead on to further VPCs`,
        cause: 'route.missing',
      },
      () => adviseRoute(context, null, from, to),
    );
  return { ...base, state: 'allow', text: `${route.id} is active` };
}

function attachmentGate(context: Context, route: ChosenRoute, from: End, end: 'client' | 'target'): Gate {
  const base = { gate: 'route', end, direction: 'out', rule: null } as const;
  const attachment = attachmentsTo(context.facts.ec2, route.id).find(
    ({ VpcId }) => VpcId !== undefined && VpcId === from.vpcId,
  );
  const zones = (attachment?.SubnetIds ?? []).map(
    (id) => context.facts.ec2.Subnets?.find(({ SubnetId }) => SubnetId === id)?.AvailabilityZone ?? null,
  );
  const id = attachment?.TransitGatewayAttachmentId ?? route.id;
  const state = attachment?.State?.toLowerCase() ?? 'available';
  if (!['available', 'modifying', 'pending'].includes(state))
    return gateOf(
      {
        ...base,
        state: 'deny',
        resource: id,
        text: `${id} is ${state} and not available: no packets of ${from.vpcId} enter ${route.id}`,
        cause: 'route.blackhole',
      },
      () => [
        {
          text: `Find out why ${id} is ${state}; the owner of ${route.id} accepts attachments, and one that failed or was rejected must be created again`,
          command: aws(
            context,
            'ec2',
            'describe-transit-gateway-vpc-attachments',
            ...['--transit-gateway-attachment-ids', id],
          ),
        },
      ],
    );
  if (from.zone !== null && zones.length > 0 && !zones.includes(null) && !zones.includes(from.zone))
    return gateOf(
      {
        ...base,
        state: 'deny',
        resource: id,
        text: `${id} has no subnet in ${from.zone}, where ${from.address} is: packets from that zone do not enter ${route.id}`,
        cause: 'route.missing',
      },
      () => [
        {
          text: `Add a subnet in ${from.zone} to ${id}`,
          command: aws(
            context,
            'ec2',
            'modify-transit-gateway-vpc-attachment',
            '--transit-gateway-attachment-id',
            id,
            '--add-subnet-ids',
            `SUBNET_IN_${from.zone?.toUpperCase().replaceAll('-', '_')}`,
          ),
        },
      ],
    );
  return {
    ...base,
    state: 'unknown',
    resource: route.id,
    text: `not readable: the routes of ${route.id} itself`,
  };
}
