import { list } from '../../../core/text.js';
import type { Gate, HostedZoneFacts, RecordSetFacts } from '../../../documents/facts.js';
import { hostAnswers, isPrivateAnswer } from '../../../documents/observed/dns.js';
import { addressesOfInterface } from '../../../documents/observed/interfaces.js';
import { DOCS } from '../../remedies/docs.js';
import { type Context, gateOf, isCut, notRead } from '../context.js';
import { apiEndpoints } from '../ends.js';
import { isAbove, limitAt, type Place } from './place.js';
import { domainLength, type EndpointZone, endpointZone, forwardsBefore, matchingRule } from './precedence.js';

const base = { gate: 'private-zone', end: 'client', direction: null } as const;

/**
 * The gate of the private zones that a VPC uses. The most specific zone that has the name answers it alone: what it has no
 * record for does not exist, and no other zone is asked. `isOwn`: a zone of the VPC's owner answers the name with the
 * endpoint, so that private DNS need not.
 */
export function zoneAnswer(context: Context, place: Place): { gate: Gate; isOwn: boolean } | null {
  const zones = context.facts.route53?.HostedZoneSummaries;
  if (zones === undefined) return null;
  const { host } = context.evidence.target;
  // A zone in the part that was not read can be more specific.
  if (isCut(context.facts, 'ListHostedZonesByVPC'))
    return {
      isOwn: false,
      gate: {
        ...base,
        state: 'unknown',
        resource: null,
        rule: null,
        text: `not readable: whether a private zone of ${place.vpcId ?? 'the VPC'} answers ${host}: ${notRead(context.facts, 'ListHostedZonesByVPC')}`,
      },
    };
  const zone = mostSpecific(context);
  if (zone === undefined || isOfService(zone))
    return {
      isOwn: false,
      gate: {
        ...base,
        state: 'allow',
        resource: zone?.HostedZoneId ?? null,
        rule: zone?.Name ?? null,
        text: `no private zone of the owner of ${place.vpcId ?? 'the VPC'} answers ${host}`,
      },
    };
  // A rule that forwards the name comes first, and says so.
  const length = domainLength(zone.Name);
  if (forwardsBefore(matchingRule(context, place), length)) return null;
  const own = endpointZone(context, place);
  if (domainLength(own.name) > length && own.inForce !== false) return besideEndpoint(zone, own);
  const records = isCut(context.facts, 'ListResourceRecordSets')
    ? null
    : recordsOf(context.facts.route53?.ResourceRecordSets, zone, host);
  const gate = records === null ? unread(context, place, zone) : judged(context, place, zone, records);
  return { gate, isOwn: gate.state === 'allow' };
}

function mostSpecific({ facts, evidence }: Context): HostedZoneFacts | undefined {
  const [zone] = (facts.route53?.HostedZoneSummaries ?? [])
    .filter(({ Name }) => Name !== undefined && Name !== '.' && isAbove(Name, evidence.target.host))
    // Of zones with one name, the one that AWS made for the endpoint is there only where private DNS is on.
    .sort((one, other) => domainLength(other.Name) - domainLength(one.Name));
  return zone;
}

/** A zone that AWS made, as for the private DNS of an endpoint. */
function isOfService({ Owner }: HostedZoneFacts): boolean {
  return Owner?.OwningService !== undefined;
}

/** The private zone of the VPC's owner that is the most specific one for the target's name; null where there is none. */
export function ownZone(context: Context): HostedZoneFacts | null {
  const zone = mostSpecific(context);
  return zone === undefined || isOfService(zone) ? null : zone;
}

/** A zone that is less specific than the private DNS of an endpoint, which then answers. */
function besideEndpoint(zone: HostedZoneFacts, { name, endpointId, inForce }: EndpointZone) {
  const gate = { ...base, resource: zone.HostedZoneId ?? null, rule: zone.Name ?? null };
  const first = `${name}, the private DNS of ${endpointId ?? 'an endpoint'}, is more specific`;
  return {
    isOwn: false,
    gate:
      inForce === true
        ? ({
            ...gate,
            state: 'allow',
            text: `the private zone ${zone.Name} (${zone.HostedZoneId}) does not decide: ${first}`,
          } as const)
        : ({
            ...gate,
            state: 'unknown',
            text: `not readable: whether the private zone ${zone.Name} (${zone.HostedZoneId}) decides: ${first}, if it is in force`,
          } as const),
  };
}

/** The records of a name in a zone, also those of a wildcard; null where the records of the zone were not read. */
function recordsOf(
  all: readonly RecordSetFacts[] | undefined,
  zone: HostedZoneFacts,
  host: string,
): RecordSetFacts[] | null {
  const plain = (name: string): string =>
    name
      .toLowerCase()
      .replace(/\.$/, '')
      .replace(/^\\052/, '*');
  const apex = plain(zone.Name ?? '');
  if (all?.some(({ Name = '', Type }) => plain(Name) === apex && (Type === 'SOA' || Type === 'NS')) !== true)
    return null;
  const named = all.filter(({ Name = '' }) => plain(Name) === host);
  const wild = all.filter(({ Name = '' }) => {
    const name = plain(Name);
    return name.startsWith('*.') && host.endsWith(name.slice(1)) && isAbove(apex, name.slice(2));
  });
  return (named.length > 0 ? named : wild).filter(({ Type = '' }) => ['A', 'AAAA', 'CNAME'].includes(Type));
}

/** What the records of the zone say: none, an alias, or addresses that are the endpoint's or not. */
function judged(
  context: Context,
  place: Place,
  zone: HostedZoneFacts,
  records: readonly RecordSetFacts[],
): Gate {
  const { host } = context.evidence.target;
  const name = `the private zone ${zone.Name} (${zone.HostedZoneId})`;
  const gate = { ...base, resource: zone.HostedZoneId ?? null, rule: zone.Name ?? null };
  const denies = (text: string): Gate =>
    gateOf({ ...gate, state: 'deny', text, cause: 'dns.private-zone', ...limitAt(place) }, () => [
      changeRecord(context, place, zone),
    ]);
  if (records.length === 0)
    return denies(
      `${name} has no record for ${host}, and the VPC does not ask further where a zone of its own fits`,
    );
  const addresses = records.flatMap(({ ResourceRecords = [] }) =>
    ResourceRecords.flatMap(({ Value }) => Value ?? []),
  );
  const own = endpointAddresses(context, place);
  const strange = addresses.filter((each) => own?.includes(each) === false && /^[\d.]+$|:/.test(each));
  if (strange.length > 0)
    return denies(
      `${name} has ${list(strange, 4)} for ${host}, which the endpoint does not have: it has ${list(own ?? [], 4)}`,
    );
  const isAlias = records.some(({ AliasTarget }) => AliasTarget !== undefined);
  const isKnown = isAlias || (own !== null && addresses.length > 0);
  return {
    ...gate,
    state: isKnown ? 'allow' : 'unknown',
    text: isKnown
      ? `${name} has ${isAlias ? 'an alias record' : list(addresses, 4)} for ${host}`
      : `not readable: whether ${list(addresses, 4)}, which ${name} has for ${host}, leads to the endpoint`,
  };
}

/** The addresses of the endpoints of the VPC; null where those of one are not known. */
function endpointAddresses({ facts }: Context, { vpcId }: Place): string[] | null {
  const endpoints = (apiEndpoints(facts) ?? []).filter(({ VpcId }) => VpcId === vpcId);
  const ids = endpoints.flatMap(({ NetworkInterfaceIds = [] }) => NetworkInterfaceIds);
  const interfaces = (facts.ec2.NetworkInterfaces ?? []).filter(
    ({ NetworkInterfaceId: id }) => id !== undefined && ids.includes(id),
  );
  return ids.length === 0 || interfaces.length < ids.length ? null : interfaces.flatMap(addressesOfInterface);
}

/** Only the answers tell what a zone has whose records were not read. */
function unread(context: Context, place: Place, zone: HostedZoneFacts): Gate {
  const { host } = context.evidence.target;
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
        ? `the private zone ${zone.Name} (${id}) has no record for ${host}, as the answer shows, and the VPC does not ask further where a zone of its own fits`
        : `not readable: what the private zone ${zone.Name} (${id}) has for ${host}${isPrivate ? '; the answer may be its record, and not the addresses of the endpoint' : ''}`,
      // The records were not read: a filter or another resolver can have given the answer.
      ...(isMissing ? { cause: 'dns.private-zone', limit: 'high' as const } : {}),
    },
    () => [
      isMissing
        ? changeRecord(context, place, zone)
        : { ...changeRecord(context, place, zone), text: `Read the records of ${zone.Name}` },
    ],
  );
}

function changeRecord({ evidence }: Context, { vpcId }: Place, zone: HostedZoneFacts) {
  return {
    text: `Give the zone ${zone.Name} an alias record for ${evidence.target.host} that leads to the endpoint, or remove its association with ${vpcId}`,
    command: [
      'aws',
      'route53',
      'list-resource-record-sets',
      '--hosted-zone-id',
      zone.HostedZoneId ?? 'ZONE_ID',
    ],
    docs: DOCS.vpcDns,
  };
}
