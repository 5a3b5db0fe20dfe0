import { randomInt } from 'node:crypto';
import { type RecordType as CodecType, encode, RECURSION_DESIRED } from 'dns-packet';
import type { RecordType } from './record-type.js';

/** A question, encoded. */
export interface Query {
  id: number;
  name: string;
  type: RecordType;
  edns: boolean;
  message: Buffer;
}

// What fits every path without fragments: the DNS flag day of 2020, and the default of BIND and Unbound.
const udpPayloadSize = 1232;

/**
 * Encodes a recursive question of class IN under a fresh random ID (RFC 5452 section 4.3).
 *
 * @param name as checkName gave it: the codec writes what it is given, valid or not
 * @param edns whether to add an OPT record, which also is what makes servers send extended errors (RFC 8914)
 */
export function encodeQuery(name: string, type: RecordType, edns: boolean): Query {
  const id = randomInt(0x10000);
  const message = encode({
    type: 'query',
    id,
    flags: RECURSION_DESIRED,
    questions: [{ name, type: codecType(type), class: 'IN' }],
    additionals: edns ? [emptyOpt()] : [],
  });
  return { id, name, type, edns, message };
}

function emptyOpt() {
  return {
    type: 'OPT' as const,
    name: '.',
    udpPayloadSize,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  };
}

/** The one spelling that the codec understands for every type number; its typings list mnemonics alone. */
function codecType(type: RecordType): CodecType {
  return `UNKNOWN_${type.number}` as CodecType;
}
