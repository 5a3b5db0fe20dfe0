import { AUTHENTIC_DATA, type RecordType as CodecType, encode, RECURSION_DESIRED } from 'dns-packet';
import { randomBelow } from '../../../core/random.js';
import { withoutFinalDot } from '../../../target/dns-name.js';
import { type EdnsRequest, optionsFor } from './edns.js';
import { headerLength, type RecordType } from './record-type.js';

/** An encoded query with one question. */
export interface Query {
  id: number;
  name: string;
  type: RecordType;
  /** The query has an OPT record. */
  edns: boolean;
  /** The client's part of the cookie sent. A reply with another one is discarded (RFC 7873 section 5.3). */
  cookie: Buffer | null;
  message: Buffer;
  /** The offset after the question, which begins after the header. */
  questionEnd: number;
}

// Fits every path without fragments: the value of the DNS flag day 2020, and the default of BIND and Unbound.
const udpPayloadSize = 1232;

// The octets of a question after its name: type and class.
const questionTail = 4;

const dot = 0x2e;
const backslash = 0x5c;

const escapedDigits = /^\d{3}/;

/** The number of octets of a name's text, in which an escape stands for one octet. */
function octetsOf(text: string): number {
  return text.includes('\\') ? text.replace(/\\(?:\d{3}|[\s\S])/g, 'x').length : text.length;
}

const noRequest: EdnsRequest = { nsid: false, cookie: null };

/** Encoded queries for the root without requests, by type and EDNS. */
const templates = new Map<string, Buffer>();

/**
 * Encodes a recursive query of class IN with a random ID (RFC 5452 section 4.3). With EDNS, the AD bit requests the AD bit
 * of the reply, which says whether the data was validated (RFC 6840 section 5.7); dig sets it too. Without EDNS, the query
 * is the one of C libraries by default: no OPT record and no AD bit.
 *
 * @param name as checkQueryName returned it; it is not checked again
 * @param edns whether to add an OPT record, without which servers send no extended errors (RFC 8914)
 * @param request what to request in the OPT record
 */
export function encodeQuery(
  name: string,
  type: RecordType,
  edns: boolean,
  request: EdnsRequest = noRequest,
): Query {
  const hasRequest = request.nsid || request.cookie !== null;
  const template = hasRequest ? encodeForRoot(type, edns, request) : templateOf(type, edns);
  const text = withoutFinalDot(name);
  // The length octets of the labels replace the dots; the first label's and the root's come in addition.
  const nameEnd = headerLength + (text === '.' ? 1 : octetsOf(text) + 2);
  const afterName = template.subarray(headerLength + 1);
  const message = Buffer.allocUnsafe(nameEnd + afterName.length);
  const id = randomBelow(0x10000);
  message.set(template.subarray(0, headerLength));
  message.writeUInt16BE(id, 0);
  writeName(message, text);
  message.set(afterName, nameEnd);
  const cookie = edns ? (request.cookie?.client ?? null) : null;
  return { id, name, type, edns, cookie, message, questionEnd: nameEnd + questionTail };
}

/** Encoding takes dns-packet 8 µs per query, and the queries of a bulk differ in ID and name only. */
function templateOf(type: RecordType, edns: boolean): Buffer {
  const key = `${type.number} ${edns}`;
  const known = templates.get(key) ?? encodeForRoot(type, edns, noRequest);
  templates.set(key, known);
  return known;
}

/** Encodes a query for the root, whose name is one octet. Other names are written by writeName: dns-packet checks none. */
function encodeForRoot(type: RecordType, edns: boolean, request: EdnsRequest): Buffer {
  return encode({
    type: 'query',
    id: 0,
    flags: edns ? RECURSION_DESIRED | AUTHENTIC_DATA : RECURSION_DESIRED,
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
    // The typings of dns-packet know options by name only.
    options: optionsFor(request) as never[],
  };
}

/** The spelling that dns-packet accepts for every type number; its typings list mnemonics only. */
function codecType(type: RecordType): CodecType {
  return `UNKNOWN_${type.number}` as CodecType;
}

/** Writes a name without final dot after the header. */
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
      } else if (octet === backslash) {
        const digits = escapedDigits.exec(text.slice(index + 1, index + 4))?.[0];
        message[at++] = digits === undefined ? text.charCodeAt(index + 1) : Number(digits);
        index += digits?.length ?? 1;
      } else message[at++] = octet;
    }
    message[lengthAt] = at - lengthAt - 1;
  }
  message[at] = 0;
}
