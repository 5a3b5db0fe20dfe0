import { familyOf } from '../../net/address/address.js';
import type { Evidence } from '../report.js';
import { isBetterStatus, type TcpAttempt, type TcpDocument, type TcpStatus } from '../tcp.js';
import type { Seen } from './dns.js';

/** What all attempts on one address came to. */
export interface AddressOutcome extends TcpAttempt {
  ref: string;
}

/** The TCP observations of the target itself; others, of control targets, are not judged. */
function targetTcp({ target, observations }: Evidence): Seen<TcpDocument>[] {
  return observations.tcp
    .map((doc, index) => ({ ref: `tcp[${index}]`, doc }))
    .filter(({ doc }) => doc.host === target.host && doc.port === target.port);
}

/**
 * The best attempt on each address, in the order of the addresses. Attempts that were cut short by an interrupt
 * (`error`) say nothing of the network and are left out.
 */
export function addressOutcomes(evidence: Evidence): AddressOutcome[] {
  const best = new Map<string, AddressOutcome>();
  for (const { ref, doc } of targetTcp(evidence)) {
    for (const attempt of doc.attempts) {
      if (attempt.status === 'error') continue;
      const known = best.get(attempt.address);
      if (known === undefined || isBetterStatus(attempt.status, known.status)) {
        best.set(attempt.address, { ...attempt, ref });
      }
    }
  }
  return [...best.values()];
}

/** Addresses of which no attempt came to an end: interrupted, or failed by a fault of this host that says nothing of them. */
export function unsettledAddresses(evidence: Evidence): string[] {
  const settled = new Set(addressOutcomes(evidence).map(({ address }) => address));
  const tried = targetTcp(evidence).flatMap(({ doc }) => addressesOf(doc.attempts));
  return [...new Set(tried)].filter((address) => !settled.has(address));
}

/** The outcomes with one of the given statuses. */
export function withStatus(outcomes: readonly AddressOutcome[], ...statuses: TcpStatus[]): AddressOutcome[] {
  return outcomes.filter(({ status }) => statuses.includes(status));
}

/** Whether a connection to this address opened. */
export function opened(evidence: Evidence, address: string): boolean {
  return addressOutcomes(evidence).some(
    (outcome) => outcome.address === address && outcome.status === 'open',
  );
}

export function addressesOf(outcomes: readonly { address: string }[]): string[] {
  return [...new Set(outcomes.map(({ address }) => address))];
}

/**
 * The address the target sees of this host, as far as it can be known here: that of a socket or probe sent to it, else
 * the first own address of the family. null when none is known. A NAT on the way may still change it.
 */
export function clientAddress({ observations, vantage }: Evidence, family: 4 | 6 = 4): string | null {
  const used = [
    ...observations.tcp.flatMap(({ attempts }) => attempts.map(({ localAddress }) => localAddress ?? null)),
    ...observations.trace.map(({ source }) => source),
    ...vantage.addresses,
  ];
  return used.find((address) => address !== null && familyOf(address) === family) ?? null;
}

/** One address as a block, for the rules of a security group: `10.0.2.15/32`. */
export function asBlock(address: string): string {
  return `${address}/${familyOf(address) === 6 ? 128 : 32}`;
}
