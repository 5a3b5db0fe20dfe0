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

const optionCode = 15;

/**
 * The extended errors among the options of an OPT record (RFC 8914 section 2), in order. The codec knows the option by
 * number only. Options must have been walked already: frameMessage refuses those that reach past the record.
 */
export function readExtendedErrors(options: Buffer): ExtendedDnsError[] {
  const errors: ExtendedDnsError[] = [];
  for (let at = 0; at + 4 <= options.length; ) {
    const end = at + 4 + options.readUInt16BE(at + 2);
    if (options.readUInt16BE(at) === optionCode && end >= at + 6) {
      const code = options.readUInt16BE(at + 4);
      errors.push({ code, text: describe(code, extraText(options.subarray(at + 6, end))) });
    }
    at = end;
  }
  return errors;
}

/** Some servers end the text with a null; a receiver is to expect that. */
function extraText(octets: Buffer): string {
  return octets.toString('utf8').replace(/\0+$/, '');
}

function describe(code: number, extra: string): string {
  return [names[code], extra].filter((part) => part).join(': ');
}
