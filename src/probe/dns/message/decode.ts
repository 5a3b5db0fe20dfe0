import type { DnsFlags, ExtendedDnsError } from '../../../documents/dns.js';
import { rcodeName } from '../../../documents/terms/rcode.js';
import { nameKey, withoutFinalDot } from '../../../target/dns-name.js';
import { type Cookie, type EdnsOption, optionCode, readCookie, readNsid, readOptions } from './edns.js';
import { type Frame, type FramedRecord, type FrameFault, frameMessage, readHeader } from './frame.js';
import { presentRdata } from './rdata.js';
import { classIn, typeName, typeNumber } from './record-type.js';

/** A record of the answer section. Names have no final dot. */
export interface AnswerRecord {
  /** In presentation form. */
  name: string;
  /** The owner name in the form by which names are compared. */
  key: string;
  type: number;
  typeName: string;
  /** Seconds. */
  ttl: number;
  data: string;
  /** The target of a CNAME; null for other types. */
  target: string | null;
  /** The canonical address of an A or AAAA record, IPv4 if it is v4-mapped; null for other types. */
  address: string | null;
}

/** The parts of a reply that the client uses. */
export interface Reply {
  /** Twelve bits, including those of the OPT record. */
  rcode: number;
  rcodeName: string;
  flags: DnsFlags;
  answers: AnswerRecord[];
  /** The authority section has an SOA, which says that there are no records (RFC 2308 section 2). */
  hasSoa: boolean;
  edns: boolean;
  extendedErrors: ExtendedDnsError[];
  /** The server's identifier (RFC 5001); null if the reply has none. */
  nsid: string | null;
  cookie: Cookie | null;
}

export type ReplyResult = { ok: true; reply: Reply } | { ok: false; fault: FrameFault };

/**
 * Decodes a reply that has been matched to its query. The data of answer records is converted to presentation form. Never
 * throws.
 *
 * @param knownHeader the message's header, if it has been read already
 */
export function decodeReply(message: Buffer, knownHeader = readHeader(message)): ReplyResult {
  const framed = frameMessage(message, knownHeader);
  if (!framed.ok) return framed;
  const { header, records, opt } = framed.frame;
  let hasSoa = false;
  const answers: AnswerRecord[] = [];
  for (const record of records) {
    if (record.section === 'authority' && record.type === typeNumber.SOA) hasSoa = true;
    if (record.section !== 'answer' || record.class !== classIn || record === opt) continue;
    const answer = readAnswer(framed.frame, record);
    if (answer === null) {
      const reason = `${typeName(record.type)} record with invalid data of ${record.end - record.start} octets`;
      return { ok: false, fault: { reason, at: record.start } };
    }
    answers.push(answer);
  }
  const options = opt ? readOptions(message.subarray(opt.start, opt.end)) : [];
  // RFC 6891 section 6.1.3: the upper eight bits of the rcode are the first octet of the OPT record's TTL.
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
    // RFC 2181 section 8: a TTL with its most significant bit set is zero.
    ttl: record.ttl > 0x7fffffff ? 0 : record.ttl,
    data,
    target: record.type === typeNumber.CNAME ? withoutFinalDot(data) : null,
    address: isAddress ? data.replace(/^::ffff:(?=.*\.)/, '') : null,
  };
}

// IANA's registry of extended DNS errors (RFC 8914), codes 0 to 30.
const extendedErrorNames = [
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

/** Reads the extended errors among the options of an OPT record (RFC 8914 section 2), in order. */
function readExtendedErrors(options: readonly EdnsOption[]): ExtendedDnsError[] {
  return options.flatMap(({ code: option, data }) => {
    if (option !== optionCode.EDE || data.length < 2) return [];
    const code = data.readUInt16BE();
    return [{ code, text: describe(code, extraText(data.subarray(2))) }];
  });
}

/** Reads EXTRA-TEXT without the null octet that some servers add (RFC 8914 section 2). */
function extraText(octets: Buffer): string {
  return octets.toString('utf8').replace(/\0+$/, '');
}

function describe(code: number, extra: string): string {
  return [extendedErrorNames[code], extra].filter((part) => part).join(': ');
}
