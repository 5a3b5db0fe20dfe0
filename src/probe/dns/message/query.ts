import { randomInt } from 'node:crypto';
import { AUTHENTIC_DATA, type RecordType as CodecType, encode, RECURSION_DESIRED } from 'dns-packet';
import { withoutFinalDot } from '../../../target/dns-name.js';
import { type EdnsRequest, optionsFor } from './edns.js';
import { headerLength, type RecordType } from './record-type.js';

/** A question, encoded. */
export interface Query {
  id: number;
  name: string;
  type: RecordType;
  edns: boolean;
  /** The client's part of the cookie sent: a reply with another is none of ours (RFC 7873 section 5.3). */
  cookie: Buffer | null;
  message: Buffer;
  /** Where in the message the question ends, which begins behind the header. */
  questionEnd: number;
}

// What fits every path without fragments: the DNS flag day of 2020, and the default of BIND and Unbound.
const udpPayloadSize = 1232;

// Of a question, behind its name: type and class.
const questionTail = 4;

const dot = 0x2e;

const nothingElse: EdnsRequest = { nsid: false, cookie: null };

/** By type and EDNS: what queries that ask for nothing else have besides ID and name. */
const templates = new Map<string, Buffer>();

/**
 * Encodes a recursive question of class IN under a fresh random ID (RFC 5452 section 4.3). The AD bit asks to be told
 * whether the data was validated (RFC 6840 section 5.7), as dig's queries do.
 *
 * @param name as checkName gave it: it is not checked again
 * @param edns whether to add an OPT record, which also is what makes servers send extended errors (RFC 8914)
 * @param request what else to ask for in it
 */
export function encodeQuery(
  name: string,
  type: RecordType,
  edns: boolean,
  request: EdnsRequest = nothingElse,
): Query {
  const asksMore = request.nsid || request.cookie !== null;
  const template = asksMore ? encodeForRoot(type, edns, request) : templateOf(type, edns);
  const text = withoutFinalDot(name);
  // A length octet before each label stands where the dots do, and there is one more, and the root's.
  const nameEnd = headerLength + (text === '.' ? 1 : text.length + 2);
  const behindName = template.subarray(headerLength + 1);
  const message = Buffer.allocUnsafe(nameEnd + behindName.length);
  const id = randomInt(0x10000);
  message.set(template.subarray(0, headerLength));
  message.writeUInt16BE(id, 0);
  writeName(message, text);
  message.set(behindName, nameEnd);
  const cookie = edns ? (request.cookie?.client ?? null) : null;
  return { id, name, type, edns, cookie, message, questionEnd: nameEnd + questionTail };
}

/** The codec takes 8 µs for a query once warm, and all of a bulk's differ in ID and name alone. */
function templateOf(type: RecordType, edns: boolean): Buffer {
  const key = `${type.number} ${edns}`;
  const known = templates.get(key) ?? encodeForRoot(type, edns, nothingElse);
  templates.set(key, known);
  return known;
}

/** The query for the root, whose name is one octet. The codec is given no other: it writes any, valid or not. */
function encodeForRoot(type: RecordType, edns: boolean, request: EdnsRequest): Buffer {
  return encode({
    type: 'query',
    id: 0,
    flags: RECURSION_DESIRED | AUTHENTIC_DATA,
    questions: [{ name: '.', type: codecType(type), class: 'IN' }],
    additionals: edns ? [optRecord(request)] : [],
  });
}

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

/** Writes a name without final dot behind the header. */
function writeName(message: Buffer, text: string): void {
  let lengthAt = headerLength;
  let at = headerLength;
  if (text !== '.') {
    at++;
    for (let index = 0; index < text.length; index++) {
      const octet = text.charCodeAt(index);
      if (octet === dot) {
        message[lengthAt] = at - lengthAt - 1;
        lengthAt = at++;
      } else message[at++] = octet;
    }
    message[lengthAt] = at - lengthAt - 1;
  }
  message[at] = 0;
}
