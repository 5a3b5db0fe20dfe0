import { inRange, parseRange } from '../../address/range.js';
import type { DnsAddress } from '../../probe/dns/types.js';
import { endpointAnswer } from '../facts/dns.js';
import type { Evidence } from '../observations.js';

/** AWS gives a VPC an IPv6 block of this length unless asked otherwise. */
const VPC_IPV6_PREFIX = 56;

/**
 * Whether an address may be that of an endpoint's network interface, as far as the address itself can tell.
 *
 * IPv4: only `private` is. IPv6: `unique-local` is, and of the public ones those that are evidently the VPC's own, because
 * a VPC's IPv6 block is usually globally routable: in the same /56 as this host, or among the addresses of the
 * endpoint's own name. `shared` (100.64/10) can be a VPC's second block; it counts only when the endpoint's own name
 * leads to it too.
 */
export function mayBeEndpoint(address: DnsAddress, evidence: Evidence): boolean {
  switch (address.scope) {
    case 'private':
    case 'unique-local':
      return true;
    case 'shared':
      return namedByEndpoint(address, evidence);
    case 'public':
      return (
        address.family === 6 &&
        (namedByEndpoint(address, evidence) || besideThisHost(address.address, evidence))
      );
    default:
      return false;
  }
}

function namedByEndpoint({ address }: DnsAddress, evidence: Evidence): boolean {
  return endpointAnswer(evidence)?.doc.addresses.some((other) => other.address === address) ?? false;
}

function besideThisHost(address: string, { vantage }: Evidence): boolean {
  const asked = parseRange(address);
  return vantage.addresses.some((own) => {
    const block = own.includes(':') ? parseRange(`${own}/${VPC_IPV6_PREFIX}`) : null;
    return asked !== null && block !== null && inRange(asked, block);
  });
}
