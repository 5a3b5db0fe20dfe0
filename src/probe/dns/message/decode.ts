import type { DnsFlags, ExtendedDnsError } from '../../../documents/dns.js';
import { rcodeName } from '../../../documents/terms/rcode.js';
import { nameKey, withoutFinalDot } from '../../../target/dns-name.js';
import { type Cookie, type EdnsOption, optionCode, readCookie, readNsid, readOptions } from './edns.js';
import { type Frame, type FramedRecord, type FrameFault, frameMessage, readHeader } from './frame.js';
import { presentRdata } from './rdata.js';
import { classIn, typeName, typeNumber } from './record-type.js';

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

// IANA's registry of RFC 8914, codes 0 to 30.
const names = [
  'Other Error',
  'Unsupported DNSKEY Algorithm',
  'Unsupported DS Digest Type',
  'Stale Answer',
  'Forged Answer',
  'DNSSEC Indeterminate',
  'DNSSEC Bogus',
  'Signature Expired',
  'Signature Not Yet Valid',
  'DNSKEY Missing',
  'RRSIGs Missing',
  'No Zone Key Bit Set',
  'NSEC Missing',
  'Cached Error',
  'Not Ready',
  'Blocked',
  'Censored',
  'Filtered',
  'Prohibited',
  'Stale NXDOMAIN Answer',
  'Not Authoritative',
  'Not Supported',
  'No Reachable Authority',
  'Network Error',
  'Invalid Data',
  'Signature Expired before Valid',
  'Too Early',
  'Unsupported NSEC3 Iterations Value',
  'Unable to conform to policy',
  'Synthesized',
  'Invalid Query Type',
];

/** The extended errors among the options of an OPT record (RFC 8914 section 2), in order. */
function readExtendedErrors(options: readonly EdnsOption[]): ExtendedDnsError[] {
  return options.flatMap(({ code: option, data }) => {
    if (option !== optionCode.EDE || data.length < 2) return [];
    const code = data.readUInt16BE();
    return [{ code, text: describe(code, extraText(data.subarray(2))) }];
  });
}

/** Some servers end the text with a null; a receiver is to expect that. */
function extraText(octets: Buffer): string {
  return octets.toString('utf8').replace(/\0+$/, '');
}

function describe(code: number, extra: string): string {
  return [names[code], extra].filter((part) => part).join(': ');
}
