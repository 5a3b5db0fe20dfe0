import { shellLine } from '../../core/shell-line.js';
import { duration, list } from '../../core/text.js';
import {
  type AddressOutcome,
  addressesOf,
  addressOutcomes,
  lossyOutcomes,
  openingBeside,
  silentOutcomes,
  withCause,
  withStatus,
} from '../../documents/observed/tcp.js';
import { isPortUnreachable, isTtlExceeded, resetBeforeGateway } from '../../documents/observed/trace.js';
import type { Evidence, EvidenceItem } from '../../documents/report.js';
import { icmpWords } from '../../documents/terms/icmp.js';
import { familyOf } from '../../net/address/address.js';
import { ofEach } from '../claims.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { places } from '../headline.js';
import { resetSeen } from '../refutations/packets.js';
import type { Advice } from '../remedies/advice.js';
import { countAgain, pprobeAgain } from '../remedies/again.js';
import { DOCS } from '../remedies/docs.js';
import { listRuleset } from '../remedies/local.js';
import { allowOnFirewall, endsOf } from '../remedies/network.js';
import { ecnWords, isSeparated, synDifference } from '../remedies/syn-form.js';
import { answerOf } from './refused.js';

/**
 * The connection attempts met one thing, and other packets of the same run to the same address and port another one. Neither
 * refutes the other: some packets are treated differently. Each rule says what differs and which measurement decides.
 */

/** An attempt, with what shows that other packets fared differently. */
interface Unlike {
  outcome: AddressOutcome;
  shown: EvidenceItem;
}

export function unlike(
  outcomes: readonly AddressOutcome[],
  shownAt: (address: string) => EvidenceItem | null,
): Unlike[] {
  return outcomes.flatMap((outcome) => {
    const shown = shownAt(outcome.address);
    return shown === null ? [] : [{ outcome, shown }];
  });
}

/** What differs in the form of the SYNs, as evidence, and the measurement that decides; nothing where they are alike. */
function formOf(evidence: Evidence, { outcome }: Unlike): { items: EvidenceItem[]; probes: Advice[] } {
  const difference = synDifference(evidence, outcome);
  if (difference === null) return { items: [], probes: [] };
  const items = difference.isEcn ? [{ observation: outcome.ref, text: ecnWords }] : [];
  return { items, probes: [difference.probe] };
}

/** Every SYN of the connection attempts was lost, and another packet of the same run to the same port was answered. */
const packetLoss = rule('tcp.packet-loss', { needs: ['tcp'] }, (evidence): Judgement | null => {
  const lossy = lossyOutcomes(evidence);
  const [first] = lossy;
  if (first === undefined) return null;
  const outcomes = lossy.map(({ outcome }) => outcome);
  const addresses = addressesOf(outcomes);
  const { target } = evidence;
  const { items, probes } = formOf(evidence, first);
  const isEcn = items.length > 0;
  const isClean = !isEcn && isSeparated(evidence, first.outcome);
  const test = countAgain(evidence.target, first.outcome.address);
  return {
    phase: 'connect',
    confidence: isClean ? 'low' : 'medium',
    summary: isEcn
      ? `SYNs to TCP ${target.port} of ${places(addresses)} that ask for ECN get no answer, and those that do not are answered.`
      : isClean
        ? `${places(addresses)} ${addresses.length === 1 ? 'answers' : 'answer'} every SYN of the trace to TCP ${target.port}, and none of the connection attempts.`
        : `Packets to ${places(addresses)} are lost on the way: some SYNs to TCP ${target.port} are answered and others are not.`,
    claims: ofEach('sometimes-answers', first.outcome.address, addresses),
    evidence: [
      {
        observation: first.outcome.ref,
        text: `no SYN of the connection attempts was answered within ${duration(Math.max(...outcomes.map(({ durationMs }) => durationMs)))} at ${list(addresses)}`,
      },
      ...lossy.map(({ shown }) => shown),
      ...items,
    ],
    remedies: [
      ...probes,
      { text: 'Find out how many are lost', command: test },
      {
        text: `Look for two ways between this host and ${list(addresses, 4)} of which one loses packets: routes that differ between there and back, several routes of equal cost, or firewalls in several zones behind a transit gateway without appliance mode`,
        docs: DOCS.routeTables,
      },
      {
        text: 'Look for a limit on new connections: a SYN limit or a full table of connections (nf_conntrack, the connection tracking of a security group) on this host, the target, or a NAT or firewall between them',
        command: ['sudo', 'dmesg'],
      },
    ],
    alternatives: [
      possible(
        'local.firewall',
        shellLine(listRuleset),
        isClean ? 'medium' : 'low',
        'a filter of this host or on the path drops the SYNs of the kernel and lets others pass: it can tell them by their user, their ports, their options or ECN',
      ),
    ],
    check: shellLine(test),
  };
});

/** Every connection attempt was refused, and another packet of the same run to the same port was accepted. */
const sometimesRefused = rule(
  'tcp.refused',
  {
    id: 'tcp.refused/sometimes',
    words: 'the port refuses some connections and accepts others',
    needs: ['tcp'],
  },
  (evidence): Judgement | null => {
    const outcomes = withStatus(addressOutcomes(evidence), 'refused').filter(({ cause }) => cause !== 'icmp');
    const sometimes = unlike(outcomes, (address) => openingBeside(evidence, address));
    const [first] = sometimes;
    if (first === undefined) return null;
    const { target } = evidence;
    const addresses = addressesOf(sometimes.map(({ outcome }) => outcome));
    const one = addresses.length === 1;
    const { items, probes } = formOf(evidence, first);
    const test = countAgain(evidence.target, first.outcome.address);
    return {
      phase: 'connect',
      confidence: 'medium',
      summary: `${places(addresses)} ${one ? 'refuses' : 'refuse'} some connections to TCP ${target.port} and ${one ? 'accepts' : 'accept'} others.`,
      evidence: [
        ...sometimes.map(({ outcome }) => ({ observation: outcome.ref, text: answerOf(outcome) })),
        ...sometimes.map(({ shown }) => shown),
        ...items,
      ],
      remedies: [
        ...(items.length > 0 ? probes : []),
        { text: 'Find out how many are refused', command: test },
        {
          text: `Check whether the service at ${list(addresses, 4)} was starting or stopping at this moment, and whether it restarts again and again: read its log`,
        },
        {
          text: `If a load balancer or several hosts answer at ${list(addresses, 4)}, look for the one where nothing listens`,
        },
      ],
      alternatives: [
        possible(
          'policy.reset-injected',
          shellLine(pprobeAgain(target, { command: 'trace', address: first.outcome.address })),
        ),
      ],
      claims: ofEach('sometimes-answers', first.outcome.address, addresses),
      check: shellLine(test),
    };
  },
);

/** No connection attempt was answered, and the trace got a RST: the address is there, and its port did not open. */
const refusedToTrace = rule(
  'tcp.refused',
  {
    id: 'tcp.refused/trace-alone',
    words: 'some SYNs are answered with RST and others not at all',
    needs: ['trace'],
  },
  (evidence): Judgement | null => {
    const silent = silentOutcomes(evidence).filter(
      ({ address }) => resetBeforeGateway(evidence, address) === null,
    );
    const refusing = unlike(silent, (address) => resetSeen(evidence, address));
    const [first] = refusing;
    if (first === undefined) return null;
    const { target } = evidence;
    const { outcome, shown } = first;
    const { items, probes } = formOf(evidence, first);
    const trace = pprobeAgain(target, { command: 'trace', address: outcome.address });
    return {
      phase: 'connect',
      confidence: 'medium',
      summary: `${outcome.address} answers SYNs of the trace to TCP ${target.port} with RST, and those of the connection attempts not at all.`,
      evidence: [
        {
          observation: outcome.ref,
          text: `no SYN of the connection attempts was answered within ${duration(outcome.durationMs)}`,
        },
        shown,
        ...items,
      ],
      remedies: [
        ...probes,
        {
          text: `On ${outcome.address}, check that the service runs and listens on TCP ${target.port}`,
          command: ['ss', '-ltn'],
        },
        {
          text: `Look in the firewalls of ${outcome.address} and on the way for a rule that answers a limited number of SYNs with a reset and drops the rest`,
        },
      ],
      alternatives: [
        possible(
          'policy.reset-injected',
          `${shellLine(trace)}: an RST from a hop before the target comes from a firewall`,
          'medium',
        ),
        possible('tcp.packet-loss', shellLine(countAgain(evidence.target, outcome.address))),
      ],
      claims: ofEach('closed', outcome.address),
      check: shellLine(trace),
    };
  },
);

/** Causes of an ICMP error that ended an attempt, by what the error says. */
const STOPPED = {
  'policy.icmp-prohibited': { words: 'a firewall rejects some SYNs and lets others pass', verb: 'rejects' },
  'route.icmp-unreachable': {
    words: 'a router cannot deliver some SYNs and delivers others',
    verb: 'cannot deliver',
  },
  'route.loop': { words: 'the TTL of some SYNs runs out and others arrive', verb: 'discards' },
} as const;

function stoppedCause({ address, icmp, status }: AddressOutcome): keyof typeof STOPPED {
  if (icmp !== null && isTtlExceeded(address, icmp)) return 'route.loop';
  const isRejected = status === 'prohibited' || (icmp !== null && isPortUnreachable(address, icmp));
  return isRejected ? 'policy.icmp-prohibited' : 'route.icmp-unreachable';
}

/** An ICMP error ended the connection attempts, and another packet of the same run to the same port was answered. */
function sometimesStopped(cause: keyof typeof STOPPED): Rule {
  const { words, verb } = STOPPED[cause];
  return rule(cause, { id: `${cause}/sometimes`, words, needs: ['tcp'] }, (evidence): Judgement | null => {
    const stopped = withCause(addressOutcomes(evidence), 'icmp').filter(
      (outcome) => outcome.status !== 'open' && stoppedCause(outcome) === cause,
    );
    const sometimes = unlike(stopped, (address) => openingBeside(evidence, address));
    const [first] = sometimes;
    if (first === undefined) return null;
    const { target } = evidence;
    const { outcome, shown } = first;
    const { address, from, icmp, errno } = outcome;
    const by = from ?? 'a device on the path';
    const { items, probes } = formOf(evidence, first);
    const said = icmp === null ? 'an ICMP error' : icmpText(address, icmp);
    const test = countAgain(evidence.target, address);
    return {
      phase: 'connect',
      confidence: 'medium',
      summary: `${from ?? 'A device on the path'} ${verb} some SYNs to TCP ${target.port} of ${address}, and others are answered.`,
      evidence: [
        {
          observation: outcome.ref,
          text: `${by} answered the SYN to ${address} with ${said}${errno === null ? '' : ` (${errno})`}`,
        },
        shown,
        ...items,
      ],
      remedies: [
        ...(items.length > 0 ? probes : []),
        { text: 'Find out how many fail', command: test },
        ...(cause === 'policy.icmp-prohibited'
          ? [allowOnFirewall(endsOf(evidence, [address]), from ?? 'the path')]
          : []),
        {
          text: `Look for two ways between this host and ${address}, or a limit on new connections, of which ${by} is a part: routes of equal cost, a route that changes, two firewalls with different rules`,
          docs: DOCS.routeTables,
        },
      ],
      alternatives: [possible('tcp.packet-loss', shellLine(test))],
      claims: ofEach('sometimes-answers', address),
      check: shellLine(test),
    };
  });
}

function icmpText(address: string, icmp: { type: number; code: number }): string {
  const words = icmpWords(familyOf(address) === 6 ? 6 : 4, icmp);
  return `ICMP type ${icmp.type} code ${icmp.code}${words === null ? '' : `, ${words}`}`;
}

export const unlikeRules: readonly Rule[] = [
  packetLoss,
  sometimesRefused,
  refusedToTrace,
  sometimesStopped('policy.icmp-prohibited'),
  sometimesStopped('route.icmp-unreachable'),
  sometimesStopped('route.loop'),
];
