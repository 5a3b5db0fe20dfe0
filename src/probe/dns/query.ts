import { randomInt } from 'node:crypto';
import { AUTHENTIC_DATA, type RecordType as CodecType, encode, RECURSION_DESIRED } from 'dns-packet';
import { type EdnsRequest, optionsFor } from './edns.js';
import type { RecordType } from './record-type.js';

/** A question, encoded. */
export interface Query {
  id: number;
  name: string;
  type: RecordType;
  edns: boolean;
  /** The client's part of the cookie sent: a reply with another is none of ours (RFC 7873 section 5.3). */
  cookie: Buffer | null;
  message: Buffer;
}

// What fits every path without fragments: the DNS flag day of 2020, and the default of BIND and Unbound.
const udpPayloadSize = 1232;

/**
 * Encodes a recursive question of class IN under a fresh random ID (RFC 5452 section 4.3).
 *
 * @param name as checkName gave it: the codec writes what it is given, valid or not
 * The AD bit asks to be told whether the data was validated (RFC 6840 section 5.7), as dig's queries do.
 *
 * @param edns whether to add an OPT record, which also is what makes servers send extended errors (RFC 8914)
 * @param request what else to ask for in it
 */
export function encodeQuery(
  name: string,
  type: RecordType,
  edns: boolean,
  request: EdnsRequest = nothingElse,
): Query {
  const id = randomInt(0x10000);
  const message = encode({
    type: 'query',
    id,
    flags: RECURSION_DESIRED | AUTHENTIC_DATA,
    questions: [{ name, type: codecType(type), class: 'IN' }],
    additionals: edns ? [optRecord(request)] : [],
  });
  return { id, name, type, edns, cookie: edns ? (request.cookie?.client ?? null) : null, message };
}

const nothingElse: EdnsRequest = { nsid: false, cookie: null };

function optRecord(request: EdnsRequest) {
  return {
    type: 'OPT' as const,
    name: '.',
    udpPayloadSize,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    // Its typings know options by their names alone.
    options: optionsFor(request) as never[],
  };
}

/** The one spelling that the codec understands for every type number; its typings list mnemonics alone. */
function codecType(type: RecordType): CodecType {
  return `UNKNOWN_${type.number}` as CodecType;
}
