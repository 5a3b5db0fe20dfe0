import type { IcmpCode } from '../tcp.js';

/** What one code of ICMP "destination unreachable" means. */
interface UnreachableCode {
  /** `prohibited`: a filter rejected the packet; `port`: no socket at the destination, or a filter that says so. */
  kind: 'unreachable' | 'prohibited' | 'port';
  /** As traceroute(8) prints it; null for a port unreachable, which means that the destination was reached. */
  mark: string | null;
  words: string;
  /** What it says about the sender; null where the words say it. */
  reason: string | null;
}

const noRoute = 'it has no route';
const rejects = 'a firewall rejects, because TCP itself answers with a reset';

/** ICMP type 3: RFC 792, RFC 1122 section 3.2.2.1 and RFC 1812 section 5.2.7.1. */
const codesV4: Readonly<Record<number, UnreachableCode>> = {
  0: unreachable('!N', 'network unreachable', noRoute),
  1: unreachable('!H', 'host unreachable', 'it has no route, or the host does not answer on its link'),
  2: unreachable('!P', 'protocol unreachable', 'that host does not speak TCP'),
  3: { kind: 'port', mark: null, words: 'port unreachable', reason: rejects },
  4: unreachable('!F', 'fragmentation needed'),
  5: unreachable('!S', 'source route failed'),
  6: unreachable('!N', 'network unknown'),
  7: unreachable('!H', 'host unknown'),
  8: unreachable('!N', 'source host isolated'),
  9: prohibited('network administratively prohibited'),
  10: prohibited('host administratively prohibited'),
  11: unreachable('!N', 'network unreachable for this type of service'),
  12: unreachable('!H', 'host unreachable for this type of service'),
  13: prohibited('communication administratively prohibited'),
  14: unreachable('!V', 'host precedence violation'),
  15: unreachable('!C', 'precedence cutoff in effect'),
};

/** ICMPv6 type 1: RFC 4443 section 3.1. */
const codesV6: Readonly<Record<number, UnreachableCode>> = {
  0: unreachable('!N', 'no route to destination'),
  1: prohibited('communication administratively prohibited'),
  2: unreachable('!H', 'beyond scope of source address'),
  3: unreachable('!H', 'address unreachable', 'the host does not answer on its link'),
  4: { kind: 'port', mark: null, words: 'port unreachable', reason: rejects },
  5: prohibited('source address failed ingress or egress policy'),
  6: prohibited('reject route to destination'),
};

function unreachable(mark: string, words: string, reason: string | null = null): UnreachableCode {
  return { kind: 'unreachable', mark, words, reason };
}

function prohibited(words: string): UnreachableCode {
  return { kind: 'prohibited', mark: '!X', words, reason: 'a filter rejects it' };
}

const types = {
  4: { unreachable: 3, timeExceeded: 11, codes: codesV4 },
  6: { unreachable: 1, timeExceeded: 3, codes: codesV6 },
} as const;

/** The type of "packet too big" of ICMPv6 (RFC 4443 section 3.2). IPv4 has a code of "unreachable" for it. */
const packetTooBigV6 = 2;

function codeOf(family: 4 | 6, { type, code }: IcmpCode): UnreachableCode | null {
  return type === types[family].unreachable ? (types[family].codes[code] ?? null) : null;
}

/** Whether a filter rejected the packet, in contrast to a router without a route. */
export function isProhibition(family: 4 | 6, error: IcmpCode): boolean {
  return codeOf(family, error)?.kind === 'prohibited';
}

/** Whether it is a port unreachable. */
export function isPortError(family: 4 | 6, error: IcmpCode): boolean {
  return codeOf(family, error)?.kind === 'port';
}

/** Whether it is an unreachable that is neither a prohibition nor a port unreachable, nor about the size of the packet. */
export function isRouteError(family: 4 | 6, error: IcmpCode): boolean {
  return codeOf(family, error)?.kind === 'unreachable' && !isTooBig(family, error);
}

/** Whether the TTL or hop limit expired in transit. */
export function isTimeExceeded(family: 4 | 6, { type, code }: IcmpCode): boolean {
  return type === types[family].timeExceeded && code === 0;
}

/** Whether the packet was larger than the MTU of the next hop. */
export function isTooBig(family: 4 | 6, { type, code }: IcmpCode): boolean {
  return family === 6 ? type === packetTooBigV6 : type === types[4].unreachable && code === 4;
}

/** The mark of traceroute(8): `!H`, `!F-1400`, `!<16>` for a code without a mark; null for a port unreachable. */
export function icmpMark(family: 4 | 6, error: IcmpCode, mtu: number | null): string | null {
  if (isTooBig(family, error)) return mtu === null ? '!F' : `!F-${mtu}`;
  if (error.type !== types[family].unreachable) return `!<${error.type}-${error.code}>`;
  const known = codeOf(family, error);
  return known === null ? `!<${error.code}>` : known.mark;
}

/** The error in words: `host unreachable`; null for an error without a name here. */
export function icmpWords(family: 4 | 6, error: IcmpCode): string | null {
  return codeOf(family, error)?.words ?? null;
}

/** What an error says about its sender: `it has no route`; null where the words say it. */
export function icmpReason(family: 4 | 6, error: IcmpCode): string | null {
  return codeOf(family, error)?.reason ?? null;
}

const marks: Readonly<Record<string, string>> = {
  '!H': 'host unreachable',
  '!N': 'network unreachable',
  '!P': 'protocol unreachable',
  '!S': 'source route failed',
  '!F': 'the packet is too big',
  '!X': 'prohibited by a filter',
  '!V': 'precedence violation',
  '!C': 'precedence cutoff',
};

/** A mark of `icmpMark` in words. */
export function icmpMarkWords(mark: string): string {
  const mtu = /^!F-(\d+)$/.exec(mark)?.[1];
  if (mtu !== undefined) return `the packet is too big: the next link takes at most ${mtu} octets`;
  return marks[mark] ?? 'an ICMP unreachable of this type or code';
}
