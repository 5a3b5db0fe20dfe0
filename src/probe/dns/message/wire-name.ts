import { headerLength } from './record-type.js';

/** Why a name in a message cannot be read. */
export type NameFault =
  | 'cut short'
  | 'forward pointer'
  | 'too many pointers'
  | 'unknown label type'
  | 'over 255 octets';

/** A name in presentation form, with its final dot, and where what follows it begins; or why there is none. */
export type NameResult =
  | { ok: true; name: string; next: number }
  | { ok: false; fault: NameFault; at: number };

/** The rest of a name: its text, empty for the root, and its length on the wire without compression. */
interface Tail {
  text: string;
  octets: number;
}

const maxOctets = 255;
// A name of 255 octets has 127 labels at most; no encoder needs more pointers than labels.
const maxPointers = 127;

/**
 * Reads the names of one message, following compression pointers (RFC 1035 section 4.1.4), as a zone file writes them
 * (section 5.1): characters that mean something there get a backslash, octets that are no printable ASCII become
 * `\DDD`. Nothing is lost, and nothing reaches a terminal raw.
 *
 * Remembers what pointers led to, so that a message whose every name goes through one long chain of them costs no more
 * than its length.
 */
export class NameReader {
  readonly #message: Buffer;
  /** By offset. */
  readonly #tails = new Map<number, Tail>();

  constructor(message: Buffer) {
    this.#message = message;
  }

  /**
   * Reads the name at `offset`. A pointer must go strictly backwards, behind every place this name has been read from,
   * so reading always ends. As long as no pointer has been followed, nothing at or after `end` is read. Never throws.
   */
  read(offset: number, end: number = this.#message.length): NameResult {
    const message = this.#message;
    let text = '';
    let octets = 0;
    let at = offset;
    let limit = end;
    let lowest = offset;
    let pointers = 0;
    /** Where the first pointer led, and what of the name had been read until there. */
    let jump: { target: number; next: number; textLength: number; octets: number } | null = null;
    for (;;) {
      const size = at < limit ? message[at] : undefined;
      if (size === undefined) return { ok: false, fault: 'cut short', at };
      if (size >= 0x40 && size < 0xc0) return { ok: false, fault: 'unknown label type', at };
      if (size < 0x40) {
        if (at + 1 + size > limit) return { ok: false, fault: 'cut short', at };
        octets += 1 + size;
        if (octets > maxOctets) return { ok: false, fault: 'over 255 octets', at };
        if (size > 0) text += presentLabel(message, at + 1, at + 1 + size);
        at += 1 + size;
        if (size > 0) continue;
      } else {
        if (at + 1 >= limit) return { ok: false, fault: 'cut short', at };
        const target = message.readUInt16BE(at) & 0x3fff;
        if (target >= lowest || target < headerLength) return { ok: false, fault: 'forward pointer', at };
        if (++pointers > maxPointers) return { ok: false, fault: 'too many pointers', at };
        jump ??= { target, next: at + 2, textLength: text.length, octets };
        at = target;
        lowest = target;
        limit = message.length;
        const tail = this.#tails.get(target);
        if (tail === undefined) continue;
        octets += tail.octets;
        if (octets > maxOctets) return { ok: false, fault: 'over 255 octets', at };
        text += tail.text;
      }
      const tail =
        jump === null
          ? { text, octets }
          : { text: text.slice(jump.textLength), octets: octets - jump.octets };
      this.#tails.set(jump?.target ?? offset, tail);
      return { ok: true, name: text || '.', next: jump?.next ?? at };
    }
  }
}

const special = /[^!#%&'*+,\-/0-9:<=>?A-Z[\]^_`a-z{|}~]/g;

/** By octet: 1 where it stands for itself. */
const plain = Uint8Array.from({ length: 256 }, (_, octet) => {
  return String.fromCharCode(octet).search(special) < 0 ? 1 : 0;
});

function presentLabel(message: Buffer, start: number, end: number): string {
  const label = message.toString('latin1', start, end);
  for (let at = start; at < end; at++) {
    if (plain[message[at] ?? 0] === 0) return `${label.replace(special, escaped)}.`;
  }
  return `${label}.`;
}

function escaped(character: string): string {
  const octet = character.charCodeAt(0);
  return octet <= 0x20 || octet >= 0x7f ? escapedOctet(octet) : `\\${character}`;
}

/** `\DDD`. */
export function escapedOctet(octet: number): string {
  return `\\${String(octet).padStart(3, '0')}`;
}
