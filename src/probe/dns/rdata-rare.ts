import { domain, type Field, hex, ipv4, ipv6, otherForm, rest, take, u8 } from './rdata-fields.js';

/** A location (RFC 1876 section 2): degrees, minutes and seconds, then metres. Other versions than 0 have no form as yet. */
export const location: Field = (cursor) => {
  if (cursor.at < cursor.end && cursor.message[cursor.at] !== 0) return otherForm(cursor);
  const octets = take(cursor, 16);
  if (octets === null) return null;
  const sizes = [...octets.subarray(1, 4)].map(metres);
  if (sizes.includes(null)) return null;
  const latitude = angle(octets.readUInt32BE(4), 90, 'N', 'S');
  const longitude = angle(octets.readUInt32BE(8), 180, 'E', 'W');
  if (latitude === null || longitude === null) return null;
  // Centimetres above a plane 100,000 m below the reference spheroid.
  const altitude = octets.readUInt32BE(12) - 10_000_000;
  const height = `${altitude < 0 ? '-' : ''}${(Math.abs(altitude) / 100).toFixed(2)}m`;
  return [latitude, longitude, height, ...sizes].join(' ');
};

/** Thousandths of a second of arc, counted from 2^31. */
function angle(value: number, most: number, positive: string, negative: string): string | null {
  const offset = value - 0x8000_0000;
  const thousandths = Math.abs(offset);
  if (thousandths > most * 3_600_000) return null;
  const minutes = Math.floor(thousandths / 60_000);
  const seconds = ((thousandths % 60_000) / 1000).toFixed(3);
  return `${Math.floor(minutes / 60)} ${minutes % 60} ${seconds} ${offset < 0 ? negative : positive}`;
}

/** Four bits each of mantissa and exponent, in centimetres; no decimal digit is above 9. */
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
export const prefixes: Field = (cursor) => {
  const items: string[] = [];
  while (cursor.at < cursor.end) {
    const head = take(cursor, 4);
    const family = head?.readUInt16BE(0) ?? 0;
    const known = addressFields.get(family);
    const [, , length = 0, flagged = 0] = head ?? [];
    const part = take(cursor, flagged & 0x7f);
    if (head === null || part === null) return null;
    if (known === undefined) return otherForm(cursor);
    if (part.length > known.octets) return null;
    if (length > known.octets * 8) return null;
    const message = Buffer.concat([part, Buffer.alloc(known.octets - part.length)]);
    const address = known.field({ message, names: cursor.names, at: 0, end: message.length });
    items.push(`${flagged & 0x80 ? '!' : ''}${family}:${address}/${length}`);
  }
  return items.join(' ');
};

/** A host identity (RFC 8005 section 5): algorithm, tag, key, and the rendezvous servers. */
export const hostIdentity: Field = (cursor) => {
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

/** A key for IPsec (RFC 4025 section 3): precedence, kind of gateway, algorithm, gateway, key. */
export const ipsecKey: Field = (cursor) => {
  const precedence = u8(cursor);
  const kind = u8(cursor);
  const algorithm = u8(cursor);
  if (precedence === null || kind === null || algorithm === null) return null;
  const readGateway = gateways[Number(kind)];
  if (readGateway === undefined) return otherForm(cursor);
  const gateway = readGateway(cursor);
  if (gateway === null) return null;
  const key = rest(cursor).toString('base64');
  return [precedence, kind, algorithm, gateway, key].filter((part) => part !== '').join(' ');
};
