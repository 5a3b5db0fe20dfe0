import type { Gate } from '../../documents/facts.js';
import { DOCS } from '../remedies/docs.js';
import { aclGate } from './acl-gate.js';
import { aws, type Context, gateOf } from './context.js';
import type { End } from './ends.js';
import { groupGate } from './group-gate.js';
import { interfaceGate } from './interface-gate.js';
import type { Path } from './path.js';
import { routeGates } from './route-gates.js';
import { attachmentsTo, type ChosenRoute, mayTranslate } from './routes.js';

/** The gates that packets between the client and one address of the target pass, in path order. */
export function networkGates(context: Context, path: Path): Gate[] {
  const { client, target } = path;
  const forward = client === null ? null : routeGates(context, client, target, 'client');
  const back = client === null ? null : routeGates(context, target, client, 'target');
  const references = referencesPass(context, path, forward?.route ?? null);
  const isOneSubnet = client !== null && client.subnetId !== null && client.subnetId === target.subnetId;
  const acl = (end: 'client' | 'target', direction: 'in' | 'out'): Gate[] =>
    isOneSubnet ? [] : [aclGate(context, end === 'client' ? path : seen, end, direction)];
  const addresses = [target.address];
  // Behind a NAT gateway or an appliance, the target sees another address than the client's, which is not known.
  const isHidden = mayTranslate(forward?.route ?? null);
  const seen: Path = isHidden ? { client: null, target } : path;
  return [
    groupGate(context, path, 'client', references),
    ...acl('client', 'out'),
    ...(forward?.gates ?? []),
    ...interfaceGate(context, path),
    ...acl('target', 'in'),
    groupGate(context, seen, 'target', references),
    ...stateGate(context, target),
    ...acl('target', 'out'),
    ...(isHidden ? [] : (back?.gates ?? [])),
    ...acl('client', 'in'),
  ].map((gate) => ({ ...gate, addresses, ...limitedBy(client, gate) }));
}

/**
 * Of a client that is in no VPC that was read, it is not known whether the target sees its address or that of a NAT or of the
 * host of a container, nor which of several VPCs with the same blocks its packets go to.
 */
function limitedBy(client: End | null, { state, limit }: Gate): Pick<Gate, 'limit'> {
  const isKnown = client !== null && client.vpcId !== null;
  if (state !== 'deny' && state !== 'partly') return {};
  if (!isKnown) return { limit: 'medium' };
  // Only its address says where it is: a network elsewhere can have the same block.
  return client.found || limit === 'medium' ? {} : { limit: 'high' };
}

/** Whether a rule that names a group sees the client's group: not where something on the way changes the address. */
function referencesPass(
  { facts }: Context,
  { client, target }: Path,
  route: ChosenRoute | null,
): boolean | null {
  if (client === null || client.vpcId === null || target.vpcId === null) return null;
  if (route === null) return client.vpcId === target.vpcId ? true : null;
  if (route.target === 'local') return client.vpcId === target.vpcId ? true : null;
  if (route.target === 'transit-gateway') {
    const isOff = attachmentsTo(facts.ec2, route.id).some(
      ({ VpcId, Options }) =>
        (VpcId === client.vpcId || VpcId === target.vpcId) &&
        Options?.SecurityGroupReferencingSupport === 'disable',
    );
    // The gateway itself must have it on, too, which an attachment does not tell.
    return isOff ? false : null;
  }
  if (route.target !== 'peering') return null;
  const peering = facts.ec2.VpcPeeringConnections?.find(({ VpcPeeringConnectionId: id }) => id === route.id);
  const regions = [peering?.AccepterVpcInfo?.Region, peering?.RequesterVpcInfo?.Region];
  if (peering?.Status?.Code !== 'active' || regions.includes(undefined)) return null;
  return regions[0] === regions[1];
}

/** The state of the endpoint that an address belongs to. */
function stateGate(context: Context, { endpoint }: End): Gate[] {
  const state = endpoint?.State?.toLowerCase();
  const id = endpoint?.VpcEndpointId;
  if (state === undefined || id === undefined) return [];
  const base = { gate: 'endpoint', end: 'target', direction: null, resource: id, rule: null } as const;
  if (state === 'available') return [{ ...base, state: 'allow', text: `${id} is available` }];
  if (state === 'partial')
    return [
      { ...base, state: 'unknown', text: `not readable: which parts of ${id}, in the state partial, work` },
    ];
  const pending = state === 'pendingacceptance' || state === 'pending-acceptance';
  return [
    gateOf(
      {
        ...base,
        state: 'deny',
        text: `${id} is in the state ${state} and not available`,
        cause: 'endpoint.not-available',
      },
      () => [
        {
          text: pending
            ? `Let the owner of the service accept ${id}`
            : `Find out why ${id} is ${state}; an endpoint that failed, was rejected or deleted must be created again`,
          command: aws(context, 'ec2', 'describe-vpc-endpoints', '--vpc-endpoint-ids', id),
          docs: DOCS.interfaceEndpoints,
        },
      ],
    ),
  ];
}
