/**
 * The octets of an IP literal without zone, in network order: 4 of a dotted quad, 16 of an IPv6 address in any form of RFC 4291
 * section 2.2. null for any other text. An octet of a quad has no leading zero, because the C library reads such a number as octal.
 */
export function parseOctets(text: string): Uint8Array | null {
  return text.includes(':') ? parseIPv6(text) : parseIPv4(text);
}

/** The text of an address of 4 or 16 octets: a dotted quad, or RFC 5952. The empty string for any other length. */
export function formatOctets(octets: Uint8Array): string {
  if (octets.length === 4) return `${octets[0]}.${octets[1]}.${octets[2]}.${octets[3]}`;
  return octets.length === 16 ? formatIPv6(octets) : '';
}

const dot = 0x2e;
const zero = 0x30;
const nine = 0x39;

function parseIPv4(text: string): Uint8Array | null {
  const octets = new Uint8Array(4);
  let octet = -1;
  let index = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === dot) {
      if (octet < 0 || index === 3) return null;
      octets[index++] = octet;
      octet = -1;
      continue;
    }
    if (code < zero || code > nine || octet === 0) return null;
    octet = Math.max(octet, 0) * 10 + code - zero;
    if (octet > 255) return null;
  }
  if (octet < 0 || index !== 3) return null;
  octets[3] = octet;
  return octets;
}

function parseIPv6(text: string): Uint8Array | null {
  const [before = '', after, extra] = text.split('::');
  if (extra !== undefined) return null;
  const head = parseGroups(before, after === undefined);
  const tail = after === undefined ? [] : parseGroups(after, true);
  if (head === null || tail === null) return null;
  const missing = 16 - head.length - tail.length;
  // `::` stands for one group or more.
  if (after === undefined ? missing !== 0 : missing < 2) return null;
  return Uint8Array.from([...head, ...new Array<number>(missing).fill(0), ...tail]);
}

/** The octets of groups of 16 bits between colons. The last one may be a dotted quad at the end of an address. */
function parseGroups(text: string, isEnd: boolean): number[] | null {
  if (text === '') return [];
  const octets: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    if (/^[\da-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16);
      octets.push(value >> 8, value & 0xff);
      continue;
    }
    const quad = isEnd && index === groups.length - 1 ? parseIPv4(group) : null;
    if (quad === null) return null;
    octets.push(...quad);
  }
  return octets;
}

/** RFC 5952: lower case, no leading zeros, and `::` for the longest run of two or more zero groups, the first of equal ones. */
function formatIPv6(octets: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, index) => groupAt(octets, index));
  let longest = { start: 0, length: 0 };
  for (let start = 0; start < 8; start += 1) {
    let length = 0;
    while (groups[start + length] === 0) length += 1;
    if (length > longest.length) longest = { start, length };
  }
  const textOf = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (longest.length < 2) return textOf(groups);
  return `${textOf(groups.slice(0, longest.start))}::${textOf(groups.slice(longest.start + longest.length))}`;
}

function groupAt(octets: Uint8Array, index: number): number {
  return ((octets[2 * index] ?? 0) << 8) | (octets[2 * index + 1] ?? 0);
}

/** The last 4 octets where the first 12 are those of an IPv4-mapped address (::ffff:0:0/96, RFC 4291); else null. */
export function mappedIPv4(octets: Uint8Array): Uint8Array | null {
  const isMapped =
    octets.length === 16 &&
    octets[10] === 0xff &&
    octets[11] === 0xff &&
    octets.subarray(0, 10).every((octet) => octet === 0);
  return isMapped ? octets.subarray(12) : null;
}
