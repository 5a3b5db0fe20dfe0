import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';

/** Who made this machine, as its firmware says; world readable. */
const firmwareVendor = '/sys/class/dmi/id/sys_vendor';

/** Whether this is an EC2 instance (Nitro; the older Xen ones have no such file). Never throws. */
export async function isEc2Instance(vendorFile = firmwareVendor): Promise<boolean> {
  const maker = await readFile(vendorFile, 'utf8').catch(() => '');
  return maker.startsWith('Amazon EC2');
}

/**
 * Every range that the VPC of this host can have, seen from its own addresses: /16 to /28. What is at base plus two of
 * one of them and a nameserver, is the VPC's resolver. Means something on an EC2 instance only.
 */
export function possibleVpcRanges(): string[] {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const masks = Array.from({ length: 13 }, (_, index) => 16 + index);
  return own
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .flatMap(({ address }) => masks.map((mask) => `${address}/${mask}`));
}
