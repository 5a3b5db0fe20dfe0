import { type AddressPair, addresses, names } from './facts.js';
import type { ZoneRecord } from './resolver/zone.js';

/**
 * The two views of the lab's names in Route 53: inside a VPC whose endpoint has private DNS, and everywhere else. They differ
 * only in the addresses of `*.execute-api.{region}`.
 */

const ttl = 60;
const { eniA, eniB } = addresses;

function hosts(name: string, ...pairs: AddressPair[]): ZoneRecord[] {
  return [
    ...pairs.map(({ ipv4 }): ZoneRecord => ({ name, type: 'A', ttl, data: ipv4 })),
    ...pairs.map(({ ipv6 }): ZoneRecord => ({ name, type: 'AAAA', ttl, data: ipv6 })),
  ];
}

function cname(name: string, target: string): ZoneRecord {
  return { name, type: 'CNAME', ttl, data: target };
}

/** The PTR record of an IPv4 address (RFC 1035 section 3.5). */
function pointer(address: string, target: string): ZoneRecord {
  const name = `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  return { name, type: 'PTR', ttl, data: target };
}

function instanceName(address: string): string {
  return `ip-${address.replaceAll('.', '-')}.ec2.internal`;
}

/** An endpoint's own names and the alias resolve to its private addresses from every network. */
const everywhere: ZoneRecord[] = [
  ...hosts(names.vpce, eniA, eniB),
  ...hosts(names.zoneA, eniA),
  ...hosts(names.zoneB, eniB),
  ...hosts(names.alias, eniA, eniB),
  ...hosts(names.public, addresses.public),
  ...Array.from(
    { length: 12 },
    (_, index): ZoneRecord => ({
      name: names.large,
      type: 'TXT',
      ttl,
      data: String(index).padStart(250, '0'),
    }),
  ),
  pointer(addresses.r1.ipv4, 'r1.transit.example.net'),
  pointer(addresses.r2.ipv4, 'r2.transit.example.net'),
  pointer(addresses.r3.ipv4, 'r3.transit.example.net'),
  pointer(addresses.public.ipv4, names.public),
];

const insideVpc: ZoneRecord[] = [addresses.client, eniA, eniB].flatMap(({ ipv4 }) => [
  { name: instanceName(ipv4), type: 'A', ttl, data: ipv4 },
  pointer(ipv4, instanceName(ipv4)),
]);

/** Without an endpoint for the API's name: the name does not exist. */
export const zoneWithoutApi: ZoneRecord[] = [...everywhere, ...insideVpc];

/** Private DNS on: a wildcard alias to the service's name, which has one address for each of the endpoint's interfaces. */
export const privateZone: ZoneRecord[] = [
  ...zoneWithoutApi,
  cname(`*.${names.service}`, names.service),
  ...hosts(names.service, eniA, eniB),
];

/** The view outside the VPC: the API's name resolves to API Gateway's public front end. */
export const publicZone: ZoneRecord[] = [
  ...everywhere,
  cname(`*.${names.service}`, names.service),
  ...hosts(names.service, addresses.public),
];

/** The VPC's view when its endpoint's private DNS is off. */
export const privateDnsOffZone: ZoneRecord[] = [...publicZone, ...insideVpc];
