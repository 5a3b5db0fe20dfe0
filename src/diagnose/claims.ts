import { openingAt, staysOpenAt } from '../documents/observed/tcp.js';
import type { Confidence, Evidence, EvidenceItem } from '../documents/report.js';
import {
  answeredByApi,
  denialOfAnother,
  excludedFromProxy,
  fromApiGateway,
  oneSucceeded,
  passedOn,
} from './refutations/answers.js';
import {
  acknowledgedBy,
  certificateOf,
  completedBy,
  namedAnswer,
  octetsOf,
  sameAtAnySize,
  servedWithoutCertificate,
  tlsSpokenBy,
  uninspected,
} from './refutations/handshakes.js';
import {
  addressFrom,
  dnsForPrograms,
  knownElsewhere,
  knownToPrograms,
  otherForPrograms,
  replyOf,
} from './refutations/names.js';
import {
  anyTcpAnswer,
  connectedTo,
  heardOnTheWay,
  keptBack,
  notATarget,
  reportedOnTheWay,
  resetSeen,
  spokenBy,
} from './refutations/packets.js';

/**
 * What findings say about the world, and what would refute it. A finding names its claims; `classify` looks for their
 * refutations in all observations of the report. A refuted finding is dropped or loses its confidence, and the observation that
 * refutes it becomes evidence.
 */

/** Something that a finding says. */
export type Claim =
  | { says: AddressClaim; address: string }
  | { says: ServerClaim; server: string; name: string }
  | { says: HostClaim };

/** The claims of one finding: every finding says something. */
export type Claims = readonly [Claim, ...Claim[]];

/** About one address of the target. */
export type AddressClaim =
  /** This host sends nothing to it: it has no route, or forbids it. */
  | 'not-sent'
  /** This host lacks something that a connection to it needs; packets of a raw socket may leave all the same. */
  | 'not-connected'
  /** The firewall of this host keeps packets to it back; it can answer them with RST in its place. */
  | 'blocked-here'
  /** The answers to SYNs are its own, or of something on the way. */
  | 'answered-elsewhere'
  /** Nothing at all comes back from it: no SYN-ACK, no RST. */
  | 'silent'
  /** SYNs to it are answered and others are not. */
  | 'sometimes-answers'
  /** No host on this link answers for it. */
  | 'nobody-on-link'
  /** Packets to it do not arrive: a router cannot deliver them, a loop, a filter. */
  | 'not-reached'
  /** Its port is closed. */
  | 'closed'
  /** It accepts connections and closes each at once. */
  | 'closes-at-once'
  /** This host accepts the connections to it in its place, and they do not get through. */
  | 'accepted-here'
  /** It does not speak TLS. */
  | 'not-tls'
  /** It and this host have no TLS version or cipher in common. */
  | 'no-common-version'
  /** It sends nothing after the ClientHello. */
  | 'tls-silent'
  /** Packets of a certain size are lost on the way to it, and smaller ones are not. */
  | 'size-matters'
  /** Nothing of what this host sent after the SYN was acknowledged. */
  | 'never-acknowledged'
  /** A handshake under the name of the target gets no answer, because of the name. */
  | 'name-matters'
  /** Something before it rejects the packets in its place. */
  | 'stopped-on-the-way'
  /** Its ClientHello of two segments gets no answer. */
  | 'hello-too-large'
  /** Handshakes with it fail. */
  | 'handshake-fails'
  /** It wants a certificate from the client. */
  | 'wants-certificate'
  /** A product that inspects TLS is in front of it. */
  | 'inspected';

/** About a DNS server and a name. */
export type ServerClaim =
  /** It does not answer queries for the name. */
  | 'server-silent'
  /** It cannot be reached. */
  | 'server-unreachable'
  /** It says that the name does not exist, or has no address. */
  | 'name-missing'
  /** It gives no address for the name, for another reason. */
  | 'gives-no-address';

/** About the network of this host, or the target as a whole. */
export type HostClaim =
  /** No answer to TCP comes back to this host from anywhere. */
  | 'nothing-comes-back'
  /** This host can start no connection. */
  | 'no-connection-possible'
  /** The target itself was reached. */
  | 'target-reached'
  /** No program on this host can resolve the name. */
  | 'unknown-to-programs'
  /** No resolver has an address for the name. */
  | 'known-nowhere'
  /** Programs on this host get what DNS gives. */
  | 'dns-decides'
  /** Programs on this host get addresses from a source before DNS. */
  | 'dns-passed-over'
  /** The name or URL of the target cannot be served. */
  | 'name-unserved'
  /** API Gateway finds no API for the request. */
  | 'no-api-found'
  /** The request fails, wherever it is sent. */
  | 'every-request-fails'
  /** API Gateway made the answer itself. */
  | 'gateway-said-it'
  /** The denial is about the API that was called. */
  | 'denies-this-api'
  /** A proxy answers instead of the target. */
  | 'proxy-answers'
  /** Programs connect to the target through a proxy. */
  | 'proxy-in-use';

/** What becomes of a finding with a refuted claim: it is dropped, or it has at most this confidence. */
type Consequence = 'drop' | Confidence;

interface ClaimRow<Kind extends Claim> {
  refuted: (evidence: Evidence, claim: Kind) => EvidenceItem | null;
  result: Consequence;
}

type Rows = {
  [Says in AddressClaim]: ClaimRow<Extract<Claim, { address: string }>>;
} & { [Says in ServerClaim]: ClaimRow<Extract<Claim, { server: string }>> } & {
  [Says in HostClaim]: ClaimRow<{ says: HostClaim }>;
};

/** Each claim, the observations that would refute it, and what follows. */
const CLAIMS: Rows = {
  'not-sent': {
    refuted: (evidence, { address }) =>
      spokenBy(evidence, address) ?? reportedOnTheWay(evidence, address) ?? heardOnTheWay(evidence, address),
    result: 'drop',
  },
  'blocked-here': {
    refuted: (evidence, { address }) =>
      openingAt(evidence, address) ?? reportedOnTheWay(evidence, address) ?? heardOnTheWay(evidence, address),
    result: 'drop',
  },
  'answered-elsewhere': { refuted: (evidence, { address }) => keptBack(evidence, address), result: 'medium' },
  'not-connected': { refuted: (evidence, { address }) => connectedTo(evidence, address), result: 'drop' },
  silent: { refuted: (evidence, { address }) => spokenBy(evidence, address), result: 'drop' },
  'sometimes-answers': { refuted: () => null, result: 'drop' },
  'nobody-on-link': { refuted: (evidence, { address }) => spokenBy(evidence, address), result: 'drop' },
  'not-reached': { refuted: (evidence, { address }) => openingAt(evidence, address), result: 'drop' },
  closed: { refuted: (evidence, { address }) => openingAt(evidence, address), result: 'drop' },
  'closes-at-once': { refuted: (evidence, { address }) => staysOpenAt(evidence, address), result: 'drop' },
  'accepted-here': { refuted: (evidence, { address }) => completedBy(evidence, address), result: 'drop' },
  'not-tls': { refuted: (evidence, { address }) => tlsSpokenBy(evidence, address), result: 'drop' },
  'no-common-version': {
    refuted: (evidence, { address }) => certificateOf(evidence, address),
    result: 'drop',
  },
  'tls-silent': { refuted: (evidence, { address }) => octetsOf(evidence, address), result: 'drop' },
  'size-matters': { refuted: (evidence, { address }) => sameAtAnySize(evidence, address), result: 'drop' },
  'never-acknowledged': {
    refuted: (evidence, { address }) => acknowledgedBy(evidence, address),
    result: 'drop',
  },
  'name-matters': { refuted: (evidence, { address }) => namedAnswer(evidence, address), result: 'drop' },
  'stopped-on-the-way': {
    refuted: (evidence, { address }) => resetSeen(evidence, address),
    result: 'medium',
  },
  'hello-too-large': { refuted: (evidence, { address }) => namedAnswer(evidence, address), result: 'drop' },
  'handshake-fails': { refuted: (evidence, { address }) => completedBy(evidence, address), result: 'medium' },
  'wants-certificate': {
    refuted: (evidence, { address }) => servedWithoutCertificate(evidence, address),
    result: 'medium',
  },
  inspected: { refuted: (evidence, { address }) => uninspected(evidence, address), result: 'medium' },
  'server-silent': {
    refuted: (evidence, { server, name }) => replyOf(evidence, server, name),
    result: 'drop',
  },
  'server-unreachable': {
    refuted: (evidence, { server }) => replyOf(evidence, server, null),
    result: 'drop',
  },
  'name-missing': {
    refuted: (evidence, { server, name }) => addressFrom(evidence, server, name),
    result: 'medium',
  },
  'gives-no-address': {
    refuted: (evidence, { server, name }) => addressFrom(evidence, server, name),
    result: 'medium',
  },
  'unknown-to-programs': { refuted: knownToPrograms, result: 'medium' },
  'known-nowhere': { refuted: knownElsewhere, result: 'high' },
  'dns-decides': { refuted: otherForPrograms, result: 'medium' },
  'dns-passed-over': { refuted: dnsForPrograms, result: 'medium' },
  'name-unserved': { refuted: answeredByApi, result: 'drop' },
  'no-api-found': { refuted: answeredByApi, result: 'medium' },
  'every-request-fails': { refuted: oneSucceeded, result: 'medium' },
  'gateway-said-it': { refuted: passedOn, result: 'medium' },
  'denies-this-api': { refuted: denialOfAnother, result: 'medium' },
  'proxy-answers': { refuted: fromApiGateway, result: 'drop' },
  'proxy-in-use': { refuted: excludedFromProxy, result: 'drop' },
  'nothing-comes-back': { refuted: (evidence) => anyTcpAnswer(evidence), result: 'drop' },
  'no-connection-possible': { refuted: (evidence) => anyTcpAnswer(evidence), result: 'drop' },
  'target-reached': { refuted: (evidence) => notATarget(evidence), result: 'drop' },
};

/** The observation that refutes a claim, with what becomes of the finding; null where nothing does. */
export function refutationOf(
  evidence: Evidence,
  claim: Claim,
): { shown: EvidenceItem; result: Consequence } | null {
  const { refuted, result }: ClaimRow<never> = CLAIMS[claim.says];
  const shown = refuted(evidence, claim as never);
  return shown === null ? null : { shown, result };
}

/** One claim about each of several addresses. */
export function ofEach(says: AddressClaim, first: string, others: readonly string[] = []): Claims {
  const further = [...new Set(others)].filter((address) => address !== first);
  return [{ says, address: first }, ...further.map((address) => ({ says, address }))];
}

/** Every claim there is. */
export const CLAIM_NAMES: readonly Claim['says'][] = Object.keys(CLAIMS) as Claim['says'][];
