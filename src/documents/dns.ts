import type { SystemPatience } from '../host/resolv-conf.js';
import type { ResolverRole } from '../host/resolver-role.js';
import type { AddressScope } from '../net/address/scope.js';
import type { DocumentHeader } from './header.js';

/** How a question ended. `no-data` is NOERROR with no record of the type asked (RFC 2308 section 2.2). */
export type DnsStatus =
  | 'answered'
  | 'no-data'
  | 'nxdomain'
  | 'servfail'
  | 'refused'
  | 'timeout'
  | 'malformed'
  | 'unreachable'
  | 'error';

export type DnsTransport = 'udp' | 'tcp';

export interface DnsAddress {
  address: string;
  family: 4 | 6;
  scope: AddressScope;
  /** Seconds, as the record says. */
  ttl: number;
}

export interface DnsRecord {
  /** Without final dot; bytes that are no letters, digits, hyphens or underscores escaped as in RFC 1035 section 5.1. */
  name: string;
  type: string;
  /** Seconds. */
  ttl: number;
  /** Presentation form (RFC 1035 section 5.1, RFC 3597): what dig +nosplit prints in the last column, names with their final dot. */
  data: string;
}

/** RFC 8914. */
export interface ExtendedDnsError {
  code: number;
  /** The registered name of the code, then the server's own words if it sent any: `Blocked: by policy`. */
  text: string;
}

/** One query sent and what became of it. In the order sent. */
export interface DnsAttempt {
  /** `ADDR`, or `ADDR#PORT` where the port is not 53: what `--server` takes. */
  server: string;
  transport: DnsTransport;
  name: string;
  type: string;
  /** `answered` here means: a reply with this rcode NOERROR came and had records. `truncated` sends the next try to TCP. */
  outcome: DnsStatus | 'truncated';
  /** Of the reply; null when none that could be read came. */
  rcode: string | null;
  /**
   * The socket's error, where one ended the try: `ECONNREFUSED`, `EHOSTUNREACH`. `EOF`: the server closed its TCP
   * connection before a whole reply. `ECANCELED`: we were told to finish before this try had an outcome.
   */
  errno: string | null;
  /** What is wrong with a `malformed` reply, with the byte where reading it failed; null otherwise. */
  detail: string | null;
  /** Whether the query carried an OPT record (RFC 6891). false only after a server answered FORMERR or NOTIMP to one. */
  edns: boolean;
  /** From the query's leaving to the reply's coming; to the end of the wait where none came. */
  durationMs: number;
}

/** A cookie (RFC 7873) in hexadecimal digits. */
export interface DnsCookie {
  client: string;
  /** What the server adds and wants to see again; null when it only repeated ours. */
  server: string | null;
}

/** Header bits of the deciding reply (RFC 1035 section 4.1.1, RFC 4035 section 3.1.6). */
export interface DnsFlags {
  /** The server owns the zone. */
  authoritative: boolean;
  /** The server would recurse for us; one that does not is no resolver. */
  recursionAvailable: boolean;
  /** The server says that it validated the data (DNSSEC). */
  authenticData: boolean;
  /**
   * Beside `authenticData` alone: whether programs on this host are told so. glibc clears the bit before they see it unless
   * resolv.conf says `trust-ad` (resolv.conf(5)), and that it says of its own nameservers only.
   */
  authenticDataTrusted?: boolean;
}

/** Two names' answers side by side (`--compare`). */
export interface DnsComparison {
  /** The second name. The first is the document's own question. */
  name: string;
  status: DnsStatus;
  /** Of the second name. */
  addresses: DnsAddress[];
  /** Both names gave addresses, and they are the same set. Order does not count: servers rotate it. */
  same: boolean;
  onlyFirst: string[];
  onlySecond: string[];
}

/** What getaddrinfo(3) says: hosts file, nsswitch and caches included (`--system`). */
export interface SystemLookup {
  addresses: string[];
  /** `ENOTFOUND`, `EAI_AGAIN`, … null when it gave addresses. */
  errorCode: string | null;
  durationMs: number;
}

/** The system's look-up beside the answer from the wire: what programs on this host get, and whether it differs. */
export interface SystemComparison extends SystemLookup {
  /** Both gave the same set, the empty one included; null when one of them could not be had. */
  same: boolean | null;
  onlySystem: string[];
  /** What DNS gave and the system does not. */
  onlyDns: string[];
  /** The hosts file's lines with this name: where an answer comes from that no server gave. */
  hostsFile: { address: string; line: number }[];
}

/** What one of several servers said (`--all-servers`). */
export interface DnsServerView {
  server: string;
  status: DnsStatus;
  rcode: string | null;
  addresses: string[];
  records: { type: string; data: string }[];
  /** Of its slowest reply; of the whole wait where it sent none. */
  durationMs: number;
}

/** `pprobe dns --json`, and one of `observations.dns`. */
export interface DnsDocument extends DocumentHeader<'dns'> {
  /** `name` as asked, after search rules chose it, without final dot; `type` the types asked, joined by commas: `A,AAAA`. */
  question: { name: string; type: string };
  status: DnsStatus;
  /** Of the deciding reply: `NOERROR`, `NXDOMAIN`, … null when none came. */
  rcode: string | null;
  /** The server whose reply decided; where none came, the first of those asked whose failure says most. */
  server: string | null;
  transport: DnsTransport | null;
  /** Over all types asked. */
  addresses: DnsAddress[];
  /** Names passed through, in order, without the first: the targets of the CNAMEs followed. */
  chain: string[];
  records: DnsRecord[];
  extendedErrors: ExtendedDnsError[];
  /** Of the deciding reply; null when none came. */
  flags: DnsFlags | null;
  attempts: DnsAttempt[];
  /** Packets from a server's address and port that answered no question of ours, by reason: `bad-id`, `wrong-question`, … */
  discarded: Record<string, number>;
  /** The server's name for itself (RFC 5001), where it was asked for; null when it did not tell. */
  nsid?: string | null;
  /** The deciding reply's, where one was sent; null when the server knows no cookies. */
  cookie?: DnsCookie | null;
  compare?: DnsComparison;
  system?: SystemComparison;
  /** What each server said, in their order; `agree`: all that know say the same, null when fewer than two know. */
  allServers?: { agree: boolean | null; views: DnsServerView[] };
  /** What the answering server is, where its address tells. */
  resolver?: ResolverRole;
  /** Where a nameserver of this host's resolv.conf said nothing: how long programs on this host wait for that. */
  systemPatience?: SystemPatience;
}

type Asked = Pick<DnsDocument, 'server' | 'transport' | 'attempts' | 'durationMs'>;

/**
 * How long the slowest reply of the server that decided took to come, milliseconds; null when it sent none. The document's
 * own `durationMs` is of all that was done, servers that did not answer and this program's own work included.
 */
export function replyTimeMs({ server, attempts }: Pick<Asked, 'server' | 'attempts'>): number | null {
  const replies = attempts.filter((attempt) => attempt.server === server && isReply(attempt));
  return replies.length === 0 ? null : Math.max(...replies.map(({ durationMs }) => durationMs));
}

/** Whether every query went to the server that decided, over the transport that did, and was answered. */
export function isAnsweredAtOnce({ server, transport, attempts }: Omit<Asked, 'durationMs'>): boolean {
  return attempts.every((each) => each.server === server && each.transport === transport && isReply(each));
}

/** What the network took: the slowest reply, or all of it where something was passed over or asked again. */
export function lookupTimeMs(document: Asked): number {
  const replyMs = isAnsweredAtOnce(document) ? replyTimeMs(document) : null;
  return replyMs ?? document.durationMs;
}

/** Whether a server said something in this try, be it a refusal or what nobody can read. */
function isReply({ outcome }: DnsAttempt): boolean {
  return outcome !== 'timeout' && outcome !== 'unreachable' && outcome !== 'error';
}
