import type { Gate } from '../../../documents/facts.js';
import { familyOf } from '../../../net/address/address.js';
import type { Context } from '../context.js';
import type { End } from '../ends.js';
import { aliasGate } from './alias.js';
import { dhcpGate } from './dhcp-options.js';
import { dnsFirewallGate } from './dns-firewall.js';
import { endpointGates } from './endpoint.js';
import { forwardingGate } from './forwarding-rule.js';
import { type Place, vpcOf } from './place.js';
import { zoneAnswer } from './private-zone.js';
import { attributeGates } from './vpc-attributes.js';

/**
 * The gates of a name that only the private DNS of an endpoint answers with the endpoint's addresses, in the order in which a
 * query meets them: the resolver that the client asks, the VPC's attributes, forwarding rules, private zones, the endpoint.
 */
export function nameGates(context: Context, client: End | null): Gate[] {
  const { target } = context.evidence;
  const api = target.privateApi;
  const place = vpcOf(context, client);
  if (api === null || (api.form !== 'default' && api.form !== 'service'))
    return [...filter(context, place), ...(api?.form === 'alias' ? aliasGate(context) : [])];
  const zone = zoneAnswer(context, place);
  const gates = [
    ...attributeGates(context, place),
    forwardingGate(context, place),
    dnsFirewallGate(context, place),
    zone?.gate ?? null,
    ...(zone?.isOwn === true ? [] : endpointGates(context, place)),
  ];
  return [dhcpGate(context, place, gates), ...gates].filter((gate) => gate !== null);
}

/**
 * DNS Firewall in front of a name that is not in the private DNS of an endpoint. Only what it blocks is told: a name that it
 * lets pass can be missing for reasons that the facts do not have.
 */
function filter(context: Context, place: Place): Gate[] {
  if (familyOf(context.evidence.target.host) !== null) return [];
  const gate = dnsFirewallGate(context, place);
  return gate === null || gate.state === 'allow' ? [] : [gate];
}
