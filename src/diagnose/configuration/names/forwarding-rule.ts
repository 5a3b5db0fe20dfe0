import { list } from '../../../core/text.js';
import type { Gate } from '../../../documents/facts.js';
import { DOCS } from '../../remedies/docs.js';
import { aws, type Context, gateOf, isCut, notRead } from '../context.js';
import { isAbove, limitAt, type Place } from './place.js';

export function forwardingGate(context: Context, { vpcId, sure }: Place): Gate | null {
  const { ResolverRules: rules, ResolverRuleAssociations: associations } =
    context.facts.route53resolver ?? {};
  if (rules === undefined) return null;
  const { host } = context.evidence.target;
  const base = { gate: 'forwarding-rule', end: 'client', direction: null } as const;
  const cut = (['ListResolverRules', 'ListResolverRuleAssociations'] as const).find((action) =>
    isCut(context.facts, action),
  );
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
  const isForwarded = chosen?.RuleType === 'FORWARD';
  if (cut !== undefined && !isForwarded)
    return {
      ...base,
      state: 'unknown',
      resource: null,
      rule: null,
      text: `not readable: whether a rule of ${vpcId ?? 'the VPC'} forwards ${host}: ${notRead(context.facts, cut)}`,
    };
  if (chosen === undefined || !isForwarded)
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
      // A rule in the part that was not read can be more specific.
      ...limitAt({ vpcId, sure: sure && cut === undefined }),
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
