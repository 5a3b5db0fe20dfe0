import { familyOf } from '../../address/family.js';
import type { Evidence } from '../observations.js';
import { hostAnswers } from './dns.js';
import { addressesOf, addressOutcomes } from './tcp.js';

/** Addresses that did not come from DNS, and what says so. */
export interface Overridden {
  addresses: string[];
  ref: string;
  by: 'hosts-file' | 'getaddrinfo';
  /** `/etc/hosts`; null where it is not known which file. */
  path: string | null;
  lines: number[];
}

/**
 * Whether programs on this host are told of other addresses than DNS has: by the hosts file, or by whatever else
 * getaddrinfo(3) asks first. Older reports do not tell the source; there, addresses for a name that no resolver was asked
 * about can only be the hosts file's. null where DNS decides, or where it is not known.
 */
export function overridden(evidence: Evidence): Overridden | null {
  const { target, observations } = evidence;
  const { origin, system } = observations;
  if (familyOf(target.host) !== null) return null;
  if (origin?.source === 'hosts-file') {
    return {
      addresses: origin.addresses,
      ref: 'origin',
      by: 'hosts-file',
      path: origin.hostsFile?.path ?? null,
      lines: origin.hostsFile?.lines ?? [],
    };
  }
  const told = hostAnswers(evidence)[0]?.doc.addresses.map(({ address }) => address);
  if (system !== undefined && system.addresses.length > 0 && told !== undefined) {
    return system.addresses.some((address) => told.includes(address))
      ? null
      : { addresses: system.addresses, ref: 'system', by: 'getaddrinfo', path: null, lines: [] };
  }
  const [first] = addressOutcomes(evidence);
  if (origin !== undefined || first === undefined || told !== undefined) return null;
  return {
    addresses: addressesOf(addressOutcomes(evidence)),
    ref: first.ref,
    by: 'hosts-file',
    path: null,
    lines: [],
  };
}
