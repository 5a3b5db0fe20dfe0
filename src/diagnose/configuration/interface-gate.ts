import { list } from '../../core/text.js';
import type { Gate, VpcEndpointFacts } from '../../documents/facts.js';
import { addressesOfInterface } from '../../documents/observed/interfaces.js';
import type { Advice } from '../remedies/advice.js';
import { DOCS } from '../remedies/docs.js';
import { aws, type Context, gateOf, isPartial } from './context.js';
import { apiEndpoints, type End, isInVpc } from './ends.js';
import type { Path } from './path.js';

/**
 * What an address of the target belongs to. A private API is reached at the interfaces of an endpoint for API Gateway alone, so
 * an address that no such interface has comes from an old answer, an old record or a wrong one. Nothing is said where the
 * interface is a right one, or where the interfaces were not read.
 */
export function interfaceGate(context: Context, { client, target }: Path): Gate[] {
  const api = context.evidence.target.privateApi;
  if (api === null || api.form === 'custom') return [];
  return target.found ? wrongInterface(context, target) : noInterface(context, client, target);
}

const base = { gate: 'interface', end: 'target', direction: null, rule: null } as const;

/** The address belongs to something else than an endpoint for API Gateway. */
function wrongInterface(
  context: Context,
  { address, interfaceId, interfaceType, endpoint, owner }: End,
): Gate[] {
  const service = endpoint?.ServiceName;
  if (service?.endsWith('.execute-api') === true) return [];
  const whose = owner === null ? '' : ` of account ${owner}`;
  const name = `${interfaceId ?? 'a network interface'}${whose}`;
  if (service !== undefined)
    return [
      gateOf(
        {
          ...base,
          state: 'deny',
          resource: interfaceId,
          text: `${address} is ${name}, which belongs to ${endpoint?.VpcEndpointId}, an endpoint for ${service} and not for API Gateway`,
        },
        () => [rightAddresses(context, address)],
      ),
    ];
  if (interfaceType === null || interfaceType === 'vpc_endpoint') return [];
  return [
    gateOf(
      {
        ...base,
        state: 'unknown',
        resource: interfaceId,
        text: `${address} is ${name}, of type ${interfaceType}, and not an interface of an endpoint: the packets go on only if it forwards them to one`,
      },
      () => [rightAddresses(context, address)],
    ),
  ];
}

/** The address is in the client's VPC, and no endpoint for API Gateway there has it. */
function noInterface(context: Context, client: End | null, { address, block }: End): Gate[] {
  const { facts } = context;
  const vpcId = client?.vpcId ?? null;
  const interfaces = facts.ec2.NetworkInterfaces ?? [];
  if (vpcId === null || !isInVpc(facts, block, vpcId)) return [];
  if (isPartial(facts, 'DescribeNetworkInterfaces') || isPartial(facts, 'DescribeVpcEndpoints')) return [];
  const endpoints = (apiEndpoints(facts) ?? []).filter(({ VpcId }) => VpcId === vpcId);
  const ids = endpoints.flatMap(({ NetworkInterfaceIds = [] }) => NetworkInterfaceIds);
  const own = interfaces.filter(({ NetworkInterfaceId: id }) => id !== undefined && ids.includes(id));
  const addresses = own.flatMap(addressesOfInterface);
  // Every interface of every endpoint has to be known, or one of the others can have the address.
  if (endpoints.length === 0 || ids.length === 0 || own.length < new Set(ids).size) return [];
  return [
    gateOf(
      {
        ...base,
        state: 'deny',
        resource: endpoints[0]?.VpcEndpointId ?? null,
        text: `${address} belongs to no network interface that was read in ${vpcId}: ${list(endpoints.map(endpointName), 3)} has ${list(addresses, 6)}, so ${address} is from an endpoint that was replaced, or from an old record`,
        limit: 'high',
      },
      () => [rightAddresses(context, address)],
    ),
  ];
}

function endpointName({ VpcEndpointId }: VpcEndpointFacts): string {
  return VpcEndpointId ?? 'the endpoint';
}

/** Where the address came from decides what has to be changed. */
function rightAddresses(context: Context, address: string): Advice {
  const { origin } = context.evidence.observations;
  const { host } = context.evidence.target;
  const file = origin?.source === 'hosts-file' ? origin.hostsFile : null;
  const lines = file === null || file === undefined ? '' : `, line ${list(file.lines.map(String))}`;
  return {
    text:
      origin?.source === 'hosts-file'
        ? `Remove ${address} for ${host} from ${file?.path ?? 'the hosts file'}${lines}`
        : origin?.source === 'literal'
          ? `Call the API by its name in place of ${address}`
          : `Find the record that gives ${address} for ${host}, in a private zone or a resolver's cache, and make it an alias of the endpoint's own name`,
    command: aws(
      context,
      'ec2',
      'describe-vpc-endpoints',
      ...['--filters', `Name=service-name,Values=com.amazonaws.${context.region ?? 'REGION'}.execute-api`],
      ...['--query', 'VpcEndpoints[].[VpcEndpointId,State,DnsEntries[].DnsName]'],
    ),
    docs: DOCS.interfaceEndpoints,
  };
}
