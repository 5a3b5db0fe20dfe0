import { shellLine } from '../../core/shell-line.js';
import { list } from '../../core/text.js';
import {
  type AddressOutcome,
  addressesOf,
  addressOutcomes,
  withStatus,
} from '../../documents/observed/tcp.js';
import {
  explainingTraces,
  hopRangeWords,
  isPortUnreachable,
  isProhibited,
  portUnreachable,
  prohibition,
  type Rejection,
} from '../../documents/observed/trace.js';
import type { Evidence } from '../../documents/report.js';
import type { IcmpCode } from '../../documents/tcp.js';
import { icmpWords } from '../../documents/terms/icmp.js';
import { familyOf } from '../../net/address/address.js';
import { type Claims, ofEach } from '../claims.js';
import { type Judgement, type Rule, rule } from '../finding.js';
import { places } from '../headline.js';
import { pprobeAgain } from '../remedies/again.js';
import { allowOnFirewall, endsOf } from '../remedies/network.js';

/**
 * A firewall that answers with an ICMP error. Security groups and network ACLs never do: this is another device. A trace
 * shows where it is; the connection itself shows who it is, where libc made it.
 */
const icmpProhibited = rule('policy.icmp-prohibited', { needs: ['tcp', 'trace'] }, (evidence) => {
  return tracedProhibition(evidence) ?? tracedReject(evidence) ?? rejectedConnection(evidence);
});

function tracedProhibition(evidence: Evidence): Judgement | null {
  const [found] = explainingTraces(evidence).flatMap(({ ref, doc }) => {
    const by = prohibition(doc);
    return by === null ? [] : [{ ref, doc, by }];
  });
  if (found === undefined) return null;
  const { ref, doc, by } = found;
  const { port } = evidence.target;
  const mark = by.annotation === null ? '' : ` ${by.annotation}`;
  return {
    ...common(evidence, doc.address, by.from),
    confidence: metBySyn(evidence, doc.address, by) ? 'certain' : 'high',
    summary: `${by.from}, ${whichHop(by, doc.address)}, rejects TCP ${port} to ${doc.address} by policy.`,
    evidence: [
      {
        observation: ref,
        text: `${by.from} answers at ${hopRangeWords(by.place)} with ICMP type ${by.type} code ${by.code}${mark}, ${meaning(doc.address, by)}`,
      },
    ],
  };
}

/**
 * Whether a connection attempt met the same: the kernel ends one in SYN_SENT for such an error. Where the attempts only timed out, or
 * ended with another error or that of another router, the error can be about the probes, which have other TTLs than the SYNs of
 * the kernel.
 */
export function metBySyn(evidence: Evidence, address: string, { from, type, code }: Rejection): boolean {
  return addressOutcomes(evidence).some(
    (each) =>
      each.address === address &&
      each.cause === 'icmp' &&
      (each.from === null || each.from === from) &&
      (each.icmp === null
        ? each.status === (isProhibited(address, { type, code }) ? 'prohibited' : 'unreachable')
        : each.icmp.type === type && each.icmp.code === code),
  );
}

/** What an ICMP error of something before the target says: packets do not arrive, and no answer of the target comes. */
export function stoppedBefore(first: string, others: readonly string[] = []): Claims {
  return [...ofEach('not-reached', first, others), ...ofEach('stopped-on-the-way', first, others)];
}

/** The REJECT target of iptables sends port unreachable by default. Routers do not send it for TCP. */
function tracedReject(evidence: Evidence): Judgement | null {
  const [found] = explainingTraces(evidence).flatMap(({ ref, doc }) => {
    const by = portUnreachable(doc);
    return by === null || by.from === doc.address ? [] : [{ ref, doc, by }];
  });
  if (found === undefined) return null;
  const { ref, doc, by } = found;
  const { port } = evidence.target;
  return {
    ...common(evidence, doc.address, by.from),
    confidence: 'high',
    summary: `${by.from}, ${whichHop(by, doc.address)}, rejects TCP ${port} to ${doc.address} with ICMP port unreachable.`,
    evidence: [
      {
        observation: ref,
        text: `${by.from} answers at ${hopRangeWords(by.place)} with ICMP port unreachable, as the REJECT rule of a firewall does; a closed port sends RST`,
      },
    ],
  };
}

function rejectedConnection(evidence: Evidence): Judgement | null {
  const outcomes = addressOutcomes(evidence);
  const rejected = [...withStatus(outcomes, 'prohibited'), ...outcomes.filter(isRejectedBetween)];
  const [first] = rejected;
  if (first === undefined) return null;
  const { port } = evidence.target;
  const addresses = addressesOf(rejected);
  const { from, icmp, address } = first;
  const said =
    icmp === null
      ? 'an ICMP "prohibited"'
      : `ICMP type ${icmp.type} code ${icmp.code}, ${meaning(address, icmp)}`;
  return {
    ...common(evidence, address, from),
    claims: stoppedBefore(address, addresses),
    confidence: 'high',
    summary: `${from === null ? 'A firewall on the path' : `A firewall at ${from}`} rejects TCP ${port} to ${places(addresses)}.`,
    evidence: [
      {
        observation: first.ref,
        text: `${from ?? 'a device on the path'} answered the SYN to ${list(addresses)} with ${said}${first.errno === null ? '' : ` (${first.errno})`}`,
      },
    ],
  };
}

/** A port unreachable of another host than the target: a REJECT rule on the path. */
export function isRejectedBetween({ cause, from, icmp, address }: AddressOutcome): boolean {
  return cause === 'icmp' && icmp !== null && from !== address && isPortUnreachable(address, icmp);
}

/** What the three have in common: the phase, the remedy, and the trace that finds the device. */
function common(
  evidence: Evidence,
  address: string,
  from: string | null,
): Pick<Judgement, 'phase' | 'remedies' | 'check' | 'claims'> {
  const trace = pprobeAgain(evidence.target, { command: 'trace', address });
  return {
    phase: 'path',
    claims: stoppedBefore(address),
    remedies: [
      from === null
        ? { text: 'Find the firewall: it is the hop that this trace marks !X', command: trace }
        : allowOnFirewall(endsOf(evidence, [address]), from),
    ],
    check: shellLine(trace),
  };
}

function whichHop({ from, place }: Rejection, address: string): string {
  return from === address ? 'the target itself' : `${hopRangeWords(place)} of the path`;
}

function meaning(address: string, error: IcmpCode): string {
  return icmpWords(familyOf(address) === 6 ? 6 : 4, error) ?? 'prohibited';
}

export const policyPathRules: readonly Rule[] = [icmpProhibited];
