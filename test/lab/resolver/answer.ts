import dnsPacket, {
  type Answer,
  type DecodedPacket,
  type Packet,
  type PacketOpt,
  type Question,
} from 'dns-packet';
import { type ResolverConfig, recordsAt, type ZoneRecord } from './zone.js';

export type Transport = 'udp' | 'tcp';

const rcodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;
type Rcode = keyof typeof rcodes;

interface Section {
  rcode: Rcode;
  answers: Answer[];
  authorities: Answer[];
}

/** The size of a reply over UDP without EDNS (RFC 1035 section 4.2.1). */
const plainUdpLimit = 512;
/** The longest chain of CNAMEs, which also ends a loop in the data. */
const maxChain = 8;

/** The SOA record of the root, for negative answers: names that the lab's resolver does not have do not exist. */
const rootSoa: Answer = {
  type: 'SOA',
  name: '.',
  ttl: 60,
  data: {
    mname: 'a.root-servers.net',
    rname: 'nstld.verisign-grs.com',
    serial: 2026010100,
    refresh: 1800,
    retry: 900,
    expire: 604800,
    minimum: 60,
  },
};

/**
 * The bytes of the reply to one DNS message; null for a message that gets no reply, because it is too short to have an id or
 * is itself a reply. A reply over UDP that exceeds the size of the client has no records and the TC bit.
 */
export function answerTo(config: ResolverConfig, message: Buffer, transport: Transport): Buffer | null {
  const query = decode(message);
  if (query === 'ignore') return null;
  if (query === 'malformed') {
    return dnsPacket.encode({ type: 'response', id: message.readUInt16BE(0), flags: rcodes.FORMERR });
  }
  const question = query.questions?.[0];
  const opt = query.additionals?.find((record) => record.type === 'OPT');
  const section: Section = question === undefined ? empty('FORMERR') : sectionFor(config, question);
  const reply: Packet = {
    type: 'response',
    id: query.id,
    flags:
      rcodes[section.rcode] |
      dnsPacket.RECURSION_AVAILABLE |
      (query.flag_rd ? dnsPacket.RECURSION_DESIRED : 0),
    questions: query.questions,
    answers: section.answers,
    authorities: section.authorities,
    additionals: opt === undefined ? [] : [optOf(section.rcode, question)],
  };
  const limit =
    transport === 'tcp' ? 65535 : Math.max(plainUdpLimit, opt?.type === 'OPT' ? opt.udpPayloadSize : 0);
  const bytes = dnsPacket.encode(reply);
  if (config.behaviour === 'malformed') return bytes.subarray(0, -3);
  if (bytes.length <= limit) return bytes;
  return dnsPacket.encode({
    ...reply,
    flags: (reply.flags ?? 0) | dnsPacket.TRUNCATED_RESPONSE,
    answers: [],
    authorities: [],
  });
}

function decode(message: Buffer): DecodedPacket | 'ignore' | 'malformed' {
  if (message.length < 12) return 'ignore';
  try {
    const query = dnsPacket.decode(message);
    return query.flag_qr ? 'ignore' : query;
  } catch {
    return 'malformed';
  }
}

function sectionFor(config: ResolverConfig, question: Question): Section {
  switch (config.behaviour) {
    case 'refused':
      return empty('REFUSED');
    case 'servfail':
      return empty('SERVFAIL');
    case 'no-data':
      return { ...empty('NOERROR'), authorities: [rootSoa] };
    case 'malformed':
    case 'zone':
      return fromZone(config.zone, question);
  }
}

function empty(rcode: Rcode): Section {
  return { rcode, answers: [], authorities: [] };
}

/** Follows CNAMEs within the zone, as a recursive resolver answers (RFC 1034 section 4.3.2). */
function fromZone(zone: readonly ZoneRecord[], question: Question): Section {
  const answers: Answer[] = [];
  let name = question.name;
  for (let step = 0; step < maxChain; step++) {
    const records = recordsAt(zone, name.toLowerCase());
    if (records === null) return { rcode: 'NXDOMAIN', answers, authorities: [rootSoa] };
    const wanted = records.filter(({ type }) => type === question.type);
    if (wanted.length > 0) {
      answers.push(...wanted.map((record) => answerOf(record, name)));
      return { rcode: 'NOERROR', answers, authorities: [] };
    }
    const alias = records.find(({ type }) => type === 'CNAME');
    if (alias === undefined) return { rcode: 'NOERROR', answers, authorities: [rootSoa] };
    answers.push(answerOf(alias, name));
    name = alias.data;
  }
  return empty('SERVFAIL');
}

/** The owner is the name of the question, in its letter case, also for a record of a wildcard. */
function answerOf({ type, ttl, data }: ZoneRecord, name: string): Answer {
  return { type, name, ttl, data };
}

function optOf(rcode: Rcode, question: Question | undefined): Answer {
  const text = `no server for ${question?.name ?? 'this question'} could be reached`;
  return {
    type: 'OPT',
    name: '.',
    udpPayloadSize: 1232,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: rcode === 'SERVFAIL' ? [noReachableAuthority(text)] : [],
  };
}

/** RFC 8914: a 16-bit info code, then text. The types of dns-packet do not know option 15; its codec takes any number. */
function noReachableAuthority(text: string): PacketOpt {
  const code: number = 15;
  const infoCode = 22;
  const data = Buffer.alloc(2 + Buffer.byteLength(text));
  data.writeUInt16BE(infoCode, 0);
  data.write(text, 2);
  return { code, data } as PacketOpt;
}
