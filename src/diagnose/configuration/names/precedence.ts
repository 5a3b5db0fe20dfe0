import type { ResolverRuleFacts } from '../../../documents/facts.js';
import { type Context, isCut, isPartial } from '../context.js';
import { apiEndpoints } from '../ends.js';
import { isAbove, type Place } from './place.js';

/**
 * Who answers a name in a VPC. Of the rules and private zones whose domain is the name or above it, the most specific one
 * decides, and of a rule and a zone with one domain the rule (Route 53 developer guide, "How VPC Resolver determines whether the
 * domain name in a query matches any rules" and "Domain names that VPC Resolver creates autodefined system rules for"). The
 * private DNS of an endpoint is such a zone, which AWS associates with the VPC (EC2 API reference, CreateVpcEndpoint).
 */

/** The rule that matches a name, as far as it was read. `why`: what keeps it from being known. */
export type MatchingRule =
  | { kind: 'none' }
  | { kind: 'rule'; rule: ResolverRuleFacts; length: number; settled: boolean }
  | { kind: 'unknown'; why: 'associations' | 'rules' | 'type' };

/** The most specific rule of a VPC for the target's name; null where no rules were read. */
export function matchingRule(context: Context, { vpcId }: Place): MatchingRule | null {
  const { ResolverRules: rules, ResolverRuleAssociations: associations } =
    context.facts.route53resolver ?? {};
  if (rules === undefined) return null;
  const { host } = context.evidence.target;
  // A rule that delegates is chosen by the records of a zone, and the recursive one is for what nothing else matches.
  const above = rules.filter(
    ({ DomainName, RuleType }) =>
      DomainName !== undefined &&
      isAbove(DomainName, host) &&
      !/^(?:RECURSIVE|DELEGATE)$/.test(RuleType ?? ''),
  );
  if (associations === undefined || vpcId === null)
    return above.some(({ RuleType }) => RuleType !== 'SYSTEM')
      ? { kind: 'unknown', why: 'associations' }
      : { kind: 'none' };
  const own = associations.filter(
    ({ VPCId, Status }) => VPCId === vpcId && !/^(?:FAILED|OVERRIDDEN)$/.test(Status ?? ''),
  );
  const [chosen] = above
    .filter(({ Id }) => own.some(({ ResolverRuleId }) => ResolverRuleId === Id))
    .sort((one, other) => domainLength(other.DomainName) - domainLength(one.DomainName));
  const isUnlisted = own.some(
    ({ ResolverRuleId: id = '' }) =>
      !id.startsWith('rslvr-autodefined') && !rules.some(({ Id }) => Id === id),
  );
  if (isUnlisted && !isCut(context.facts, 'ListResolverRules')) return { kind: 'unknown', why: 'rules' };
  if (chosen === undefined) return { kind: 'none' };
  if (chosen.RuleType === undefined) return { kind: 'unknown', why: 'type' };
  const status = own.find(({ ResolverRuleId }) => ResolverRuleId === chosen.Id)?.Status ?? 'COMPLETE';
  return {
    kind: 'rule',
    rule: chosen,
    length: domainLength(chosen.DomainName),
    settled: status === 'COMPLETE',
  };
}

/** Whether the matching rule forwards what a private zone with a name of this length would answer. */
export function forwardsBefore(rule: MatchingRule | null, length: number): boolean {
  return rule?.kind === 'rule' && rule.rule.RuleType === 'FORWARD' && rule.length >= length;
}

/** The zone of private DNS for API Gateway. */
export interface EndpointZone {
  /** `execute-api.us-east-1.amazonaws.com`. */
  name: string;
  /** The endpoint that has private DNS, or else the first one of the VPC. */
  endpointId: string | null;
  /** Whether the VPC has an endpoint for API Gateway; null where that was not read. */
  exists: boolean | null;
  /** Whether its private DNS is in force. */
  inForce: boolean | null;
}

export function endpointZone(context: Context, { vpcId }: Place): EndpointZone {
  const { facts } = context;
  const name = serviceName(context);
  const all = apiEndpoints(facts);
  const { enableDnsSupport, enableDnsHostnames } = facts.ec2.VpcAttributes?.[vpcId ?? ''] ?? {};
  const isOff = enableDnsSupport === false || enableDnsHostnames === false;
  const areOn = enableDnsSupport === true && enableDnsHostnames === true;
  // Route 53 lists the zone, as one of a service of AWS, where private DNS is on.
  const isListed = facts.route53?.HostedZoneSummaries?.some(
    ({ Name = '', Owner }) => Owner?.OwningService !== undefined && Name.replace(/\.$/, '') === name,
  );
  if (all === null || vpcId === null)
    return { name, endpointId: null, exists: null, inForce: isOff ? false : isListed && areOn ? true : null };
  const own = all.filter(
    ({ VpcId, State }) => (VpcId === undefined || VpcId === vpcId) && !/^delet/i.test(State ?? ''),
  );
  const isWhole = !isPartial(facts, 'DescribeVpcEndpoints');
  const on = own.find(
    ({ State = '', PrivateDnsEnabled, DnsOptions }) =>
      PrivateDnsEnabled === true &&
      State.toLowerCase() === 'available' &&
      DnsOptions?.PrivateDnsOnlyForInboundResolverEndpoint !== true,
  );
  const isPossible = own.some(
    ({ State, PrivateDnsEnabled }) => State === undefined || PrivateDnsEnabled === undefined,
  );
  const inForce =
    isOff || (on === undefined && isWhole && !isPossible) ? false : on !== undefined && areOn ? true : null;
  return {
    name,
    endpointId: (on ?? own[0])?.VpcEndpointId ?? null,
    exists: own.length > 0 ? true : isWhole ? false : null,
    inForce,
  };
}

/** How specific a domain is: its length without the dot at its end. */
export function domainLength(domain: string | undefined): number {
  return (domain ?? '').replace(/\.$/, '').length;
}

/** `execute-api.us-east-1.amazonaws.com`. */
export function serviceName({ evidence }: Context): string {
  return evidence.target.host.replace(/^.*?(?=execute-api\.)/, '');
}
