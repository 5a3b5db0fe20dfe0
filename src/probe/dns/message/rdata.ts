import type { Frame, FramedRecord } from './frame.js';
import * as field from './rdata-fields.js';
import {
  type Cursor,
  counted,
  domain,
  type Field,
  hex,
  ipv4,
  ipv6,
  quotedText,
  rest,
  take,
  u8,
  unknownForm,
} from './rdata-fields.js';
import { typeName } from './record-type.js';

/**
 * Converts a record's data to presentation form. Types and versions without a layout are printed as octets, as in RFC 3597
 * section 5: `\# 4 0A000005`. Returns null if the data does not match the layout of its type: it is too short, invalid,
 * or has octets left over. Never throws.
 *
 * The decoders of dns-packet 5.6 are not used: they ignore RDLENGTH (an A record of three octets becomes
 * `1.2.3.undefined`) and decode names as UTF-8, which loses octets.
 */
export function presentRdata(frame: Frame, { type, start, end }: FramedRecord): string | null {
  const { message, names } = frame;
  const layout = layouts.get(typeName(type));
  if (layout === undefined) return asOctets(message.subarray(start, end));
  const cursor: field.Cursor = { message, names, at: start, end };
  const parts: string[] = [];
  for (const read of layout) {
    const part = read(cursor);
    if (part === null) return cursor.hasUnknownForm ? asOctets(message.subarray(start, end)) : null;
    if (part !== '') parts.push(part);
  }
  return cursor.at === end ? parts.join(' ') : null;
}

/** RFC 3597 section 5. */
function asOctets(data: Buffer): string {
  return `\\# ${data.length}${data.length > 0 ? ` ${field.hex(data)}` : ''}`;
}

/** A location (RFC 1876 section 2): degrees, minutes and seconds, then metres. Only version 0 has a presentation form. */
const location: Field = (cursor) => {
  if (cursor.at < cursor.end && cursor.message[cursor.at] !== 0) return unknownForm(cursor);
  const octets = take(cursor, 16);
  if (octets === null) return null;
  const sizes = [...octets.subarray(1, 4)].map(metres);
  if (sizes.includes(null)) return null;
  const latitude = angle(octets.readUInt32BE(4), 90, 'N', 'S');
  const longitude = angle(octets.readUInt32BE(8), 180, 'E', 'W');
  if (latitude === null || longitude === null) return null;
  // In centimetres from a plane 100,000 m below the reference spheroid.
  const altitude = octets.readUInt32BE(12) - 10_000_000;
  const height = `${altitude < 0 ? '-' : ''}${(Math.abs(altitude) / 100).toFixed(2)}m`;
  return [latitude, longitude, height, ...sizes].join(' ');
};

/** An angle from thousandths of a second of arc, offset by 2^31; null if it is over `most` degrees. */
function angle(value: number, most: number, positive: string, negative: string): string | null {
  const offset = value - 0x8000_0000;
  const thousandths = Math.abs(offset);
  if (thousandths > most * 3_600_000) return null;
  const minutes = Math.floor(thousandths / 60_000);
  const seconds = ((thousandths % 60_000) / 1000).toFixed(3);
  return `${Math.floor(minutes / 60)} ${minutes % 60} ${seconds} ${offset < 0 ? negative : positive}`;
}

/** A length from a mantissa and an exponent of four bits each, in centimetres; null if either is over 9. */
function metres(octet: number): string | null {
  const mantissa = octet >> 4;
  const exponent = octet & 15;
  if (mantissa > 9 || exponent > 9) return null;
  const centimetres = mantissa * 10 ** exponent;
  return exponent < 2 ? `${(centimetres / 100).toFixed(2)}m` : `${centimetres / 100}m`;
}

const addressFields: ReadonlyMap<number, { field: Field; octets: number }> = new Map([
  [1, { field: ipv4, octets: 4 }],
  [2, { field: ipv6, octets: 16 }],
]);

/** Address prefixes (RFC 3123 section 4): `1:192.168.32.0/21 !1:192.168.38.0/28`. */
const prefixes: Field = (cursor) => {
  const items: string[] = [];
  while (cursor.at < cursor.end) {
    const head = take(cursor, 4);
    const family = head?.readUInt16BE(0) ?? 0;
    const known = addressFields.get(family);
    const [, , length = 0, flagged = 0] = head ?? [];
    const part = take(cursor, flagged & 0x7f);
    if (head === null || part === null) return null;
    if (known === undefined) return unknownForm(cursor);
    if (part.length > known.octets) return null;
    if (length > known.octets * 8) return null;
    const message = Buffer.concat([part, Buffer.alloc(known.octets - part.length)]);
    const address = known.field({ message, names: cursor.names, at: 0, end: message.length });
    items.push(`${flagged & 0x80 ? '!' : ''}${family}:${address}/${length}`);
  }
  return items.join(' ');
};

/** A host identity (RFC 8005 section 5): algorithm, tag, key and rendezvous servers. */
const hostIdentity: Field = (cursor) => {
  const head = take(cursor, 4);
  if (head === null) return null;
  const tag = take(cursor, head[0] ?? 0);
  const key = take(cursor, head.readUInt16BE(2));
  if (tag === null || key === null) return null;
  const servers: string[] = [];
  while (cursor.at < cursor.end) {
    const server = domain(cursor);
    if (server === null) return null;
    servers.push(server);
  }
  return [String(head[1]), hex(tag), key.toString('base64'), ...servers].join(' ');
};

const gateways: readonly Field[] = [() => '.', ipv4, ipv6, domain];

/** An IPsec key (RFC 4025 section 3): precedence, gateway type, algorithm, gateway, key. */
const ipsecKey: Field = (cursor) => {
  const precedence = u8(cursor);
  const kind = u8(cursor);
  const algorithm = u8(cursor);
  if (precedence === null || kind === null || algorithm === null) return null;
  const readGateway = gateways[Number(kind)];
  if (readGateway === undefined) return unknownForm(cursor);
  const gateway = readGateway(cursor);
  if (gateway === null) return null;
  const key = rest(cursor).toString('base64');
  return [precedence, kind, algorithm, gateway, key].filter((part) => part !== '').join(' ');
};

// RFC 9460 section 14.3.2.
const keyNames = ['mandatory', 'alpn', 'no-default-alpn', 'port', 'ipv4hint', 'ech', 'ipv6hint'];

/** The parameters of SVCB and HTTPS: key-value pairs in strictly increasing order of keys (RFC 9460 section 2.2). */
const serviceParams: Field = (cursor) => {
  const params: string[] = [];
  let last = -1;
  while (cursor.at < cursor.end) {
    const key = take(cursor, 2)?.readUInt16BE() ?? -1;
    const length = take(cursor, 2)?.readUInt16BE();
    if (length === undefined || key <= last) return null;
    const start = cursor.at;
    if (take(cursor, length) === null) return null;
    const value = presentValue(key, { ...cursor, at: start, end: cursor.at });
    if (value === null) return null;
    params.push(value === '' ? keyName(key) : `${keyName(key)}=${value}`);
    last = key;
  }
  return params.join(' ');
};

/** The value of a parameter; null if it violates the rules of its key (RFC 9460 section 7): the record is malformed. */
function presentValue(key: number, value: Cursor): string | null {
  switch (key) {
    case 0:
      return list(value, (cursor) => {
        const mandatory = take(cursor, 2);
        return mandatory && keyName(mandatory.readUInt16BE());
      });
    case 1: {
      const protocols = list(value, protocol);
      return protocols && `"${protocols}"`;
    }
    case 2:
      return value.at === value.end ? '' : null;
    case 3:
      return value.end - value.at === 2 ? String(value.message.readUInt16BE(value.at)) : null;
    case 4:
      return list(value, ipv4);
    case 5:
      return value.message.subarray(value.at, value.end).toString('base64');
    case 6:
      return list(value, ipv6);
    default:
      return value.at === value.end ? '' : quotedText(value.message.subarray(value.at, value.end));
  }
}

/** One protocol of alpn. Commas and backslashes are escaped twice: for the list, and for the quotes around it. */
function protocol(cursor: Cursor): string | null {
  const octets = counted(cursor);
  if (octets === null || octets.length === 0) return null;
  const escaped = octets.toString('latin1').replace(/[,\\]/g, '\\$&');
  return quotedText(Buffer.from(escaped, 'latin1')).slice(1, -1);
}

function list(cursor: Cursor, item: Field): string | null {
  const items: string[] = [];
  do {
    const next = item(cursor);
    if (next === null) return null;
    items.push(next);
  } while (cursor.at < cursor.end);
  return items.join(',');
}

function keyName(key: number): string {
  return keyNames[key] ?? `key${key}`;
}

const relays: readonly Field[] = [() => '.', ipv4, ipv6, domain];

/** A relay of multicast (RFC 8777 section 4.2): precedence, whether discovery is optional, type of relay, relay. */
const multicastRelay: Field = (cursor) => {
  const precedence = u8(cursor);
  const octet = take(cursor, 1)?.[0];
  if (precedence === null || octet === undefined) return null;
  const kind = octet & 0x7f;
  const readRelay = relays[kind];
  if (readRelay === undefined) return unknownForm(cursor);
  const relay = readRelay(cursor);
  return relay === null ? null : [precedence, octet >> 7, kind, relay].join(' ');
};

/** The services of a host (RFC 1035 section 3.4.2): address, protocol, and the ports whose bits are set. */
const services: Field = (cursor) => {
  const address = ipv4(cursor);
  const protocol = u8(cursor);
  if (address === null || protocol === null) return null;
  const ports = [...rest(cursor)].flatMap((octet, index) =>
    [0, 1, 2, 3, 4, 5, 6, 7].flatMap((bit) => (octet & (0x80 >> bit) ? [index * 8 + bit] : [])),
  );
  return [address, protocol, ...ports].join(' ');
};

const keyFields: Field[] = [field.u16, field.u8, field.u8, field.restAsBase64];
const digestFields: Field[] = [field.u16, field.u8, field.u8, field.restAsHex];

// The fields of each type's data, in order. Types without a layout are printed as octets.
/** RRSIG (RFC 4034 section 3.1), and SIG before it, whose data have the same form (RFC 2535 section 4.1). */
const signature = [
  field.type,
  field.u8,
  field.u8,
  field.u32,
  field.time,
  field.time,
  field.u16,
  field.domain,
  field.restAsBase64,
];

const layouts: ReadonlyMap<string, readonly field.Field[]> = new Map<string, field.Field[]>([
  ['A', [field.ipv4]],
  ['NS', [field.domain]],
  ['CNAME', [field.domain]],
  ['SOA', [field.domain, field.domain, field.u32, field.u32, field.u32, field.u32, field.u32]],
  ['PTR', [field.domain]],
  ['MD', [field.domain]],
  ['MF', [field.domain]],
  ['MB', [field.domain]],
  ['MG', [field.domain]],
  ['MR', [field.domain]],
  ['MINFO', [field.domain, field.domain]],
  ['WKS', [services]],
  ['X25', [field.text]],
  ['ISDN', [field.texts]],
  ['RT', [field.u16, field.domain]],
  ['NSAP', [field.prefixedHex]],
  ['NSAP-PTR', [field.domain]],
  ['PX', [field.u16, field.domain, field.domain]],
  ['GPOS', [field.text, field.text, field.text]],
  ['KEY', keyFields],
  ['RKEY', keyFields],
  ['SINK', [field.u8, field.u8, field.u8, field.restAsBase64]],
  ['NINFO', [field.texts]],
  ['TALINK', [field.domain, field.domain]],
  ['NID', [field.u16, field.locator]],
  ['L32', [field.u16, field.ipv4]],
  ['L64', [field.u16, field.locator]],
  ['LP', [field.u16, field.domain]],
  ['AVC', [field.texts]],
  ['RESINFO', [field.texts]],
  ['WALLET', [field.texts]],
  ['DOA', [field.u32, field.u32, field.u8, field.text, field.restAsBase64]],
  ['AMTRELAY', [multicastRelay]],
  ['TA', digestFields],
  ['DLV', digestFields],
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
  ['RRSIG', signature],
  ['SIG', signature],
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
  ['EUI48', [field.hyphenated]],
  ['EUI64', [field.hyphenated]],
  ['URI', [field.u16, field.u16, field.restAsText]],
  ['CAA', [field.u8, field.tag, field.restAsText]],
]);
