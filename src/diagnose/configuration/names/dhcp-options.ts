import { list } from '../../../core/text.js';
import type { Gate } from '../../../documents/facts.js';
import { hostAnswers, isPrivateAnswer } from '../../../documents/observed/dns.js';
import { familyOf } from '../../../net/address/address.js';
import { isVpcResolver } from '../../../net/address/scope.js';
import { DOCS } from '../../remedies/docs.js';
import { type Context, gateOf } from '../context.js';
import type { Place } from './place.js';

export function dhcpGate(context: Context, place: Place, others: readonly (Gate | null)[]): Gate | null {
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
