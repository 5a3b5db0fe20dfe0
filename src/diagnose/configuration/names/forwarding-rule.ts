import { list } from '../../../core/text.js';
import type { Gate, ResolverRuleFacts } from '../../../documents/facts.js';
import { hostAnswers, isPrivateAnswer } from '../../../documents/observed/dns.js';
import type { Advice } from '../../remedies/advice.js';
import { DOCS } from '../../remedies/docs.js';
import { aws, type Context, gateOf, isCut, notRead } from '../context.js';
import { limitAt, type Place } from './place.js';
import { domainLength, type EndpointZone, endpointZone, matchingRule } from './precedence.js';
import { ownZone } from './private-zone.js';

const base = { gate: 'forwarding-rule', end: 'client', direction: null } as const;

/**
 * The gate of the rules that forward queries to other resolvers. A rule decides where no private zone is more specific: it takes
 * the name from the private DNS of an endpoint with the same domain or a longer one, and not with `amazonaws.com` or the root.
 */
export function forwardingGate(context: Context, place: Place): Gate | null {
  const { vpcId, sure } = place;
  const vpc = vpcId ?? 'the VPC';
  const { host } = context.evidence.target;
  const matching = matchingRule(context, place);
  if (matching === null) return null;
  const unknown = (text: string): Gate => ({
    ...base,
    state: 'unknown',
    resource: null,
    rule: null,
    text: `not readable: ${text}`,
  });
  if (matching.kind === 'unknown')
    return unknown(
      matching.why === 'associations'
        ? `which forwarding rules are associated with ${vpc}`
        : matching.why === 'rules'
          ? `a rule that is associated with ${vpc}, and can forward ${host}`
          : `whether the rule of ${vpc} for ${host} forwards it`,
    );
  const cut = (['ListResolverRules', 'ListResolverRuleAssociations'] as const).find((action) =>
    isCut(context.facts, action),
  );
  const chosen = matching.kind === 'rule' ? matching.rule : null;
  const forwards = chosen?.RuleType === 'FORWARD' ? chosen : null;
  if (cut !== undefined && forwards === null)
    return unknown(`whether a rule of ${vpc} forwards ${host}: ${notRead(context.facts, cut)}`);
  if (forwards === null || matching.kind !== 'rule')
    return {
      ...base,
      state: 'allow',
      resource: chosen?.Id ?? null,
      rule: chosen?.DomainName ?? null,
      text: `no rule of ${vpc} forwards ${host}`,
    };
  const zone = endpointZone(context, place);
  const owned = ownZone(context);
  const gate = { ...base, resource: forwards.Id ?? null, rule: forwards.DomainName ?? null };
  const says = `the rule ${forwards.Id} forwards ${forwards.DomainName} to ${targetsOf(forwards)}`;
  if (owned !== null && domainLength(owned.Name) > matching.length)
    return {
      ...gate,
      state: 'allow',
      text: `${says}, and the private zone ${owned.Name}, which is more specific, comes first`,
    };
  if (domainLength(zone.name) > matching.length && zone.exists !== false)
    return besideEndpoint(context, place, zone, { gate, says, rule: forwards });
  return gateOf(
    {
      ...gate,
      state: 'deny',
      text: `${says}, so the resolver of ${vpcId} does not answer ${host} itself`,
      cause: 'dns.forwarding-rule',
      // A rule in the part that was not read can be more specific. Without an endpoint, another change helps as well.
      ...limitAt({ vpcId, sure: sure && cut === undefined && zone.exists === true }),
      ...(matching.settled ? {} : { limit: 'medium' as const }),
    },
    () =>
      zone.exists === true
        ? [disassociate(context, place, forwards), ...systemRule(context, place, host, forwards)]
        : [askTarget(context, forwards)],
  );
}

/** `10.1.0.2 and 10.1.0.3`. */
function targetsOf({ TargetIps = [] }: ResolverRuleFacts): string {
  const addresses = TargetIps.flatMap(({ Ip, Ipv6 }) => Ip ?? Ipv6 ?? []);
  return addresses.length === 0 ? 'another resolver' : list(addresses, 4);
}

/** A rule that is less specific than the zone of an endpoint's private DNS. */
function besideEndpoint(
  context: Context,
  place: Place,
  { name, endpointId, inForce }: EndpointZone,
  { gate, says, rule }: { gate: Omit<Gate, 'state' | 'text'>; says: string; rule: ResolverRuleFacts },
): Gate {
  const first = `${name}, the private DNS of ${endpointId ?? 'an endpoint'}, is more specific and comes first`;
  if (inForce !== true)
    return {
      ...gate,
      state: 'unknown',
      text: `not readable: what ${targetsOf(rule)} answers: ${says}; ${first} only while it is in force${inForce === null ? ', which was not read' : ''}`,
    };
  const answers = hostAnswers(context.evidence).map(({ doc }) => doc);
  const isPrivate = answers.length === 0 || answers.some(isPrivateAnswer);
  if (isPrivate) return { ...gate, state: 'allow', text: `${says}, and ${first}` };
  return gateOf(
    {
      ...gate,
      state: 'unknown',
      text: `not readable: whether the answer is that of ${targetsOf(rule)}: ${says}; ${first}, but the answer is not its`,
      cause: 'dns.forwarding-rule',
      limit: 'medium',
    },
    () => systemRule(context, place, name, rule),
  );
}

function disassociate(context: Context, { vpcId }: Place, { Id, DomainName }: ResolverRuleFacts): Advice {
  return {
    text: `Remove the rule ${Id} for ${DomainName} from ${vpcId}: the private DNS of the endpoint then answers. If the rule is needed for other names, give its domain a further label, or add a rule of type SYSTEM as below`,
    command: aws(
      context,
      'route53resolver',
      'disassociate-resolver-rule',
      ...['--resolver-rule-id', Id ?? 'RULE_ID', '--vpc-id', vpcId ?? 'VPC_ID'],
    ),
    docs: DOCS.resolverRules,
  };
}

/** A rule of type SYSTEM, which lets the VPC answer a domain itself; none where it is not more specific than the other one. */
function systemRule(
  context: Context,
  { vpcId }: Place,
  domain: string,
  { DomainName }: ResolverRuleFacts,
): Advice[] {
  if (domainLength(domain) <= domainLength(DomainName)) return [];
  return [
    {
      text: `Add a rule of type SYSTEM for ${domain}, which is more specific; then associate the rule whose id this prints with ${vpcId} (associate-resolver-rule)`,
      command: aws(
        context,
        'route53resolver',
        'create-resolver-rule',
        ...['--creator-request-id', `pprobe-${vpcId}`, '--rule-type', 'SYSTEM', '--domain-name', domain],
        ...['--query', 'ResolverRule.Id'],
      ),
      docs: DOCS.resolverRules,
    },
  ];
}

/** Without an endpoint of its own, a VPC can use that of another one through the resolver that the rule names. */
function askTarget(context: Context, rule: ResolverRuleFacts): Advice {
  return {
    text: `Let ${targetsOf(rule)} answer ${context.evidence.target.host} with the addresses of an endpoint: it has to be an inbound endpoint of Route 53 Resolver in a VPC that has one, or to forward to such`,
    command: aws(
      context,
      'route53resolver',
      'get-resolver-rule',
      ...['--resolver-rule-id', rule.Id ?? 'RULE_ID'],
    ),
    docs: DOCS.inboundResolver,
  };
}
