import { isVpcResolver, scopeOf } from '../../../net/address/scope.js';
import type { Context } from '../context.js';
import { type End, isInVpc } from '../ends.js';

/** The VPC whose resolver answers this host, and whether that is certain: this host asks it, and its VPC is known. */
export interface Place {
  vpcId: string | null;
  sure: boolean;
}

/** The client's VPC, or else the only one that the facts are about, unless the client is outside its blocks. */
export function vpcOf(context: Context, client: End | null): Place {
  const { facts, evidence } = context;
  const known = client?.vpcId ?? evidence.vantage.ec2?.vpcId ?? facts.client?.vpcId ?? null;
  if (known !== null) return { vpcId: known, sure: asksVpc(context) };
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

export function limitAt({ sure }: Place): { limit?: 'high' } {
  return sure ? {} : { limit: 'high' };
}

/** Whether a domain is the name itself or above it. The root is above every name. */
export function isAbove(domain: string, name: string): boolean {
  const plain = domain.toLowerCase().replace(/\.$/, '');
  return plain === '' || name === plain || name.endsWith(`.${plain}`);
}

/** Whether the resolver of a VPC can have answered: another one does not know its private DNS, whatever the VPC has. */
function asksVpc({ evidence: { vantage }, facts }: Context): boolean {
  const blocks = [
    ...(vantage.ec2?.vpcCidrs ?? []),
    ...(facts.ec2.Vpcs ?? []).flatMap(({ CidrBlock, CidrBlockAssociationSet = [] }) => [
      ...(CidrBlock === undefined ? [] : [CidrBlock]),
      ...CidrBlockAssociationSet.flatMap((each) => each.CidrBlock ?? []),
    ]),
  ];
  // A resolver on this host itself asks others, which are not known here.
  return (
    vantage.nameservers.length === 0 ||
    vantage.nameservers.every((each) => scopeOf(each) === 'loopback' || isVpcResolver(each, blocks))
  );
}
