import { type Cookie, readCookie, readNsid, readOptions } from './edns.js';
import { readExtendedErrors } from './extended-error.js';
import { type Frame, type FramedRecord, type FrameFault, frameMessage, readHeader } from './frame.js';
import { nameKey, withoutFinalDot } from './name.js';
import { classIn, typeNumber } from './protocol.js';
import { rcodeName } from './rcode.js';
import { presentRdata } from './rdata.js';
import { typeName } from './record-type.js';
import type { DnsFlags, ExtendedDnsError } from './types.js';

/** A record of the answer section. */
export interface AnswerRecord {
  /** Presentation form without final dot. */
  name: string;
  /** By which owner names compare. */
  key: string;
  type: number;
  typeName: string;
  /** Seconds. */
  ttl: number;
  data: string;
  /** Of a CNAME: the name that it leads to, without final dot. */
  target: string | null;
  /** Of A and AAAA: canonical, so a v4-mapped one is the IPv4 address that it stands for. */
  address: string | null;
}

/** A reply, read. */
export interface Reply {
  /** Twelve bits, those of OPT included. */
  rcode: number;
  rcodeName: string;
  flags: DnsFlags;
  answers: AnswerRecord[];
  /** An SOA in the authority section: the zone's own word that there is no more (RFC 2308 section 2). */
  hasSoa: boolean;
  edns: boolean;
  extendedErrors: ExtendedDnsError[];
  /** The server's name for itself; null when it did not tell. */
  nsid: string | null;
  cookie: Cookie | null;
}

export type ReplyResult = { ok: true; reply: Reply } | { ok: false; fault: FrameFault };

/**
 * Reads a reply that is known to be ours. Records of the answer section become presentation form; of the others only
 * what decides is kept. Never throws.
 */
export function decodeReply(message: Buffer, ownHeader = readHeader(message)): ReplyResult {
  const framed = frameMessage(message, ownHeader);
  if (!framed.ok) return framed;
  const { header, records, opt } = framed.frame;
  let hasSoa = false;
  const answers: AnswerRecord[] = [];
  for (const record of records) {
    if (record.section === 'authority' && record.type === typeNumber.SOA) hasSoa = true;
    if (record.section !== 'answer' || record.class !== classIn) continue;
    const answer = readAnswer(framed.frame, record);
    if (answer === null) {
      const reason = `${typeName(record.type)} record whose ${record.end - record.start} octets do not add up`;
      return { ok: false, fault: { reason, at: record.start } };
    }
    answers.push(answer);
  }
  const options = opt ? readOptions(message.subarray(opt.start, opt.end)) : [];
  // RFC 6891 section 6.1.3: the upper eight bits of the rcode stand where other records have the TTL's first octet.
  const rcode = ((opt?.ttl ?? 0) >>> 24) * 16 + header.rcode;
  return {
    ok: true,
    reply: {
      rcode,
      rcodeName: rcodeName(rcode),
      flags: {
        authoritative: header.authoritative,
        recursionAvailable: header.recursionAvailable,
        authenticData: header.authenticData,
      },
      answers,
      hasSoa,
      edns: opt !== null,
      extendedErrors: readExtendedErrors(options),
      nsid: readNsid(options),
      cookie: readCookie(options),
    },
  };
}

function readAnswer(frame: Frame, record: FramedRecord): AnswerRecord | null {
  const data = presentRdata(frame, record);
  if (data === null) return null;
  const name = withoutFinalDot(record.name);
  const isAddress = record.type === typeNumber.A || record.type === typeNumber.AAAA;
  return {
    name,
    key: nameKey(name),
    type: record.type,
    typeName: typeName(record.type),
    // RFC 2181 section 8: a TTL with its top bit set counts as zero.
    ttl: record.ttl > 0x7fffffff ? 0 : record.ttl,
    data,
    target: record.type === typeNumber.CNAME ? withoutFinalDot(data) : null,
    address: isAddress ? data.replace(/^::ffff:(?=.*\.)/, '') : null,
  };
}
