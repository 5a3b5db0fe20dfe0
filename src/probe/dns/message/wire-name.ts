import { presentLabel } from '../../../target/dns-name.js';
import { headerLength } from './record-type.js';

/** Why a name in a message cannot be read. */
export type NameFault =
  | 'cut short'
  | 'forward pointer'
  | 'too many pointers'
  | 'unknown label type'
  | 'over 255 octets';

/** A name in presentation form, with its final dot, and the offset after it; or why and where reading it failed. */
export type NameOrFault =
  | { ok: true; name: string; next: number }
  | { ok: false; fault: NameFault; at: number };

/** The rest of a name from some offset on. */
interface Tail {
  /** Empty for the root. */
  text: string;
  /** Its length on the wire without compression. */
  octets: number;
}

const maxOctets = 255;
// A name of 255 octets has at most 127 labels, and no encoder needs more pointers than labels.
const maxPointers = 127;

/**
 * Reads the names of one message in the presentation form of zone files (RFC 1035 section 5.1), following compression
 * pointers (section 4.1.4). Characters with a meaning in zone files are preceded by a backslash, and octets that are not
 * printable ASCII become `\DDD`, so the form is lossless and safe for a terminal.
 *
 * The targets of pointers are cached: a message whose names all go through one long chain of pointers takes linear time.
 */
export class NameReader {
  readonly #message: Buffer;
  /** By offset. */
  readonly #tails = new Map<number, Tail>();

  constructor(message: Buffer) {
    this.#message = message;
  }

  /**
   * Reads the name at `offset`. A pointer must point before every offset that this name has been read from, so reading
   * always ends. Until the first pointer, nothing at or after `end` is read. Never throws.
   */
  read(offset: number, end: number = this.#message.length): NameOrFault {
    const message = this.#message;
    let text = '';
    let octets = 0;
    let at = offset;
    let limit = end;
    let lowest = offset;
    let pointers = 0;
    // The target of the first pointer, and the state of the reading when it was met.
    let jump: { target: number; next: number; textLength: number; octets: number } | null = null;
    for (;;) {
      const size = at < limit ? message[at] : undefined;
      if (size === undefined) return { ok: false, fault: 'cut short', at };
      if (size >= 0x40 && size < 0xc0) return { ok: false, fault: 'unknown label type', at };
      if (size < 0x40) {
        if (at + 1 + size > limit) return { ok: false, fault: 'cut short', at };
        octets += 1 + size;
        if (octets > maxOctets) return { ok: false, fault: 'over 255 octets', at };
        if (size > 0) text += readLabel(message, at + 1, at + 1 + size);
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

/** By octet: 1 if it is written as it is. */
const plain = Uint8Array.from({ length: 256 }, (_, octet) => {
  const character = String.fromCharCode(octet);
  return presentLabel(character) === character ? 1 : 0;
});

function readLabel(message: Buffer, start: number, end: number): string {
  const label = message.toString('latin1', start, end);
  for (let at = start; at < end; at++) {
    if (plain[message[at] ?? 0] === 0) return `${presentLabel(label)}.`;
  }
  return `${label}.`;
}
