import type { Frame, FramedRecord } from './frame.js';
import * as field from './rdata-fields.js';
import { hostIdentity, ipsecKey, location, prefixes } from './rdata-rare.js';
import { typeName } from './record-type.js';
import { serviceParams } from './service-params.js';

// What each type's data is made of, in order. Named types only; any other is shown as octets.
const layouts: ReadonlyMap<string, readonly field.Field[]> = new Map<string, field.Field[]>([
  ['A', [field.ipv4]],
  ['NS', [field.domain]],
  ['CNAME', [field.domain]],
  ['SOA', [field.domain, field.domain, field.u32, field.u32, field.u32, field.u32, field.u32]],
  ['PTR', [field.domain]],
  ['HINFO', [field.text, field.text]],
  ['MX', [field.u16, field.domain]],
  ['TXT', [field.texts]],
  ['RP', [field.domain, field.domain]],
  ['AFSDB', [field.u16, field.domain]],
  ['AAAA', [field.ipv6]],
  ['LOC', [location]],
  ['SRV', [field.u16, field.u16, field.u16, field.domain]],
  ['NAPTR', [field.u16, field.u16, field.text, field.text, field.text, field.domain]],
  ['KX', [field.u16, field.domain]],
  ['CERT', [field.certificateType, field.u16, field.algorithm, field.restAsBase64]],
  ['DNAME', [field.domain]],
  ['APL', [prefixes]],
  ['DS', [field.u16, field.u8, field.u8, field.restAsHex]],
  ['SSHFP', [field.u8, field.u8, field.restAsHex]],
  [
    'RRSIG',
    [
      field.type,
      field.u8,
      field.u8,
      field.u32,
      field.time,
      field.time,
      field.u16,
      field.domain,
      field.restAsBase64,
    ],
  ],
  ['NSEC', [field.domain, field.types]],
  ['DNSKEY', [field.u16, field.u8, field.u8, field.restAsBase64]],
  ['IPSECKEY', [ipsecKey]],
  ['DHCID', [field.restAsBase64]],
  ['NSEC3', [field.u8, field.u8, field.u16, field.salt, field.hashed, field.types]],
  ['NSEC3PARAM', [field.u8, field.u8, field.u16, field.salt]],
  ['TLSA', [field.u8, field.u8, field.u8, field.restAsHex]],
  ['SMIMEA', [field.u8, field.u8, field.u8, field.restAsHex]],
  ['HIP', [hostIdentity]],
  ['CDS', [field.u16, field.u8, field.u8, field.restAsHex]],
  ['CDNSKEY', [field.u16, field.u8, field.u8, field.restAsBase64]],
  ['OPENPGPKEY', [field.restAsBase64]],
  ['CSYNC', [field.u32, field.u16, field.types]],
  ['ZONEMD', [field.u32, field.u8, field.u8, field.restAsHex]],
  ['SVCB', [field.u16, field.domain, serviceParams]],
  ['HTTPS', [field.u16, field.domain, serviceParams]],
  ['SPF', [field.texts]],
  ['EUI48', [field.hyphened]],
  ['EUI64', [field.hyphened]],
  ['URI', [field.u16, field.u16, field.restAsText]],
  ['CAA', [field.u8, field.tag, field.restAsText]],
]);

/**
 * A record's data in presentation form, read where the frame says that it lies. What we know no layout of, a type or a
 * later version of it, is shown as RFC 3597 section 5 says, `\# 4 0A000005`. null when the data is not what its type is
 * made of: too short, or with octets left over. Never throws.
 *
 * The layouts are ours because the codec's decoders ignore RDLENGTH and turn names into lossy UTF-8 (dns-packet 5.6:
 * an A record of three octets reads `1.2.3.undefined`).
 */
export function presentRdata(frame: Frame, { type, start, end }: FramedRecord): string | null {
  const { message, names } = frame;
  const layout = layouts.get(typeName(type));
  if (layout === undefined) return asOctets(message.subarray(start, end));
  const cursor: field.Cursor = { message, names, at: start, end };
  const parts: string[] = [];
  for (const read of layout) {
    const part = read(cursor);
    if (part === null) return cursor.hasOtherForm ? asOctets(message.subarray(start, end)) : null;
    if (part !== '') parts.push(part);
  }
  return cursor.at === end ? parts.join(' ') : null;
}

/** RFC 3597 section 5. */
function asOctets(data: Buffer): string {
  return `\\# ${data.length}${data.length > 0 ? ` ${field.hex(data)}` : ''}`;
}
