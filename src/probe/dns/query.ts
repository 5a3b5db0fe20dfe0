import { randomInt } from 'node:crypto';
import { type EdnsRequest, optionsFor } from './edns.js';
import { withoutFinalDot } from './name.js';
import { classIn, headerLength, typeNumber } from './protocol.js';
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
  /** Where in the message the question ends, which begins behind the header. */
  questionEnd: number;
}

// What fits every path without fragments: the DNS flag day of 2020, and the default of BIND and Unbound.
const udpPayloadSize = 1232;

const recursionDesired = 0x0100;
/** Asks to be told whether the data was validated (RFC 6840 section 5.7), as dig's queries do. */
const authenticData = 0x0020;

// Of a question: type and class. Of an OPT record: root name, type, size, extended rcode, version, flags, length.
const questionTail = 4;
const optHead = 11;

const dot = 0x2e;

/**
 * Encodes a recursive question of class IN under a fresh random ID (RFC 5452 section 4.3).
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
  const id = randomInt(0x10000);
  const options = edns ? optionsFor(request) : [];
  const optionOctets = options.reduce((sum, { data }) => sum + 4 + data.length, 0);
  const text = withoutFinalDot(name);
  // A length octet before each label stands where the dots do, and there is one more, and the root's.
  const questionEnd = headerLength + (text === '.' ? 1 : text.length + 2) + questionTail;
  const message = Buffer.allocUnsafe(questionEnd + (edns ? optHead + optionOctets : 0));
  message.writeUInt16BE(id, 0);
  message.writeUInt16BE(recursionDesired | authenticData, 2);
  message.writeUInt16BE(1, 4);
  message.writeUInt32BE(0, 6);
  message.writeUInt16BE(edns ? 1 : 0, 10);
  const at = writeName(message, text);
  message.writeUInt16BE(type.number, at);
  message.writeUInt16BE(classIn, at + 2);
  if (edns) {
    message[questionEnd] = 0;
    message.writeUInt16BE(typeNumber.OPT, questionEnd + 1);
    message.writeUInt16BE(udpPayloadSize, questionEnd + 3);
    message.writeUInt32BE(0, questionEnd + 5);
    message.writeUInt16BE(optionOctets, questionEnd + 9);
    let optionAt = questionEnd + optHead;
    for (const { code, data } of options) {
      message.writeUInt16BE(code, optionAt);
      message.writeUInt16BE(data.length, optionAt + 2);
      message.set(data, optionAt + 4);
      optionAt += 4 + data.length;
    }
  }
  const cookie = edns ? (request.cookie?.client ?? null) : null;
  return { id, name, type, edns, cookie, message, questionEnd };
}

const nothingElse: EdnsRequest = { nsid: false, cookie: null };

/** Writes a name without final dot behind the header and gives the offset behind it. */
function writeName(message: Buffer, text: string): number {
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
  return at + 1;
}
