import { shellLine } from '../../core/shell-line.js';
import { duration, list } from '../../core/text.js';
import { isOwnAddress } from '../../documents/observed/link.js';
import {
  type AddressOutcome,
  addressesOf,
  addressOutcomes,
  closedAtOnceOutcomes,
  opened,
  staysOpenAt,
  withStatus,
} from '../../documents/observed/tcp.js';
import {
  explainingTraces,
  hopRangeWords,
  portUnreachable,
  resetBeforeGateway,
} from '../../documents/observed/trace.js';
import type { Evidence, EvidenceItem } from '../../documents/report.js';
import { familyOf } from '../../net/address/address.js';
import { ofEach } from '../claims.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { places } from '../headline.js';
import type { Advice } from '../remedies/advice.js';
import { pprobeAgain } from '../remedies/again.js';
import { listRuleset } from '../remedies/local.js';
import { findInterfaces } from '../remedies/network.js';
import { isRejectedBetween } from './policy-path.js';

/** Something answered and refused. A security group or network ACL never does: they drop in silence. */
const refused = rule('tcp.refused', { needs: ['tcp'] }, (evidence): Judgement | null => {
  const outcomes = addressOutcomes(evidence);
  const [first, ...others] = withStatus(outcomes, 'refused', 'reset').filter(
    (each) =>
      !isRejectedBetween(each) &&
      !isOpenElsewhere(evidence, each) &&
      resetBeforeGateway(evidence, each.address) === null,
  );
  if (first === undefined) return null;
  // One sentence is about addresses that refuse in one way.
  const refusing = [first, ...others.filter(({ cause }) => cause === first.cause)];
  const { port, privateApi } = evidence.target;
  const addresses = addressesOf(refusing);
  const opening = withStatus(outcomes, 'open');
  const some =
    opening.length > 0
      ? `, while ${places(addressesOf(opening))} ${opening.length === 1 ? 'is' : 'are'} open`
      : '';
  const rejection = rejectEvidence(evidence);
  const isHere = addresses.every((address) => isOwnAddress(evidence, address));
  if (isHere && first.cause !== 'rst-after-syn-ack') return refusedHere(evidence, first, addresses, some);
  const trace = pprobeAgain(evidence.target, { command: 'trace', address: first.address });
  return {
    phase: 'connect',
    confidence: rejection.length > 0 || first.cause === 'icmp' ? 'medium' : 'high',
    summary: `${places(addresses)} ${howRefused(first, addresses.length)} TCP ${port}${some}: ${meaningOf(first)}.`,
    evidence: [
      ...refusing.map((outcome) => ({ observation: outcome.ref, text: answerOf(outcome) })),
      ...opening.map(({ ref, address }) => ({ observation: ref, text: `${address} opened` })),
      ...rejection,
    ],
    remedies: [
      ...(privateApi === null && first.cause === 'rst-after-syn-ack' ? [checkBackends(addresses)] : []),
      privateApi === null
        ? {
            text: `On ${list(addresses, 4)}, check that the service runs and listens on TCP ${port} of this address, and which proxy or load balancer is in front of it`,
            command: ['ss', '-ltn'],
          }
        : {
            text: `Check that ${list(addresses, 4)} ${addresses.length === 1 ? 'belongs' : 'belong'} to the endpoint: an endpoint always listens on TCP 443, so the DNS record is stale or the port is wrong`,
          },
      ...(privateApi === null ? [] : findInterfaces(evidence, addresses)),
    ],
    alternatives: isHere
      ? []
      : [
          possible(
            'policy.reset-injected',
            `${shellLine(trace)}: an RST from a hop before the target comes from a firewall`,
            rejection.length > 0 ? 'medium' : 'low',
          ),
        ],
    claims:
      first.cause === 'rst-after-syn-ack'
        ? ofEach('closes-at-once', first.address, addresses)
        : [
            ...ofEach('closed', first.address, addresses),
            ...ofEach('answered-elsewhere', first.address, addresses),
          ],
    check: `ss -ltn on the target shows whether something listens on TCP ${port}`,
  };
});

/**
 * Whether something else shows that the port is open. A SYN-ACK, as of a trace, says nothing against a reset that comes right
 * behind the SYN-ACK: only a connection that stays open does.
 */
function isOpenElsewhere(evidence: Evidence, { address, cause }: AddressOutcome): boolean {
  return cause === 'rst-after-syn-ack' ? staysOpenAt(evidence, address) !== null : opened(evidence, address);
}

/** The name leads to this host itself: no route is on the way, and the record can be what is wrong. */
function refusedHere(
  { target }: Evidence,
  { ref: observation, address, cause }: AddressOutcome,
  addresses: readonly string[],
  some: string,
): Judgement {
  const isLocal = target.host === 'localhost' || target.host.endsWith('.localhost');
  const isName = familyOf(target.host) === null && !isLocal;
  const own = `${list(addresses, 4)} ${addresses.length === 1 ? 'is an address' : 'are addresses'} of this host itself`;
  // The kernel answers a closed TCP port with RST; port unreachable comes of a rule of this host's own firewall.
  const isRejected = cause === 'icmp';
  return {
    phase: 'connect',
    confidence: 'high',
    summary: `${addresses.length === 1 ? own : `${places(addresses)} of the target are this host's own`}, ${isRejected ? `whose firewall rejects TCP ${target.port}` : `where nothing listens on TCP ${target.port}`}${some}.`,
    evidence: [
      {
        observation,
        text: isRejected
          ? `${own}, and ICMP port unreachable came from there, which the REJECT rule of a firewall sends; a closed port sends RST`
          : `${own}; its kernel answered with RST, and no packet left it`,
      },
    ],
    remedies: [
      ...(isRejected
        ? [
            {
              text: `Find the rule of this host's own firewall that rejects TCP ${target.port} to ${list(addresses, 4)}`,
              command: listRuleset,
            },
          ]
        : []),
      ...(isName
        ? [
            {
              text: `If ${target.host} is on another host, correct its record or the hosts file: filters, too, answer ${list(addresses, 4)} for names that they block`,
              command: pprobeAgain(target, { command: 'dns', name: target.host }),
            },
          ]
        : []),
      {
        text: `If it is meant to be here, start the service on this host, and check that it listens on TCP ${target.port} of this address`,
        command: ['ss', '-ltn'],
      },
      {
        text: `In a container, ${isLocal ? 'localhost' : list(addresses, 4)} is the container itself: call a service of another container by its name, and one of the machine by the address of its bridge or as host.docker.internal`,
      },
    ],
    alternatives: isRejected ? [] : [possible('local.firewall', shellLine(listRuleset))],
    claims: ofEach('closed', address, addresses),
    check: `ss -ltn shows whether something listens on TCP ${target.port}`,
  };
}

function howRefused({ cause }: AddressOutcome, addresses: number): string {
  const one = addresses === 1;
  if (cause === 'rst-after-syn-ack') return one ? 'accepts and at once resets' : 'accept and at once reset';
  return one ? 'refuses' : 'refuse';
}

function meaningOf({ cause }: AddressOutcome): string {
  switch (cause) {
    case 'rst-after-syn-ack':
      return 'its backend does not work, or the service rejects this host';
    case 'icmp':
      return 'a filter of the target rejects the packets';
    default:
      return 'nothing listens there, or a filter answers in its place';
  }
}

export function answerOf({ address, cause, icmp, errno, durationMs }: AddressOutcome): string {
  const code = errno === null ? '' : ` (${errno})`;
  const within = ` after ${duration(durationMs)}`;
  if (cause === 'rst-after-syn-ack') return `${address} sent SYN-ACK, then RST${code}${within}`;
  if (cause === 'icmp' && icmp !== null)
    return `${address} sent ICMP type ${icmp.type} code ${icmp.code}, port unreachable${code}${within}`;
  if (cause === 'rst') return `${address} sent RST${code}${within}`;
  return `${address} sent RST or ICMP port unreachable${code}${within}`;
}

/** Port unreachables on the path: a closed TCP port never sends one, the REJECT rule of a firewall does. */
function rejectEvidence(evidence: Evidence): EvidenceItem[] {
  return explainingTraces(evidence).flatMap(({ ref, doc }) => {
    const by = portUnreachable(doc);
    return by === null
      ? []
      : [
          {
            observation: ref,
            text: `${by.from} (${hopRangeWords(by.place)}) sent ICMP port unreachable, as the REJECT rule of a firewall does; a closed port sends RST`,
          },
        ];
  });
}

function checkBackends(addresses: readonly string[]): Advice {
  return {
    text: `Check the backends of the proxy or load balancer at ${list(addresses, 4)}: published container ports and load balancers accept connections also where nothing listens behind them`,
  };
}

/** A port that accepts every connection and closes it without a word. TLS and HTTP have rules of their own. */
const closedAtOnce = rule(
  'tcp.refused',
  { id: 'tcp.refused/closed-at-once', words: 'the port accepts connections and closes them', needs: ['tcp'] },
  (evidence): Judgement | null => {
    const { target } = evidence;
    const outcomes = closedAtOnceOutcomes(evidence);
    const [first] = outcomes;
    if (first === undefined || target.url !== null) return null;
    const addresses = addressesOf(outcomes);
    return {
      phase: 'connect',
      confidence: 'medium',
      summary: `${places(addresses)} ${addresses.length === 1 ? 'accepts connections to' : 'accept connections to'} TCP ${target.port} and ${addresses.length === 1 ? 'closes' : 'close'} them without a word.`,
      evidence: outcomes.map(({ ref, address, afterOpen }) => ({
        observation: ref,
        text: `${address} sent SYN-ACK, and closed the connection ${duration(afterOpen?.afterMs ?? 0)} later without sending anything`,
      })),
      remedies: [
        checkBackends(addresses),
        {
          text: `If the service itself listens there, read its log: it can reject this host by its address`,
        },
      ],
      claims: ofEach('closes-at-once', first.address, addresses),
      check: shellLine(
        pprobeAgain(target, {
          command: 'tcp',
          address: first.address,
          options: ['--banner', '--timeout', '10s'],
        }),
      ),
    };
  },
);

export const refusedRules: readonly Rule[] = [refused, closedAtOnce];
