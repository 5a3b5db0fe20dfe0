import { list } from '../../core/text.js';
import type { Gate, VpcEndpointFacts } from '../../documents/facts.js';
import { hostAnswers, isPrivateAnswer } from '../../documents/observed/dns.js';
import { familyOf } from '../../net/address/address.js';
import { isVpcResolver } from '../../net/address/scope.js';
import type { Advice } from '../remedies/advice.js';
import { DOCS } from '../remedies/docs.js';
import { aws, type Context, gateOf, isPartial, notRead } from './context.js';
import { apiEndpoints, type End, isInVpc } from './ends.js';

/**
 * The gates of a name that only the private DNS of an endpoint answers with the endpoint's addresses, in the order in which a
 * query meets them: the resolver that the client asks, the VPC's attributes, forwarding rules, private zones, the endpoint.
 */
export function nameGates(context: Context, client: End | null): Gate[] {
  const { target } = context.evidence;
  const api = target.privateApi;
  if (api === null || (api.form !== 'default' && api.form !== 'service')) return [];
  const place = vpcOf(context, client);
  const gates = [
    ...attributeGates(context, place),
    forwardingGate(context, place),
    zoneGate(context, place),
    ...endpointGates(context, place),
  ];
  return [dhcpGate(context, place, gates), ...gates].filter((gate) => gate !== null);
}

/** The VPC whose resolver answers this host, and whether that is certain. */
interface Place {
  vpcId: string | null;
  sure: boolean;
}

/** The client's VPC, or else the only one that the facts are about, unless the client is outside its blocks. */
function vpcOf({ facts, evidence }: Context, client: End | null): Place {
  const known = client?.vpcId ?? evidence.vantage.ec2?.vpcId ?? facts.client?.vpcId ?? null;
  if (known !== null) return { vpcId: known, sure: true };
  const { Vpcs = [], VpcEndpoints = [], VpcAttributes = {} } = facts.ec2;
  const ids = new Set([
    ...Vpcs.flatMap(({ VpcId }) => VpcId ?? []),
    ...VpcEndpoints.flatMap(({ VpcId }) => VpcId ?? []),
    ...Object.keys(VpcAttributes),
  ]);
  const [only = null, ...others] = ids;
  if (only === null || others.length > 0) return { vpcId: null, sure: false };
  const isOutside = client !== null && Vpcs.length > 0 && !isInVpc(facts, client.block, only);
  return { vpcId: isOutside ? null : only, sure: false };
}

function limitAt({ sure }: Place): { limit?: 'high' } {
  return sure ? {} : { limit: 'high' };
}

function dhcpGate(context: Context, place: Place, others: readonly (Gate | null)[]): Gate | null {
  const { facts, evidence } = context;
  const vpc = facts.ec2.Vpcs?.find(({ VpcId }) => VpcId !== undefined && VpcId === place.vpcId);
  const set = facts.ec2.DhcpOptions?.find(
    ({ DhcpOptionsId: id }) =>
      id !== undefined &&
      (id === vpc?.DhcpOptionsId || (vpc === undefined && facts.ec2.DhcpOptions?.length === 1)),
  );
  const base = { gate: 'dhcp-options', end: 'client', direction: null, rule: 'domain-name-servers' } as const;
  if (set === undefined)
    return facts.ec2.DhcpOptions === undefined
      ? null
      : {
          ...base,
          state: 'unknown',
          resource: vpc?.DhcpOptionsId ?? null,
          text: `not readable: the DHCP options of ${place.vpcId ?? 'the VPC'}`,
        };
  const id = set.DhcpOptionsId ?? null;
  const servers = (set.DhcpConfigurations ?? [])
    .filter(({ Key }) => Key === 'domain-name-servers')
    .flatMap(({ Values = [] }) => Values.flatMap(({ Value }) => Value ?? []));
  const ranges = [vpc?.CidrBlock, ...(vpc?.CidrBlockAssociationSet ?? []).map(({ CidrBlock }) => CidrBlock)];
  const own = servers.filter(
    (server) =>
      server !== 'AmazonProvidedDNS' &&
      !(
        familyOf(server) !== null &&
        isVpcResolver(
          server,
          ranges.flatMap((each) => each ?? []),
        )
      ),
  );
  if (servers.length > 0 && own.length === 0)
    return { ...base, state: 'allow', resource: id, text: `${id} gives clients the resolver of the VPC` };
  const vpcAnswer = hostAnswers(evidence).find(({ doc }) => doc.asked?.purpose === 'vpc-resolver');
  const isProven = vpcAnswer !== undefined && isPrivateAnswer(vpcAnswer.doc);
  const isLeft =
    others.every((gate) => gate === null || gate.state === 'allow') &&
    others.some((gate) => gate?.gate === 'private-dns');
  const asks = own.filter((server) => evidence.vantage.nameservers.includes(server));
  const names = own.length === 0 ? 'no resolver' : list(own, 4);
  const isCause = isProven || (isLeft && asks.length > 0);
  return gateOf(
    {
      ...base,
      state: isCause ? 'deny' : 'unknown',
      resource: id,
      text: isCause
        ? `${id} gives clients ${names} in place of the resolver of the VPC, which alone knows the private DNS of the endpoint${isProven ? ': that one gives the private addresses' : ''}`
        : `not readable: whether ${names}, which ${id} gives clients in place of the resolver of the VPC, ${own.length > 1 ? 'forward' : 'forwards'} the name to it`,
      ...(isCause ? { cause: 'dns.dhcp-options' } : {}),
      ...(isProven ? {} : { limit: 'high' as const }),
    },
    () =>
      isCause
        ? [
            {
              text: `Let ${names} forward ${context.evidence.target.host} to an inbound endpoint of Route 53 Resolver in ${place.vpcId ?? 'the VPC'}, or use AmazonProvidedDNS in the DHCP options`,
              docs: DOCS.inboundResolver,
            },
          ]
        : [],
  );
}

function attributeGates(context: Context, { vpcId, sure }: Place): Gate[] {
  const attributes = vpcId === null ? undefined : context.facts.ec2.VpcAttributes?.[vpcId];
  const names = ['enableDnsSupport', 'enableDnsHostnames'] as const;
  return names.map((name): Gate => {
    const value = attributes?.[name];
    const base = {
      gate: 'vpc-attribute',
      end: 'client',
      direction: null,
      resource: vpcId,
      rule: name,
    } as const;
    const option = name === 'enableDnsSupport' ? '--enable-dns-support' : '--enable-dns-hostnames';
    if (value === undefined)
      return gateOf(
        {
          ...base,
          state: 'unknown',
          text: `not readable: ${name} of ${vpcId ?? 'the VPC'}: ${notRead(context.facts, 'DescribeVpcAttribute')}`,
        },
        () =>
          vpcId === null
            ? []
            : [
                {
                  text: `Read ${name} of ${vpcId}`,
                  command: aws(
                    context,
                    'ec2',
                    'describe-vpc-attribute',
                    '--vpc-id',
                    vpcId,
                    '--attribute',
                    name,
                  ),
                },
              ],
      );
    if (value) return { ...base, state: 'allow', text: `${name} of ${vpcId} is true` };
    return gateOf(
      {
        ...base,
        state: 'deny',
        text: `${name} of ${vpcId} is false, and private DNS of endpoints needs it`,
        cause: 'dns.vpc-attribute',
        ...limitAt({ vpcId, sure }),
      },
      () => [
        {
          text: `Set ${name} of ${vpcId} to true`,
          command: aws(
            context,
            'ec2',
            'modify-vpc-attribute',
            '--vpc-id',
            vpcId ?? 'VPC_ID',
            option,
            'Value=true',
          ),
          docs: DOCS.vpcDns,
        },
      ],
    );
  });
}

/** Whether a domain is the name itself or above it. The root is above every name. */
function isAbove(domain: string, name: string): boolean {
  const plain = domain.toLowerCase().replace(/\.$/, '');
  return plain === '' || name === plain || name.endsWith(`.${plain}`);
}

function forwardingGate(context: Context, { vpcId, sure }: Place): Gate | null {
  const { ResolverRules: rules, ResolverRuleAssociations: associations } =
    context.facts.route53resolver ?? {};
  if (rules === undefined) return null;
  const { host } = context.evidence.target;
  const base = { gate: 'forwarding-rule', end: 'client', direction: null } as const;
  const above = rules.filter(
    ({ DomainName, RuleType }) =>
      DomainName !== undefined && isAbove(DomainName, host) && RuleType !== 'RECURSIVE',
  );
  const used = above.filter(({ Id }) =>
    associations?.some((each) => each.ResolverRuleId === Id && vpcId !== null && each.VPCId === vpcId),
  );
  const [chosen] = used.sort((one, other) => (other.DomainName ?? '').length - (one.DomainName ?? '').length);
  if (
    chosen === undefined &&
    above.some(({ RuleType }) => RuleType === 'FORWARD') &&
    (associations === undefined || vpcId === null)
  )
    return {
      ...base,
      state: 'unknown',
      resource: null,
      rule: null,
      text: `not readable: which forwarding rules are associated with ${vpcId ?? 'the VPC'}`,
    };
  if (chosen === undefined || chosen.RuleType !== 'FORWARD')
    return {
      ...base,
      state: 'allow',
      resource: chosen?.Id ?? null,
      rule: chosen?.DomainName ?? null,
      text: `no rule of ${vpcId ?? 'the VPC'} forwards ${host}`,
    };
  const to = (chosen.TargetIps ?? []).flatMap(({ Ip, Ipv6 }) => Ip ?? Ipv6 ?? []);
  return gateOf(
    {
      ...base,
      state: 'deny',
      resource: chosen.Id ?? null,
      rule: chosen.DomainName ?? null,
      text: `the rule ${chosen.Id} forwards ${chosen.DomainName} to ${list(to, 4)}, so the resolver of ${vpcId} does not answer ${host} itself`,
      cause: 'dns.forwarding-rule',
      ...limitAt({ vpcId, sure }),
    },
    () => [
      {
        text: `Add a rule of type SYSTEM for ${serviceName(context)}, which is more specific, and associate it with ${vpcId}`,
        command: aws(
          context,
          'route53resolver',
          'create-resolver-rule',
          '--creator-request-id',
          `pprobe-${vpcId}`,
          '--rule-type',
          'SYSTEM',
          '--domain-name',
          serviceName(context),
        ),
        docs: DOCS.inboundResolver,
      },
    ],
  );
}

/** `execute-api.us-east-1.amazonaws.com`. */
function serviceName({ evidence }: Context): string {
  return evidence.target.host.replace(/^.*?(?=execute-api\.)/, '');
}

function zoneGate(context: Context, { vpcId, sure }: Place): Gate | null {
  const zones = context.facts.route53?.HostedZoneSummaries;
  if (zones === undefined) return null;
  const { host } = context.evidence.target;
  const base = { gate: 'private-zone', end: 'client', direction: null } as const;
  const [zone] = zones
    .filter(
      ({ Name, Owner }) =>
        Name !== undefined && isAbove(Name, host) && Name !== '.' && Owner?.OwningService === undefined,
    )
    .sort((one, other) => (other.Name ?? '').length - (one.Name ?? '').length);
  if (zone === undefined)
    return {
      ...base,
      state: 'allow',
      resource: null,
      rule: null,
      text: `no private zone of ${vpcId ?? 'the VPC'} has ${host} in it`,
    };
  const answers = hostAnswers(context.evidence).map(({ doc }) => doc);
  const isMissing = answers.some(({ status }) => status === 'nxdomain' || status === 'no-data');
  const isPrivate = answers.some(isPrivateAnswer);
  const id = zone.HostedZoneId ?? null;
  return gateOf(
    {
      ...base,
      state: isMissing ? 'deny' : 'unknown',
      resource: id,
      rule: zone.Name ?? null,
      text: isMissing
        ? `the private zone ${zone.Name} (${id}) has no record for ${host}, and the VPC does not ask further where a zone of its own fits`
        : `not readable: what the private zone ${zone.Name} (${id}) has for ${host}${isPrivate ? '; the answer may be its record, and not the addresses of the endpoint' : ''}`,
      ...(isMissing ? { cause: 'dns.private-zone' } : {}),
      ...limitAt({ vpcId, sure }),
    },
    () => [
      {
        text: isMissing
          ? `Give the zone ${zone.Name} an alias record for ${host} that leads to the endpoint, or remove its association with ${vpcId}`
          : `Read the records of ${zone.Name}`,
        command: ['aws', 'route53', 'list-resource-record-sets', '--hosted-zone-id', id ?? 'ZONE_ID'],
        docs: DOCS.vpcDns,
      },
    ],
  );
}

function endpointGates(context: Context, place: Place): Gate[] {
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
  if (on !== undefined)
    return {
      ...base,
      state: 'allow',
      resource: on.VpcEndpointId ?? null,
      text: `private DNS of ${on.VpcEndpointId} is on`,
    };
  const [first] = own;
  const id = first?.VpcEndpointId ?? null;
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
