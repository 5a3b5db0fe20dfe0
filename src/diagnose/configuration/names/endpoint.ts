import { list } from '../../../core/text.js';
import type { Gate, VpcEndpointFacts } from '../../../documents/facts.js';
import type { Advice } from '../../remedies/advice.js';
import { DOCS } from '../../remedies/docs.js';
import { aws, type Context, gateOf, isPartial, notRead } from '../context.js';
import { apiEndpoints } from '../ends.js';
import { limitAt, type Place } from './place.js';

export function endpointGates(context: Context, place: Place): Gate[] {
  const { facts } = context;
  const { vpcId, sure } = place;
  const all = apiEndpoints(facts);
  const base = { gate: 'endpoint', end: 'target', direction: null, rule: null } as const;
  if (all === null)
    return [
      gateOf(
        {
          ...base,
          state: 'unknown',
          resource: null,
          text: `not readable: the endpoints of ${vpcId ?? 'the VPC'}: ${notRead(facts, 'DescribeVpcEndpoints')}`,
        },
        () => [readEndpoints(context, vpcId)],
      ),
    ];
  const own = all.filter(
    ({ VpcId, State }) =>
      (vpcId === null || VpcId === undefined || VpcId === vpcId) && !/^delet/i.test(State ?? ''),
  );
  if (own.length > 0) return [privateDnsGate(context, own, place)];
  if (isPartial(facts, 'DescribeVpcEndpoints'))
    return [
      { ...base, state: 'unknown', resource: vpcId, text: 'not readable: the list of endpoints was cut' },
    ];
  const elsewhere = all.flatMap(({ VpcEndpointId, VpcId }) =>
    VpcId === undefined || VpcId === vpcId ? [] : [`${VpcEndpointId} in ${VpcId}`],
  );
  return [
    gateOf(
      {
        ...base,
        state: 'deny',
        resource: vpcId,
        text: `${vpcId ?? 'the VPC'} has no interface endpoint for execute-api${elsewhere.length === 0 ? '' : `, unlike others: ${list(elsewhere, 3)}`}`,
        cause: 'endpoint.absent',
        ...limitAt({ vpcId, sure }),
      },
      () => createEndpoint(context, vpcId, elsewhere.length > 0),
    ),
  ];
}

function readEndpoints(context: Context, vpcId: string | null): Advice {
  return {
    text: `Read the endpoints of ${vpcId ?? 'the VPC'}`,
    command: aws(
      context,
      'ec2',
      'describe-vpc-endpoints',
      ...(vpcId === null ? [] : ['--filters', `Name=vpc-id,Values=${vpcId}`]),
    ),
  };
}

function createEndpoint(context: Context, vpcId: string | null, isElsewhere: boolean): Advice[] {
  const { facts, region, evidence } = context;
  const subnet = facts.client?.subnetId ?? evidence.vantage.ec2?.subnetId ?? null;
  const prefix = evidence.target.privateApi?.partition === 'aws-cn' ? 'cn.com' : 'com';
  const create: Advice = {
    text: `Create an interface endpoint for execute-api in ${vpcId ?? 'the VPC'}, with private DNS, and allow TCP ${context.port} from this host in its security group`,
    command: aws(
      context,
      'ec2',
      'create-vpc-endpoint',
      ...['--vpc-id', vpcId ?? 'VPC_ID', '--vpc-endpoint-type', 'Interface'],
      ...[
        '--service-name',
        `${prefix}.amazonaws.${region ?? 'REGION'}.execute-api`,
        '--subnet-ids',
        subnet ?? 'SUBNET_ID',
        '--private-dns-enabled',
      ],
    ),
    docs: DOCS.privateApiCreate,
  };
  return isElsewhere
    ? [
        create,
        {
          text: 'Or use the endpoint of the other VPC by its own name, or by a private zone or a Route 53 Profile that both VPCs use',
          docs: DOCS.inboundResolver,
        },
      ]
    : [create];
}

function privateDnsGate(context: Context, own: readonly VpcEndpointFacts[], { vpcId, sure }: Place): Gate {
  const base = { gate: 'private-dns', end: 'target', direction: null, rule: 'PrivateDnsEnabled' } as const;
  const on = own.find(({ PrivateDnsEnabled }) => PrivateDnsEnabled === true);
  const isWhole = !isPartial(context.facts, 'DescribeVpcEndpoints');
  const off = isWhole && own.every(({ State }) => isOff(State)) ? (on ?? own[0]) : on;
  if (off !== undefined && isOff(off.State)) return notInForce(context, off, { vpcId, sure });
  if (on?.DnsOptions?.PrivateDnsOnlyForInboundResolverEndpoint === true)
    return {
      ...base,
      state: 'deny',
      resource: on.VpcEndpointId ?? null,
      rule: 'PrivateDnsOnlyForInboundResolverEndpoint',
      text: `private DNS of ${on.VpcEndpointId} answers only queries that come through an inbound endpoint of Route 53 Resolver`,
      cause: 'dns.private-dns-off',
      limit: 'high',
    };
  if (on !== undefined)
    return {
      ...base,
      state: 'allow',
      resource: on.VpcEndpointId ?? null,
      text: `private DNS of ${on.VpcEndpointId} is on`,
    };
  const [first] = own;
  const id = first?.VpcEndpointId ?? null;
  if (!isWhole)
    return {
      ...base,
      state: 'unknown',
      resource: vpcId,
      text: `not readable: whether another endpoint of ${vpcId ?? 'the VPC'} has private DNS: ${notRead(context.facts, 'DescribeVpcEndpoints')}`,
    };
  if (own.some(({ PrivateDnsEnabled }) => PrivateDnsEnabled === undefined))
    return {
      ...base,
      state: 'unknown',
      resource: id,
      text: `not readable: whether private DNS of ${id} is on`,
    };
  return gateOf(
    {
      ...base,
      state: 'deny',
      resource: id,
      text: `private DNS of ${list(
        own.flatMap(({ VpcEndpointId }) => VpcEndpointId ?? []),
        3,
      )} is off, so only the endpoint's own names lead to it`,
      cause: 'dns.private-dns-off',
      ...limitAt({ vpcId, sure }),
    },
    () => [
      {
        text: `Turn private DNS of ${id} on; every default name of API Gateway in ${vpcId ?? 'its VPC'} then leads to it, those of public APIs too`,
        command: aws(
          context,
          'ec2',
          'modify-vpc-endpoint',
          '--vpc-endpoint-id',
          id ?? 'VPCE_ID',
          '--private-dns-enabled',
        ),
        docs: DOCS.vpcDns,
      },
    ],
  );
}

/** Whether an endpoint is known not to work. */
function isOff(state: string | undefined): boolean {
  return state !== undefined && !['available', 'partial'].includes(state.toLowerCase());
}

/** The private DNS of an endpoint that is not available answers nothing. */
function notInForce(
  context: Context,
  { VpcEndpointId: id, State, PrivateDnsEnabled }: VpcEndpointFacts,
  place: Place,
): Gate {
  const state = State?.toLowerCase().replace('-', '');
  const also = PrivateDnsEnabled === false ? ', and its private DNS is off besides' : '';
  return gateOf(
    {
      gate: 'endpoint',
      end: 'target',
      direction: null,
      rule: 'State',
      state: 'deny',
      resource: id ?? null,
      text: `${id} is in the state ${State} and not available, so that its private DNS is not in force in ${place.vpcId ?? 'the VPC'}${also}`,
      cause: 'endpoint.absent',
      limit: 'high',
    },
    () => [
      {
        text:
          state === 'pendingacceptance'
            ? `Let the owner of the service accept ${id}`
            : state === 'pending'
              ? `Wait until ${id} is available, which takes some minutes`
              : `Create the endpoint again in place of ${id}, with private DNS: one that is ${State} does not come back`,
        command: aws(context, 'ec2', 'describe-vpc-endpoints', '--vpc-endpoint-ids', id ?? 'VPCE_ID'),
        docs: DOCS.interfaceEndpoints,
      },
    ],
  );
}
