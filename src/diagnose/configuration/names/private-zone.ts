import type { Gate } from '../../../documents/facts.js';
import { hostAnswers, isPrivateAnswer } from '../../../documents/observed/dns.js';
import { DOCS } from '../../remedies/docs.js';
import { type Context, gateOf } from '../context.js';
import { isAbove, limitAt, type Place } from './place.js';

export function zoneGate(context: Context, { vpcId, sure }: Place): Gate | null {
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
