import { formatOctets, mappedIPv4 } from '../../../net/address/octets.js';
import { escapedOctet } from '../../../target/dns-name.js';
import { typeName } from './record-type.js';
import type { NameReader } from './wire-name.js';

/** The position in a record's data: from `at` to `end`, exclusive. */
export interface Cursor {
  readonly message: Buffer;
  /** Reads from the whole message: names in data may be compressed. */
  readonly names: NameReader;
  at: number;
  readonly end: number;
  /** Set by a field whose version or kind has no presentation form. */
  hasUnknownForm?: boolean;
}

/** Reads one field, moves the cursor past it and returns its presentation form; null if the data is invalid. */
export type Field = (cursor: Cursor) => string | null;

export const u8: Field = (cursor) => unsigned(cursor, 1);
export const u16: Field = (cursor) => unsigned(cursor, 2);
export const u32: Field = (cursor) => unsigned(cursor, 4);

export const ipv4: Field = (cursor) => {
  const { message, at, end } = cursor;
  if (at + 4 > end) return null;
  cursor.at += 4;
  return `${message[at]}.${message[at + 1]}.${message[at + 2]}.${message[at + 3]}`;
};

export const ipv6: Field = (cursor) => {
  const octets = take(cursor, 16);
  if (octets === null) return null;
  const mapped = mappedIPv4(octets);
  return mapped === null ? formatOctets(octets) : `::ffff:${formatOctets(mapped)}`;
};

/** A domain name, compressed or not. */
export const domain: Field = (cursor) => {
  const name = cursor.names.read(cursor.at, cursor.end);
  if (!name.ok) return null;
  cursor.at = name.next;
  return name.name;
};

/** A character-string: a length octet and its octets, quoted (RFC 1035 section 5.1). */
export const text: Field = (cursor) => {
  const octets = counted(cursor);
  return octets && quotedText(octets);
};

/** One or more character-strings, up to the end. */
export const texts: Field = (cursor) => {
  const parts: string[] = [];
  do {
    const part = text(cursor);
    if (part === null) return null;
    parts.push(part);
  } while (cursor.at < cursor.end);
  return parts.join(' ');
};

/** The rest of the data, quoted: the value of CAA and URI. */
export const restAsText: Field = (cursor) => quotedText(rest(cursor));

/** The property tag of CAA: letters and digits (RFC 8659 section 4.1). */
export const tag: Field = (cursor) => {
  const label = counted(cursor)?.toString('latin1');
  return label !== undefined && /^[0-9a-z]+$/i.test(label) ? label : null;
};

export const restAsHex: Field = (cursor) => hex(rest(cursor));

/** Octets as `0x4700…`: a network address of OSI (RFC 1706 section 6). */
export const prefixedHex: Field = (cursor) => `0x${hex(rest(cursor))}`;

/** 64 bits in four groups: a node identifier or locator (RFC 6742 sections 2.1 and 2.3). */
export const locator: Field = (cursor) => {
  const octets = take(cursor, 8);
  return octets && (octets.toString('hex').match(/.{4}/g) ?? []).join(':');
};

export const restAsBase64: Field = (cursor) => rest(cursor).toString('base64');

/** The salt of NSEC3: counted octets, or `-` without any (RFC 5155 section 3.3). */
export const salt: Field = (cursor) => {
  const octets = counted(cursor);
  return octets && (octets.length === 0 ? '-' : hex(octets));
};

/** The hashed owner name of NSEC3: counted octets in base32hex without padding (RFC 5155 section 3.3). */
export const hashed: Field = (cursor) => {
  const octets = counted(cursor);
  return octets && base32hex(octets);
};

/** Seconds since 1970, as `YYYYMMDDHHmmSS` in UTC (RFC 4034 section 3.2). */
export const time: Field = (cursor) => {
  const octets = take(cursor, 4);
  return octets && new Date(octets.readUInt32BE() * 1000).toISOString().replace(/\D/g, '').slice(0, 14);
};

/** A record type by its mnemonic. */
export const type: Field = (cursor) => {
  const octets = take(cursor, 2);
  return octets && typeName(octets.readUInt16BE());
};

// IANA's registries of RFC 4398 section 2.1 and of RFC 4034 appendix A.1.
const certificateTypes: ReadonlyMap<number, string> = new Map([
  ...['PKIX', 'SPKI', 'PGP', 'IPKIX', 'ISPKI', 'IPGP', 'ACPKIX', 'IACPKIX'].map(
    (name, index) => [index + 1, name] as const,
  ),
  [253, 'URI'],
  [254, 'OID'],
]);
const algorithms: ReadonlyMap<number, string> = new Map([
  [1, 'RSAMD5'],
  [2, 'DH'],
  [3, 'DSA'],
  [5, 'RSASHA1'],
  [6, 'NSEC3DSA'],
  [7, 'NSEC3RSASHA1'],
  [8, 'RSASHA256'],
  [10, 'RSASHA512'],
  [12, 'ECCGOST'],
  [13, 'ECDSAP256SHA256'],
  [14, 'ECDSAP384SHA384'],
  [15, 'ED25519'],
  [16, 'ED448'],
  [252, 'INDIRECT'],
  [253, 'PRIVATEDNS'],
  [254, 'PRIVATEOID'],
]);

/** The type of a certificate by its mnemonic, if it has one (RFC 4398 section 2.2). */
export const certificateType: Field = (cursor) => named(u16(cursor), certificateTypes);

/** The algorithm of a CERT record by its mnemonic, if it has one. */
export const algorithm: Field = (cursor) => named(u8(cursor), algorithms);

/** Octets with hyphens between them: EUI48 and EUI64 (RFC 7043). */
export const hyphenated: Field = (cursor) =>
  [...rest(cursor)].map((octet) => octet.toString(16).padStart(2, '0')).join('-');

/** The window blocks of NSEC, NSEC3 and CSYNC (RFC 4034 section 4.1.2), as the mnemonics of the types in them. */
export const types: Field = (cursor) => {
  const found: string[] = [];
  let lastWindow = -1;
  while (cursor.at < cursor.end) {
    const window = take(cursor, 1)?.[0] ?? 0;
    const bitmap = counted(cursor);
    if (bitmap === null || bitmap.length === 0 || bitmap.length > 32 || window <= lastWindow) return null;
    lastWindow = window;
    for (let bit = 0; bit < bitmap.length * 8; bit++) {
      if (((bitmap[bit >> 3] ?? 0) << (bit & 7)) & 0x80) found.push(typeName(window * 256 + bit));
    }
  }
  return found.join(' ');
};

/** Takes the next `count` octets; null if the data is too short. */
export function take(cursor: Cursor, count: number): Buffer | null {
  if (cursor.at + count > cursor.end) return null;
  cursor.at += count;
  return cursor.message.subarray(cursor.at - count, cursor.at);
}

/** Takes a length octet and that many octets. */
export function counted(cursor: Cursor): Buffer | null {
  const length = take(cursor, 1)?.[0];
  return length === undefined ? null : take(cursor, length);
}

export function hex(octets: Buffer): string {
  return octets.toString('hex').toUpperCase();
}

/** Text in double quotes: quotes and backslashes are preceded by a backslash, unprintable octets become `\DDD`. */
export function quotedText(octets: Buffer): string {
  let quoted = '"';
  for (const octet of octets) {
    if (octet < 0x20 || octet >= 0x7f) quoted += escapedOctet(octet);
    else if (octet === 0x22 || octet === 0x5c) quoted += `\\${String.fromCharCode(octet)}`;
    else quoted += String.fromCharCode(octet);
  }
  return `${quoted}"`;
}

/** Marks a field whose version or kind is newer than its RFC: the record is then printed as octets. Returns null. */
export function unknownForm(cursor: Cursor): null {
  cursor.hasUnknownForm = true;
  return null;
}

/** Takes the rest of the data. */
export function rest(cursor: Cursor): Buffer {
  return take(cursor, cursor.end - cursor.at) ?? Buffer.alloc(0);
}

function named(text: string | null, names: ReadonlyMap<number, string>): string | null {
  return text === null ? null : (names.get(Number(text)) ?? text);
}

function unsigned(cursor: Cursor, size: number): string | null {
  const octets = take(cursor, size);
  return octets && String(octets.readUIntBE(0, size));
}

function base32hex(octets: Buffer): string {
  let encoded = '';
  let bits = 0;
  let held = 0;
  for (const octet of octets) {
    held = ((held << 8) | octet) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) encoded += ((held >> (bits - 5)) & 31).toString(32);
  }
  if (bits > 0) encoded += ((held << (5 - bits)) & 31).toString(32);
  return encoded.toUpperCase();
}
