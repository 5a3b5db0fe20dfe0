import { bytesToAddress } from './address-bytes.js';
import { internetChecksum } from './checksum.js';

/** One label stack entry (RFC 4950, RFC 3032). */
export interface MplsEntry {
  /** @asType integer @minimum 0 @maximum 1048575 */
  label: number;
  /** Traffic class, three bits (RFC 5462). @asType integer @minimum 0 @maximum 7 */
  tc: number;
  /** Bottom of stack. */
  bottom: boolean;
  /** @asType integer @minimum 0 @maximum 255 */
  ttl: number;
}

/** An extension object (RFC 4884 section 8). */
export interface ExtensionObject {
  classNumber: number;
  classType: number;
  payload: Uint8Array;
}

export interface IcmpExtensions {
  objects: ExtensionObject[];
  mpls: MplsEntry[];
}

/** Offset of the extensions when the sender gives no length, because it predates RFC 4884 (its section 5.5). */
const legacyQuoteLength = 128;
const mplsClass = 1;

/**
 * Splits the body of an ICMP error, after its first eight octets, into the quote and the extension structure (RFC 4884).
 * `quoteLength` is the message's length attribute in octets, 0 if it has none. If the structure is invalid (version,
 * checksum, object lengths), all bytes belong to the quote.
 */
export function decodeExtensions(
  body: Uint8Array,
  quoteLength: number,
): { quote: Uint8Array; extensions: IcmpExtensions | null } {
  const start = quoteLength === 0 ? legacyQuoteLength : quoteLength;
  const extensions = body.length >= start + 4 ? decodeStructure(body.subarray(start)) : null;
  if (extensions === null) return { quote: body, extensions: null };
  return { quote: body.subarray(0, start), extensions };
}

function decodeStructure(bytes: Uint8Array): IcmpExtensions | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.readUInt8(0) >> 4 !== 2) return null;
  // An all-zero checksum means the sender did not compute one (RFC 4884 section 7).
  if (view.readUInt16BE(2) !== 0 && internetChecksum(bytes) !== 0) return null;
  const objects: ExtensionObject[] = [];
  for (let at = 4; at < bytes.length; ) {
    if (at + 4 > bytes.length) return null;
    const length = view.readUInt16BE(at);
    if (length < 4 || at + length > bytes.length) return null;
    objects.push({
      classNumber: view.readUInt8(at + 2),
      classType: view.readUInt8(at + 3),
      payload: bytes.subarray(at + 4, at + length),
    });
    at += length;
  }
  const stack = objects.find(isLabelStack);
  return { objects, mpls: stack === undefined ? [] : decodeLabelStack(stack.payload) };
}

/** Whether an object is an incoming MPLS label stack (RFC 4950 section 4). */
export function isLabelStack({ classNumber, classType }: ExtensionObject): boolean {
  return classNumber === mplsClass && classType === 1;
}

/** An ICMP extension object other than an MPLS label stack (RFC 4884 section 8). */
export interface IcmpObject {
  /** Class number and class type: 2 is the interface information of RFC 5837. @asType integer @minimum 0 @maximum 255 */
  class: number;
  /** @asType integer @minimum 0 @maximum 255 */
  type: number;
  /** The payload, hexadecimal. @pattern ^([0-9a-f]{2})*$ @maxLength 131072 */
  data: string;
}

/** The extension objects other than label stacks. */
export function otherObjects(extensions: IcmpExtensions | null): IcmpObject[] {
  const others = extensions?.objects.filter((object) => !isLabelStack(object)) ?? [];
  return others.map(({ classNumber, classType, payload }) => ({
    class: classNumber,
    type: classType,
    data: Buffer.from(payload).toString('hex'),
  }));
}

function decodeLabelStack(payload: Uint8Array): MplsEntry[] {
  const view = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const entries: MplsEntry[] = [];
  for (let at = 0; at + 4 <= payload.length; at += 4) {
    const word = view.readUInt32BE(at);
    entries.push({
      label: word >>> 12,
      tc: (word >>> 9) & 0x7,
      bottom: ((word >>> 8) & 1) === 1,
      ttl: word & 0xff,
    });
  }
  return entries;
}

/** A router's description of one of its interfaces (RFC 5837). Missing fields are null. */
export interface InterfaceInformation {
  /**
   * Which interface: the one that received the packet, a sub-IP component of it, the one that would have sent the packet,
   * or the next hop.
   */
  role: 'incoming' | 'incoming-sub-ip' | 'outgoing' | 'next-hop';
  /** The ifIndex of SNMP. */
  index: number | null;
  address: string | null;
  /** UTF-8 as received; it must be cleaned before it is printed. */
  name: string | null;
  /** Octets. */
  mtu: number | null;
}

export const interfaceInformationClass = 2;

const roles = ['incoming', 'incoming-sub-ip', 'outgoing', 'next-hop'] as const;
const longestName = 64;

/**
 * Decodes the payload of an ICMP extension object of class 2. The class type says which fields are present, in the order
 * index, address, name, MTU (RFC 5837 section 4.1). null for a payload that is too short for them. Never throws.
 */
export function decodeInterfaceInformation(
  classType: number,
  payload: Uint8Array,
): InterfaceInformation | null {
  const view = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const role = roles[(classType >> 6) & 3] ?? 'incoming';
  const found: InterfaceInformation = { role, index: null, address: null, name: null, mtu: null };
  let at = 0;
  if (classType & 0x08) {
    if (at + 4 > view.length) return null;
    found.index = view.readUInt32BE(at);
    at += 4;
  }
  if (classType & 0x04) {
    const size = at + 4 <= view.length ? addressSizes[view.readUInt16BE(at)] : undefined;
    if (size === undefined || at + 4 + size > view.length) return null;
    found.address = bytesToAddress(view.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  if (classType & 0x02) {
    // The length includes the length octet.
    const size = at < view.length ? view.readUInt8(at) : 0;
    if (size < 1 || size > longestName || at + size > view.length) return null;
    const [name = ''] = view.toString('utf8', at + 1, at + size).split('\0', 1);
    found.name = name;
    at += size;
  }
  if (classType & 0x01) {
    if (at + 4 > view.length) return null;
    found.mtu = view.readUInt32BE(at);
  }
  return found;
}

/** By address family number (IANA): IPv4, IPv6. */
const addressSizes: Readonly<Record<number, number>> = { 1: 4, 2: 16 };
