import type { Gate } from '../../../documents/facts.js';
import type { Context } from '../context.js';
import type { End } from '../ends.js';
import { aliasGate } from './alias.js';
import { dhcpGate } from './dhcp-options.js';
import { dnsFirewallGate } from './dns-firewall.js';
import { endpointGates } from './endpoint.js';
import { forwardingGate } from './forwarding-rule.js';
import { vpcOf } from './place.js';
import { zoneAnswer } from './private-zone.js';
import { attributeGates } from './vpc-attributes.js';

/**
 * The gates of a name that only the private DNS of an endpoint answers with the endpoint's addresses, in the order in which a
 * query meets them: the resolver that the client asks, the VPC's attributes, forwarding rules, private zones, the endpoint.
 */
export function nameGates(context: Context, client: End | null): Gate[] {
  const { target } = context.evidence;
  const api = target.privateApi;
  if (api?.form === 'alias') return aliasGate(context);
  if (api === null || (api.form !== 'default' && api.form !== 'service')) return [];
  const place = vpcOf(context, client);
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
