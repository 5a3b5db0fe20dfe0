import { familyOf, withoutZone } from '../../net/address/address.js';
import type { Evidence, EvidenceItem } from '../report.js';
import type { TcpAttempt, TcpCause, TcpDocument, TcpStatus } from '../tcp.js';
import type { OwnLimit } from '../terms/errno.js';
import { isBetterStatus, isLoopbackWindow } from '../terms/tcp-status.js';
import type { AddressTrace } from '../trace.js';
import type { Seen } from './dns.js';
import { isOwnAddress } from './link.js';
import { once } from './memo.js';

/** The best attempt on one address, with the facts that only libc reports set to null where they are absent. */
export interface AddressOutcome extends TcpAttempt {
  /** The observation that holds the attempt: `tcp[0]`. */
  ref: string;
  cause: TcpCause | null;
  from: string | null;
  icmp: { type: number; code: number } | null;
  neighbour: string | null;
}

/** The TCP observations of the target itself, without those of control targets. */
function targetTcp({ target, observations }: Evidence): Seen<TcpDocument>[] {
  return observations.tcp
    .map((doc, index) => ({ ref: `tcp[${index}]`, doc }))
    .filter(({ doc }) => doc.host === target.host && doc.port === target.port);
}

/** Every attempt on the target, in the order made. */
function targetAttempts(evidence: Evidence): AddressOutcome[] {
  return once(evidence, attemptsOf);
}

function attemptsOf(evidence: Evidence): AddressOutcome[] {
  return targetTcp(evidence).flatMap(({ ref, doc }) =>
    doc.attempts.map((attempt) => ({
      ...attempt,
      ref,
      cause: attempt.cause ?? null,
      from: attempt.from ?? null,
      icmp: attempt.icmp ?? null,
      neighbour: attempt.neighbour ?? null,
    })),
  );
}

/**
 * The best attempt on each address, in the order of the addresses. Attempts with status `error` (interrupted, or failed
 * for a reason of this process) say nothing about the network and are left out.
 */
export function addressOutcomes(evidence: Evidence): AddressOutcome[] {
  return once(evidence, bestAttempts);
}

function bestAttempts(evidence: Evidence): AddressOutcome[] {
  const best = new Map<string, AddressOutcome>();
  for (const attempt of targetAttempts(evidence)) {
    if (attempt.status === 'error') continue;
    const known = best.get(attempt.address);
    if (known === undefined || isBetterStatus(attempt.status, known.status))
      best.set(attempt.address, attempt);
  }
  return [...best.values()];
}

const shortages: ReadonlySet<string> = new Set<OwnLimit>(['no-ports', 'no-descriptors', 'no-memory']);

/** Attempts that this host could not start because it ran out of something; they say nothing about the target. */
export function exhaustedAttempts(evidence: Evidence): AddressOutcome[] {
  return targetAttempts(evidence).filter(
    ({ status, cause }) => status === 'error' && cause !== null && shortages.has(cause),
  );
}

/** Addresses without a result: every attempt was interrupted or failed for a reason of this process. */
export function unsettledAddresses(evidence: Evidence): string[] {
  const settled = new Set(addressOutcomes(evidence).map(({ address }) => address));
  const tried = targetTcp(evidence).flatMap(({ doc }) => addressesOf(doc.attempts));
  return [...new Set(tried)].filter((address) => !settled.has(address));
}

/** Addresses whose attempts all timed out and that nothing else shows to be open: silence, as far as this run saw. */
export function silentOutcomes(evidence: Evidence): AddressOutcome[] {
  return withStatus(addressOutcomes(evidence), 'timeout').filter(
    ({ address }) => openingBeside(evidence, address) === null,
  );
}

/** Addresses whose attempts all timed out although another packet of the same run was answered: packets are lost. */
export function lossyOutcomes(evidence: Evidence): { outcome: AddressOutcome; shown: EvidenceItem }[] {
  return withStatus(addressOutcomes(evidence), 'timeout').flatMap((outcome) => {
    const shown = openingBeside(evidence, outcome.address);
    return shown === null ? [] : [{ outcome, shown }];
  });
}

/**
 * Open connections to addresses of other hosts that this host accepted itself: a rule of its packet filter redirects them to a
 * program on it, as that of a service mesh does.
 */
export function acceptedHere(evidence: Evidence): AddressOutcome[] {
  return withStatus(addressOutcomes(evidence), 'open').filter(
    ({ address, window }) => isLoopbackWindow(address, window) && !isOwnAddress(evidence, address),
  );
}

/** Addresses that accepted every connection and closed it before anything was sent on it. */
export function closedAtOnceOutcomes(evidence: Evidence): AddressOutcome[] {
  return withStatus(addressOutcomes(evidence), 'open').filter(
    ({ address }) => staysOpenAt(evidence, address) === null,
  );
}

/** A connection to the address that was not closed at once, or that carried something; null where each one was closed. */
export function staysOpenAt(evidence: Evidence, address: string): EvidenceItem | null {
  const stays = targetAttempts(evidence).find(
    (each) =>
      each.address === address &&
      each.status === 'open' &&
      (each.afterOpen == null || each.afterOpen.end === 'open' || each.banner != null),
  );
  if (stays !== undefined) return { observation: stays.ref, text: `a connection to ${address} stays open` };
  const { tls, http } = evidence.observations;
  const asked = http.findIndex((doc) => doc.address === address && doc.status !== null);
  if (asked >= 0) return { observation: `http[${asked}]`, text: `${address} answered a request` };
  const shaken = tls.findIndex((doc) => doc.address === address && doc.status === 'ok');
  return shaken < 0 ? null : { observation: `tls[${shaken}]`, text: `${address} completed a TLS handshake` };
}

/** The outcomes with one of the given statuses. */
export function withStatus(outcomes: readonly AddressOutcome[], ...statuses: TcpStatus[]): AddressOutcome[] {
  return outcomes.filter(({ status }) => statuses.includes(status));
}

/** The outcomes with one of the given causes. */
export function withCause(outcomes: readonly AddressOutcome[], ...causes: TcpCause[]): AddressOutcome[] {
  return outcomes.filter(({ cause }) => cause !== null && causes.includes(cause));
}

/** What shows that a port is open at an address: the first such observation, or null. */
export function openingAt(evidence: Evidence, address: string): EvidenceItem | null {
  const known = once(evidence, openings);
  const found = known.get(address);
  if (found !== undefined) return found;
  const opening = openingOf(evidence, address);
  known.set(address, opening);
  return opening;
}

/** What is known to show that ports are open, by address. */
function openings(): Map<string, EvidenceItem | null> {
  return new Map();
}

function openingOf(evidence: Evidence, address: string): EvidenceItem | null {
  const attempt = targetAttempts(evidence).find((each) => each.address === address && each.status === 'open');
  return attempt === undefined
    ? openingBeside(evidence, address)
    : { observation: attempt.ref, text: `${address} opened` };
}

/** The same from all but the connection attempts: a SYN-ACK in a trace, a handshake or an answer on a connection. */
export function openingBeside({ target, observations }: Evidence, address: string): EvidenceItem | null {
  const { trace, tls, http } = observations;
  const traced = trace.findIndex(
    (doc) =>
      doc.host === target.host && doc.port === target.port && doc.address === address && hasSynAck(doc),
  );
  if (traced >= 0)
    return { observation: `trace[${traced}]`, text: `${address} answered a SYN of the trace with SYN-ACK` };
  const shaken = tls.findIndex(
    (doc) => doc.address === address && doc.port === target.port && doc.connectMs !== null,
  );
  if (shaken >= 0)
    return { observation: `tls[${shaken}]`, text: `a connection to ${address} for the handshake opened` };
  const asked = http.findIndex((doc) => doc.address === address && doc.status !== null);
  return asked < 0 ? null : { observation: `http[${asked}]`, text: `${address} answered a request` };
}

function hasSynAck({ outcome, hops }: AddressTrace): boolean {
  return outcome === 'open' || hops.some(({ probes }) => probes.some(({ reply }) => reply === 'syn-ack'));
}

/** Whether anything shows that the port is open at this address. */
export function opened(evidence: Evidence, address: string): boolean {
  return openingAt(evidence, address) !== null;
}

export function addressesOf(outcomes: readonly { address: string }[]): string[] {
  return [...new Set(outcomes.map(({ address }) => address))];
}

/**
 * The source address of this host, or null: that of a socket or probe, or else the first own address of the family. The
 * target sees another one where a NAT on the path changes it.
 */
export function clientAddress({ observations, vantage }: Evidence, family: 4 | 6 = 4): string | null {
  const used = [
    ...observations.tcp.flatMap(({ attempts }) => attempts.map(({ localAddress }) => localAddress ?? null)),
    ...observations.trace.map(({ source }) => source),
    ...vantage.addresses,
  ];
  return used.find((address) => address !== null && familyOf(address) === family) ?? null;
}

/** One address as a CIDR block, for the rules of a security group: `10.0.2.15/32`. */
export function asBlock(address: string): string {
  return `${withoutZone(address)}/${familyOf(address) === 6 ? 128 : 32}`;
}

/**
 * The evidence without the address family that this host cannot send on, where it could send on the other one. A name with
 * A and AAAA records on a host with IPv4 alone is not a fault: every client there skips the AAAA records. A host that can
 * send on neither family keeps all of the evidence. Positions in the lists stay the same, since verdicts cite them.
 */
export function withoutUnsendable(evidence: Evidence): Evidence {
  const { tcp, trace } = evidence.observations;
  const attempts = tcp.flatMap((doc) => doc.attempts);
  const sendable = new Set(
    attempts
      .filter(({ local, status }) => !(local && status === 'unreachable'))
      .map(({ address }) => familyOf(address)),
  );
  if (sendable.size === 0) return evidence;
  const isKept = ({ address }: { address: string }) => sendable.has(familyOf(address));
  return {
    ...evidence,
    observations: {
      ...evidence.observations,
      tcp: tcp.map((doc) => ({ ...doc, attempts: doc.attempts.filter(isKept) })),
      trace: trace.map((doc) => (isKept(doc) ? doc : withoutResult(doc))),
    },
  };
}

/** The trace as if it had been interrupted before its first probe. */
function withoutResult(doc: AddressTrace): AddressTrace {
  return {
    ...doc,
    outcome: 'interrupted',
    stoppedBy: 'abort',
    destinationTtl: null,
    hops: [],
    loop: null,
    unsent: null,
  };
}
