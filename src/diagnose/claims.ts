import type { DnsAttempt } from '../documents/dns.js';
import { controls } from '../documents/observed/control.js';
import { openingAt, staysOpenAt } from '../documents/observed/tcp.js';
import { handshakes, spokeTls } from '../documents/observed/tls.js';
import { isPortUnreachable } from '../documents/observed/trace.js';
import type { Confidence, Evidence, EvidenceItem } from '../documents/report.js';
import type { TcpAttempt } from '../documents/tcp.js';

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

/** About one address of the target. */
export type AddressClaim =
  /** This host sends nothing to it: it has no route, or forbids it. */
  | 'not-sent'
  /** Nothing at all comes back from it: no SYN-ACK, no RST. */
  | 'silent'
  /** SYNs to it are answered and others are not. */
  | 'sometimes-answers'
  /** No hop on the way to it answers. */
  | 'hops-silent'
  /** No host on this link answers for it. */
  | 'nobody-on-link'
  /** Packets to it do not arrive: a router cannot deliver them, a loop, a filter. */
  | 'not-reached'
  /** Its port is closed. */
  | 'closed'
  /** It accepts connections and closes each at once. */
  | 'closes-at-once'
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
  | 'name-matters';

/** About a DNS server and a name. */
export type ServerClaim =
  /** It does not answer queries for the name. */
  | 'server-silent'
  /** It cannot be reached. */
  | 'server-unreachable'
  /** It says that the name does not exist, or has no address. */
  | 'name-missing';

/** About the network of this host, or the target as a whole. */
export type HostClaim =
  /** No answer to TCP comes back to this host from anywhere. */
  | 'nothing-comes-back'
  /** This host can start no connection. */
  | 'no-connection-possible'
  /** The target itself was reached. */
  | 'target-reached';

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
    refuted: (evidence, { address }) => spokenBy(evidence, address) ?? heardOnTheWay(evidence, address),
    result: 'drop',
  },
  silent: { refuted: (evidence, { address }) => spokenBy(evidence, address), result: 'drop' },
  'sometimes-answers': { refuted: () => null, result: 'drop' },
  'hops-silent': { refuted: (evidence, { address }) => heardOnTheWay(evidence, address), result: 'drop' },
  'nobody-on-link': { refuted: (evidence, { address }) => spokenBy(evidence, address), result: 'drop' },
  'not-reached': { refuted: (evidence, { address }) => openingAt(evidence, address), result: 'drop' },
  closed: { refuted: (evidence, { address }) => openingAt(evidence, address), result: 'drop' },
  'closes-at-once': { refuted: (evidence, { address }) => staysOpenAt(evidence, address), result: 'drop' },
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
export function ofEach(says: AddressClaim, addresses: readonly string[]): Claim[] {
  return [...new Set(addresses)].map((address) => ({ says, address }));
}

/** Something that came from the address itself: a SYN-ACK, an RST, anything on a connection. */
function spokenBy(evidence: Evidence, address: string): EvidenceItem | null {
  return openingAt(evidence, address) ?? resetBy(evidence, address);
}

function resetBy({ target, observations }: Evidence, address: string): EvidenceItem | null {
  const closes = (attempt: TcpAttempt): boolean =>
    attempt.address === address &&
    (attempt.status === 'reset' || attempt.status === 'refused') &&
    // A port unreachable can come from anywhere on the way.
    !(attempt.icmp != null && attempt.from !== address && isPortUnreachable(address, attempt.icmp));
  const attempted = observations.tcp.findIndex(
    ({ host, port, attempts }) => host === target.host && port === target.port && attempts.some(closes),
  );
  if (attempted >= 0)
    return { observation: `tcp[${attempted}]`, text: `${address} answered the SYN with RST` };
  const traced = tracesTo({ target, observations }, address).find(({ doc: { hops } }) =>
    hops.some(({ probes }) => probes.some(({ reply }) => reply === 'rst')),
  );
  return traced === undefined
    ? null
    : { observation: traced.ref, text: `an RST with the address ${address} came back to the trace` };
}

function tracesTo({ target, observations }: Pick<Evidence, 'target' | 'observations'>, address: string) {
  return observations.trace
    .map((doc, index) => ({ doc, ref: `trace[${index}]` }))
    .filter(({ doc }) => doc.address === address && doc.host === target.host && doc.port === target.port);
}

/** A reply of any hop of a trace to the address, apart from this host itself. */
function heardOnTheWay(evidence: Evidence, address: string): EvidenceItem | null {
  const own = new Set(evidence.vantage.addresses);
  for (const { doc, ref } of tracesTo(evidence, address)) {
    for (const { ttl, probes } of doc.hops) {
      const heard = probes.find(({ from }) => from !== null && from !== doc.source && !own.has(from));
      if (heard !== undefined) return { observation: ref, text: `${heard.from} answered at hop ${ttl}` };
    }
  }
  return null;
}

/** The handshakes with an address under the name of the target. */
function shaken(evidence: Evidence, address: string) {
  return handshakes(evidence).filter(({ doc }) => doc.address === address);
}

function tlsSpokenBy(evidence: Evidence, address: string): EvidenceItem | null {
  const found = shaken(evidence, address).find(({ doc }) => spokeTls(doc));
  return found === undefined
    ? null
    : { observation: found.ref, text: `${address} speaks TLS: ${found.doc.status}` };
}

/** A certificate comes after version and cipher are agreed upon (RFC 5246 section 7.4.2, RFC 8446 section 4.4.2). */
function certificateOf(evidence: Evidence, address: string): EvidenceItem | null {
  const found = shaken(evidence, address).find(
    ({ doc }) =>
      doc.certificate !== null || doc.progress?.heard === 'certificate' || doc.progress?.heard === 'done',
  );
  return found === undefined
    ? null
    : {
        observation: found.ref,
        text: `${address} sent its certificate, after both sides had agreed on a version`,
      };
}

function octetsOf(evidence: Evidence, address: string): EvidenceItem | null {
  const found = shaken(evidence, address).find(
    ({ doc }) => doc.status === 'ok' || (doc.progress !== undefined && doc.progress.heard !== 'nothing'),
  );
  return found === undefined ? null : { observation: found.ref, text: `${address} answered the ClientHello` };
}

function acknowledgedBy(evidence: Evidence, address: string): EvidenceItem | null {
  const found = shaken(evidence, address).find(({ doc }) => doc.progress?.acknowledged === true);
  return found === undefined
    ? null
    : { observation: found.ref, text: `${address} acknowledged all octets of the ClientHello` };
}

/** A handshake in small segments that fails like the first one, or small packets that are lost too. */
function sameAtAnySize(evidence: Evidence, address: string): EvidenceItem | null {
  const { tls, pathMtu = [] } = evidence.observations;
  const small = tls.findIndex(
    (doc) => doc.address === address && doc.purpose === 'small-segments' && doc.connectMs !== null,
  );
  const doc = tls[small];
  if (doc !== undefined && doc.errorCode !== 'ECANCELED' && !spokeTls(doc))
    return {
      observation: `tls[${small}]`,
      text: `the handshake in small segments fails too (${doc.status}): the size of the packets does not matter`,
    };
  const sized = pathMtu.findIndex(
    (each) =>
      each.address === address && each.largestAcknowledged === null && each.smallestUnacknowledged !== null,
  );
  return sized < 0
    ? null
    : { observation: `pathMtu[${sized}]`, text: `no packet of any size was acknowledged by ${address}` };
}

function namedAnswer(evidence: Evidence, address: string): EvidenceItem | null {
  const found = shaken(evidence, address).find(({ doc }) => spokeTls(doc));
  return found === undefined
    ? null
    : { observation: found.ref, text: `${address} answers a handshake for ${found.doc.serverName}` };
}

/** Whether something readable came back to a query. */
function isReply({ outcome }: DnsAttempt): boolean {
  return outcome !== 'timeout' && outcome !== 'unreachable' && outcome !== 'error' && outcome !== 'malformed';
}

/** A reply of a server to a query for a name, or for any name where `name` is null. */
function replyOf({ observations }: Evidence, server: string, name: string | null): EvidenceItem | null {
  for (const [index, doc] of observations.dns.entries()) {
    const reply = doc.attempts.find(
      (each) => each.server === server && isReply(each) && (name === null || sameName(each.name, name)),
    );
    if (reply !== undefined)
      return {
        observation: `dns[${index}]`,
        text: `${server} answered the query for ${reply.type} of ${reply.name}: ${reply.outcome}`,
      };
  }
  return null;
}

function addressFrom({ observations }: Evidence, server: string, name: string): EvidenceItem | null {
  const index = observations.dns.findIndex(
    (doc) => doc.server === server && sameName(doc.question.name, name) && doc.addresses.length > 0,
  );
  return index < 0
    ? null
    : { observation: `dns[${index}]`, text: `${server} gave an address for ${name} in another lookup` };
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase().replace(/\.$/, '') === other.toLowerCase().replace(/\.$/, '');
}

/** Anything that came back to this host over TCP. */
function anyTcpAnswer(evidence: Evidence): EvidenceItem | null {
  const { tcp, http, dns } = evidence.observations;
  for (const [index, { attempts }] of tcp.entries()) {
    const answered = attempts.find(({ status }) => status === 'open' || status === 'reset');
    if (answered !== undefined)
      return { observation: `tcp[${index}]`, text: `${answered.address} answered: ${answered.status}` };
  }
  const control = controls(evidence).find(({ result }) => result === 'answers');
  if (control !== undefined) return { observation: control.ref, text: `${control.doc.host} answers` };
  const addresses = [...evidence.observations.trace, ...evidence.observations.tls].map(
    ({ address }) => address,
  );
  for (const address of new Set(addresses)) {
    const spoken = spokenBy(evidence, address);
    if (spoken !== null) return spoken;
  }
  const named = dns.findIndex(({ attempts }) =>
    attempts.some((attempt) => attempt.transport === 'tcp' && isReply(attempt)),
  );
  if (named >= 0) return { observation: `dns[${named}]`, text: 'a DNS server answered over TCP' };
  const asked = http.findIndex(({ status }) => status !== null);
  return asked < 0 ? null : { observation: `http[${asked}]`, text: 'an HTTP response came' };
}

/** Addresses that mean "this host" when connected to: whatever answers there is not the target (RFC 1122 section 3.2.1.3). */
const UNSPECIFIED: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

function notATarget({ observations, target }: Evidence): EvidenceItem | null {
  const index = observations.tcp.findIndex(
    ({ host, port, attempts }) =>
      host === target.host &&
      port === target.port &&
      attempts.some(({ address }) => UNSPECIFIED.has(address)),
  );
  return index < 0
    ? null
    : {
        observation: `tcp[${index}]`,
        text: 'a connection to an unspecified address arrives at this host itself',
      };
}
