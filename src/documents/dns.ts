import type { SystemPatience } from '../host/resolv-conf.js';
import type { ResolverRole } from '../host/resolver-role.js';
import type { AddressScope } from '../net/address/scope.js';
import type { DocumentHeader, OfInputLine } from './header.js';
import type {
  Counts,
  Errno,
  IpAddress,
  IpAddresses,
  Ms,
  Ordinal,
  Seconds,
  ServerName,
  Text,
} from './scalars.js';

/** The outcome of a lookup. `no-data` is NOERROR without a record of the type asked (RFC 2308 section 2.2). */
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

/** The transport of a DNS message. */
export type DnsTransport = 'udp' | 'tcp';

/** An address of the answer. */
export interface DnsAddress {
  address: IpAddress;
  family: 4 | 6;
  scope: AddressScope;
  ttl: Seconds;
}

/** The addresses of an answer. @maxItems 1000 */
export type DnsAddresses = DnsAddress[];

/**
 * The data of a record in presentation form (RFC 1035 section 5.1, RFC 3597), as dig +nosplit prints it: a message of 64 KB
 * with every octet escaped at most. Names end with a dot.
 *
 * @maxLength 262144
 */
export type RecordData = string;

/** A resource record of the answer section, in presentation form. */
export interface DnsRecord {
  /** Without final dot. Octets other than letters, digits, hyphens and underscores are escaped (RFC 1035 section 5.1). */
  name: string;
  type: Text;
  ttl: Seconds;
  data: RecordData;
}

/** An extended DNS error (RFC 8914). */
export interface ExtendedDnsError {
  /** @asType integer @minimum 0 @maximum 65535 */
  code: number;
  /** The registered name of the code, then the server's own text if it sent any: `Blocked: by policy`. @maxLength 65536 */
  text: string;
}

/** A system call that prepares a socket, before there is a packet. */
export type SetUpCall = 'socket' | 'bind' | 'connect';

/** One query and its outcome. */
export interface DnsAttempt {
  server: ServerName;
  transport: DnsTransport;
  name: string;
  type: Text;
  /** `answered`: a NOERROR reply with records. After `truncated`, the query is sent again over TCP. */
  outcome: DnsStatus | 'truncated';
  /** The rcode of the reply; null when no readable reply came. */
  rcode: Text | null;
  /**
   * The error that ended the attempt: `ECONNREFUSED`, `EHOSTUNREACH`. `EOF`: the server closed the TCP connection before a
   * whole reply. `ECANCELED`: the lookup was stopped, or another reply decided it, before this attempt had an outcome.
   */
  errno: Errno | null;
  /** Of EPERM and EACCES: the call that this host forbids before there is a packet. Absent where it was a send that failed. */
  call?: SetUpCall;
  /**
   * What is wrong with a `malformed` reply, and the octet at which decoding failed; that a NOERROR reply says nothing about the
   * name because the server does not recurse (`error`); null otherwise.
   */
  detail: Text | null;
  /**
   * Whether the query carried an OPT record (RFC 6891) and the AD bit. false for a query as C libraries send it by default,
   * which follows one with EDNS that was not answered with records.
   */
  edns: boolean;
  /** From the start of the lookup to the query; null in documents of versions before 0.2.0. */
  sentMs: Ms | null;
  /** From the query to the reply; to the end of the wait where no reply came. */
  durationMs: Ms;
  /** The reply came after the next query had been sent. */
  late?: true;
}

/** A server that answers queries without EDNS (RFC 6891), and not those with it. */
export interface EdnsHabit {
  server: ServerName;
  /** How a query with EDNS ends. */
  outcome: DnsStatus;
  rcode: Text | null;
}

/** A DNS cookie (RFC 7873) in hexadecimal digits. */
export interface DnsCookie {
  /** @pattern ^[0-9a-f]{16}$ */
  client: string;
  /** The server's part; null when the server only returned ours. @pattern ^[0-9a-f]{16,64}$ */
  server: string | null;
}

/** Header bits of the deciding reply (RFC 1035 section 4.1.1, RFC 4035 section 3.1.6). */
export interface DnsFlags {
  /** AA: the server is authoritative for the zone. */
  authoritative: boolean;
  /** RA: the server offers recursion. A server without it is not a resolver. */
  recursionAvailable: boolean;
  /** AD: the server says that it validated the data with DNSSEC. */
  authenticData: boolean;
  /**
   * Whether programs on this host see the AD bit. Present only where it is set: glibc clears it unless resolv.conf says
   * `trust-ad` (resolv.conf(5)), which applies to its own nameservers only.
   */
  authenticDataTrusted?: boolean;
}

/** The answers for two names side by side (`--compare`). */
export interface DnsComparison {
  /** The second name. The first is the name of the document's own question. */
  name: string;
  status: DnsStatus;
  /** Of the second name. */
  addresses: DnsAddresses;
  /** Both names have addresses, and the sets are equal. The order does not count, because servers rotate it. */
  same: boolean;
  onlyFirst: IpAddresses;
  onlySecond: IpAddresses;
}

/** What getaddrinfo(3) answers: hosts file, nsswitch and caches included (`--system`). */
export interface SystemLookup {
  addresses: IpAddresses;
  /** `ENOTFOUND`, `EAI_AGAIN`, …; null when it returned addresses. */
  errorCode: Text | null;
  durationMs: Ms;
}

/** A line of the hosts file. */
export interface HostsFileEntry {
  address: IpAddress;
  line: Ordinal;
}

/** The system's lookup beside the answer from DNS: what programs on this host get, and whether it differs. */
export interface SystemComparison extends SystemLookup {
  /** Whether both gave the same set, an empty one included; null when one of the lookups failed. */
  same: boolean | null;
  onlySystem: IpAddresses;
  onlyDns: IpAddresses;
  /** The lines of the hosts file that contain the name. */
  hostsFile: HostsFileEntry[];
}

/** The answer of one of several servers (`--all-servers`). */
export interface DnsServerView {
  server: ServerName;
  status: DnsStatus;
  rcode: Text | null;
  addresses: IpAddresses;
  records: { type: Text; data: RecordData }[];
  /** Of the slowest reply; of the whole wait where no reply came. */
  durationMs: Ms;
}

/**
 * Why a lookup was made. `host`: for the target's name, as programs on this host resolve it, with the configured resolvers in
 * order until one decides; `endpoint`: for the endpoint's other name (`--vpce`), in the same way; `resolver`: for the target's
 * name, with one configured resolver alone; `vpc-resolver`: for the target's name, with the VPC's own resolver
 * (169.254.169.253, fd00:ec2::253, or the base address of the VPC plus two), whether or not this host uses it.
 */
export type DnsPurpose = 'host' | 'endpoint' | 'resolver' | 'vpc-resolver';

/** `pprobe dns --json`, and one of `observations.dns`. */
export interface DnsDocument extends DocumentHeader<'dns'>, OfInputLine {
  question: {
    /** The name looked up, after the search list was applied, without final dot. */
    name: string;
    /** The types asked, joined by commas: `A,AAAA`. @pattern ^[A-Z0-9-]+(,[A-Z0-9-]+)*$ */
    type: string;
  };
  status: DnsStatus;
  /** The rcode of the deciding reply: `NOERROR`, `NXDOMAIN`, …; null when no reply came. */
  rcode: Text | null;
  /** The server whose reply decided; without a reply, the first server among those whose failure says most. */
  server: ServerName | null;
  transport: DnsTransport | null;
  /** The addresses of all types asked. */
  addresses: DnsAddresses;
  /** The CNAMEs followed, in order, without the name asked. */
  chain: string[];
  records: DnsRecord[];
  extendedErrors: ExtendedDnsError[];
  /** null when no reply came. */
  flags: DnsFlags | null;
  /** Every query sent, in order. */
  attempts: DnsAttempt[];
  /** Packets from the address and port of a server that answered no query, by reason: `bad-id`, `wrong-question`, … */
  discarded: Counts;
  /** The server's name for itself (RFC 5001), where it was requested; null when the server did not send one. @maxLength 131072 */
  nsid?: string | null;
  /** The cookie of the deciding reply, where one was sent; null when the server does not support cookies. */
  cookie?: DnsCookie | null;
  compare?: DnsComparison;
  system?: SystemComparison;
  /** The answer of each server, in order. `agree`: all servers that know the name say the same; null for fewer than two. */
  allServers?: { agree: boolean | null; views: DnsServerView[] };
  /** What the answering server is, where its address tells. */
  resolver?: ResolverRole;
  /** How long programs on this host wait for nameservers, where one of resolv.conf did not answer. */
  systemPatience?: SystemPatience;
  /** Where the deciding server answers only queries without EDNS: how it treats the others. */
  answersOnlyWithoutEdns?: EdnsHabit;
  /** The types of `question` that no server answered at all, where another type was answered. */
  typesNotAnswered?: Text[];
  /**
   * The types of `question` that failed, where another type was answered or the name is said not to exist. `nxdomain` beside
   * another type's records: the server is wrong, since NXDOMAIN is about the name (RFC 8020).
   */
  typesFailed?: { type: Text; status: DnsStatus; rcode: Text | null }[];
  /** Servers without any reply to this lookup, before the deciding one in the order in which programs ask. */
  serversPassedOver?: ServerName[];
  /**
   * Servers without any reply to this lookup, which did answer another question: the one for the name servers of the root. They work, and
   * have no answer for this name.
   */
  answersOthers?: ServerName[];
  /** Servers whose replies come from another address or port, so that no program receives them. */
  repliesFrom?: { server: ServerName; from: ServerName }[];
  /** Queries to servers that answered others, which were lost on the way. @asType integer @minimum 1 */
  queriesLost?: number;
  /** The servers that neither have the zone nor ask others, and so say nothing about the name. */
  notRecursive?: ServerName[];
  /**
   * The reply over UDP was truncated, and no reply came over TCP port 53 of this server. `accepts`: whether it accepts
   * connections there; null where this was not tried.
   */
  truncatedWithoutTcp?: { server: ServerName; errno: Errno | null; accepts: boolean | null };
  /**
   * The end of the chain of aliases, where it does not exist or has no record of the types asked. The name asked does exist: it
   * is an alias (RFC 6604 section 3).
   */
  danglingAlias?: { target: Text; status: 'nxdomain' | 'no-data' };
  /** The chain of aliases returns to a name that it has passed. */
  aliasLoop?: true;
  /** The chain of aliases was not followed to its end: the last reply that was asked for again led to a further alias. */
  aliasUnended?: true;
  /** The DNAME that redirects the name, where the reply lacks the CNAME made from it; C libraries do not follow it (RFC 6672 section 3.1). */
  dnameOnly?: { owner: Text; target: Text };
  /** Names that have other records beside a CNAME, which RFC 2181 section 10.1 forbids: resolvers differ in what they answer. */
  aliasBesideData?: Text[];
  /** The reply ended at an alias, and its target was asked for separately, which C libraries do not do. */
  aliasFollowedHere?: true;
  /** The options of resolv.conf and RES_OPTIONS, where its nameservers were asked. */
  resolverOptions?: Text[];
  /** resolv.conf names no usable nameserver, so 127.0.0.1 was asked, as programs do; the values that are no addresses. */
  nameserverMissing?: { ignored: Text[] };
  /** In a report: why the lookup was made. */
  asked?: {
    purpose: DnsPurpose;
    /** The one server asked; null where the configured ones were asked in order. */
    server: ServerName | null;
  };
}

type Asked = Pick<DnsDocument, 'server' | 'transport' | 'attempts' | 'durationMs'>;

/**
 * The time of the slowest reply of the deciding server in milliseconds; null when it sent none. The `durationMs` of the
 * document is longer: it includes servers that did not answer and the work of this program.
 */
export function replyTimeMs({ server, attempts }: Pick<Asked, 'server' | 'attempts'>): number | null {
  const replies = attempts.filter((attempt) => attempt.server === server && isReply(attempt));
  return replies.length === 0 ? null : Math.max(...replies.map(({ durationMs }) => durationMs));
}

/** Whether every query went to the deciding server over the deciding transport and was answered. */
export function isAnsweredAtOnce({ server, transport, attempts }: Omit<Asked, 'durationMs'>): boolean {
  return attempts.every((each) => each.server === server && each.transport === transport && isReply(each));
}

/**
 * The time a lookup took in milliseconds: that of the slowest reply, or the whole duration where a query was sent again or a
 * server did not answer.
 */
export function lookupTimeMs(document: Asked): number {
  const replyMs = isAnsweredAtOnce(document) ? replyTimeMs(document) : null;
  return replyMs ?? document.durationMs;
}

/** Whether the server replied in this attempt: with an answer, a refusal, or a malformed message. */
function isReply({ outcome }: DnsAttempt): boolean {
  return outcome !== 'timeout' && outcome !== 'unreachable' && outcome !== 'error';
}
