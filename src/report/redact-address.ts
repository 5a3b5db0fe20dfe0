import { canonicalAddress } from '../address/canonical.js';
import { familyOf } from '../address/family.js';
import { type AddressScope, scopeOf } from '../address/scope.js';
import { vpcResolverIPv4, vpcResolverIPv6 } from '../address/well-known.js';
import { addressToBytes } from '../packet/address-bytes.js';

/**
 * Where masks lie, by scope, so that a masked report is judged as the original was. Public ones are in the blocks of
 * benchmarks, which nobody uses (RFC 2544, RFC 5180), multicast in that of RFC 5771 section 9.2.
 */
const IPV4: Readonly<Partial<Record<AddressScope, readonly string[]>>> = {
  public: ['198.18', '198.19'],
  private: ['10.200', '10.201'],
  shared: ['100.127', '100.126'],
  'link-local': ['169.254'],
  documentation: ['203.0.113', '198.51.100', '192.0.2'],
  multicast: ['233.252'],
};

const IPV6: Readonly<Partial<Record<AddressScope, string>>> = {
  public: '2001:2:0',
  'unique-local': 'fdff:0:0',
  'link-local': 'fe80:0:0',
  documentation: '2001:db8:ffff',
  multicast: 'ff3e:0:0',
};

/** An address that is the same on every host is no secret: loopback, and the VPC's resolver by its fixed address. */
export function isEverywhere(address: string): boolean {
  const plain = canonicalAddress(address);
  const scope = scopeOf(plain);
  const own = plain === vpcResolverIPv4 || plain === vpcResolverIPv6;
  return own || scope === 'loopback' || scope === 'unspecified';
}

/**
 * The `n`th candidate for the mask of `address`, counted from 1: same family and scope, in the `subnet`th masked subnet for
 * as long as that has room. Canonical, with the zone, which names an interface, replaced.
 */
export function maskedAddress(address: string, subnet: number, n: number): string {
  const plain = canonicalAddress(address);
  const scope = scopeOf(plain);
  if (familyOf(plain) === 4) return maskedIPv4(scope, subnet, n);
  const block = IPV6[scope];
  // An IPv6 address that carries an IPv4 one (RFC 6052) has the scope of that one.
  if (block === undefined) return canonicalAddress(`64:ff9b::${maskedIPv4(scope, subnet, n)}`);
  const mask = canonicalAddress(`${block}:${subnet.toString(16)}::${n.toString(16)}`);
  return plain.includes('%') ? `${mask}%if` : mask;
}

function maskedIPv4(scope: AddressScope, subnet: number, n: number): string {
  const blocks = IPV4[scope] ?? [];
  const more = Math.floor(n / 256);
  const third = (subnet + more) % 256;
  const block = blocks[more % blocks.length] ?? '198.18';
  return block.split('.').length === 3 ? `${block}.${n % 256}` : `${block}.${third}.${n % 256}`;
}

/** What addresses of one subnet have in common: /24, as VPC subnets mostly are, and /64. In hexadecimal digits. */
export function subnetOf(address: string): string {
  const octets = Buffer.from(addressToBytes(canonicalAddress(address)));
  return octets.toString('hex', 0, octets.length === 4 ? 3 : 8);
}
