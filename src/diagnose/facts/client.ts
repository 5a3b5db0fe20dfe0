import { familyOf } from '../../address/family.js';
import type { Evidence } from '../observations.js';

/**
 * The address the target sees of this host, as far as it can be known here: that of a socket or probe sent to it, else
 * the first own address of the family. null when none is known. A NAT on the way may still change it.
 */
export function clientAddress({ observations, vantage }: Evidence, family: 4 | 6 = 4): string | null {
  const used = [
    ...observations.tcp.flatMap(({ attempts }) => attempts.map(({ localAddress }) => localAddress ?? null)),
    ...observations.trace.map(({ source }) => source),
    ...vantage.addresses,
  ];
  return used.find((address) => address !== null && familyOf(address) === family) ?? null;
}

/** One address as a block, for the rules of a security group: `10.0.2.15/32`. */
export function asBlock(address: string): string {
  return `${address}/${familyOf(address) === 6 ? 128 : 32}`;
}
