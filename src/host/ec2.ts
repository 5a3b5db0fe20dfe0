import { readText } from '../core/read-text.js';
import { localInterfaces } from '../net/libc/interfaces.js';

/** The manufacturer of this machine, as its firmware says. World-readable. */
const firmwareVendor = '/sys/class/dmi/id/sys_vendor';

/** Reports whether this is an EC2 instance on Nitro; Xen instances have no such file. Never throws. */
export async function isEc2Instance(vendorFile = firmwareVendor): Promise<boolean> {
  const maker = await readText(vendorFile).catch(() => '');
  return maker.startsWith('Amazon EC2');
}

/**
 * The ranges that the VPC of this host can have, judging by its own addresses: /16 to /28. On an EC2 instance, a
 * nameserver at base plus two of one of them is the VPC's resolver.
 */
export function possibleVpcRanges(): string[] {
  const own = Object.values(localInterfaces()).flatMap((addresses) => addresses ?? []);
  const masks = Array.from({ length: 13 }, (_, index) => 16 + index);
  return own
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .flatMap(({ address }) => masks.map((mask) => `${address}/${mask}`));
}
