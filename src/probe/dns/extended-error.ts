import { type EdnsOption, optionCode } from './edns.js';
import type { ExtendedDnsError } from './types.js';

// IANA's registry of RFC 8914, codes 0 to 30.
const names = [
  'Other Error',
  'Unsupported DNSKEY Algorithm',
  'Unsupported DS Digest Type',
  'Stale Answer',
  'Forged Answer',
  'DNSSEC Indeterminate',
  'DNSSEC Bogus',
  'Signature Expired',
  'Signature Not Yet Valid',
  'DNSKEY Missing',
  'RRSIGs Missing',
  'No Zone Key Bit Set',
  'NSEC Missing',
  'Cached Error',
  'Not Ready',
  'Blocked',
  'Censored',
  'Filtered',
  'Prohibited',
  'Stale NXDOMAIN Answer',
  'Not Authoritative',
  'Not Supported',
  'No Reachable Authority',
  'Network Error',
  'Invalid Data',
  'Signature Expired before Valid',
  'Too Early',
  'Unsupported NSEC3 Iterations Value',
  'Unable to conform to policy',
  'Synthesized',
  'Invalid Query Type',
];

/** The extended errors among the options of an OPT record (RFC 8914 section 2), in order. */
export function readExtendedErrors(options: readonly EdnsOption[]): ExtendedDnsError[] {
  return options.flatMap(({ code: option, data }) => {
    if (option !== optionCode.EDE || data.length < 2) return [];
    const code = data.readUInt16BE();
    return [{ code, text: describe(code, extraText(data.subarray(2))) }];
  });
}

/** Some servers end the text with a null; a receiver is to expect that. */
function extraText(octets: Buffer): string {
  return octets.toString('utf8').replace(/\0+$/, '');
}

function describe(code: number, extra: string): string {
  return [names[code], extra].filter((part) => part).join(': ');
}
