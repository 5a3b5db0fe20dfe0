import { shellLine } from '../../core/shell-line.js';
import { list } from '../../core/text.js';
import { isOfManyHosts, isRouted, linkOf } from '../../documents/observed/link.js';
import {
  type AddressOutcome,
  addressesOf,
  addressOutcomes,
  clientAddress,
  withCause,
  withStatus,
} from '../../documents/observed/tcp.js';
import {
  explainingTraces,
  hopRangeWords,
  isTtlExceeded,
  type Rejection,
  unreachability,
} from '../../documents/observed/trace.js';
import type { Evidence, EvidenceItem } from '../../documents/report.js';
import type { IcmpCode, TcpCause } from '../../documents/tcp.js';
import { icmpWords } from '../../documents/terms/icmp.js';
import type { AddressTrace } from '../../documents/trace.js';
import { isTunnel } from '../../host/tunnel.js';
import { familyOf, withoutZone } from '../../net/address/address.js';
import { ofEach } from '../claims.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { places } from '../headline.js';
import type { Advice } from '../remedies/advice.js';
import { pprobeAgain } from '../remedies/again.js';
import { DOCS } from '../remedies/docs.js';
import {
  addAddress,
  addRoute,
  checkNeighbour,
  giveGateway,
  listRuleset,
  nameInterface,
  type RejectingRoute,
  removeRejectingRoute,
  renumberBridge,
  routeGet,
  staleRecord,
} from '../remedies/local.js';
import { giveOneHost } from '../remedies/name-service.js';
import { metBySyn, stoppedBefore } from './policy-path.js';

/** The routes of ip-route(8) that reject, by the cause that names them. */
const REJECTING: Readonly<Partial<Record<TcpCause, RejectingRoute>>> = {
  'unreachable-route': 'unreachable',
  'prohibit-route': 'prohibit',
  'blackhole-route': 'blackhole',
};

/** The causes for which this host sends nothing because of its own routes and addresses. */
const ROUTE_CAUSES: readonly TcpCause[] = [
  'no-route',
  'unreachable-route',
  'prohibit-route',
  'blackhole-route',
  'zone-missing',
  'no-source-address',
];

/** This host sent nothing: it has no route to the address, or one that rejects. */
const routeLocal = rule('route.local', { needs: ['tcp', 'trace'] }, (evidence): Judgement | null => {
  const attempts = unexplained(evidence, withCause(addressOutcomes(evidence), ...ROUTE_CAUSES));
  const unnamed = unexplained(evidence, withStatus(addressOutcomes(evidence), 'unreachable')).filter(
    ({ cause, local }) => cause === null && local,
  );
  const [first = unnamed[0]] = attempts;
  const traces = explainingTraces(evidence).filter(
    ({ doc: { unsent } }) => unsent != null && ROUTE_CAUSES.includes(unsent),
  );
  const [unsent] = traces;
  const address = first?.address ?? unsent?.doc.address;
  if (address === undefined) return null;
  const cause = first === undefined ? (unsent?.doc.unsent ?? null) : first.cause;
  const ofMany = isOfManyHosts(evidence, address);
  const alike = [...attempts, ...unnamed].filter(
    (each) => each.cause === cause && isOfManyHosts(evidence, each.address) === ofMany,
  );
  const addresses = alike.length > 0 ? addressesOf(alike) : [address];
  return {
    phase: 'path',
    // EINVAL of a send has more reasons: a source that does not fit, for one.
    confidence:
      first === undefined && cause === 'blackhole-route' ? 'medium' : cause === null ? 'high' : 'certain',
    summary: ofMany ? manySummary(addresses) : routeSummary(evidence, cause, addresses),
    evidence: [
      ...(first === undefined
        ? []
        : [
            {
              observation: first.ref,
              text: `connect() to ${list(addresses)} failed at once${first.errno === null ? '' : ` with ${first.errno}`}; nothing was sent`,
            },
          ]),
      ...(unsent === undefined
        ? []
        : [{ observation: unsent.ref, text: 'no probe of the trace could be sent either' }]),
    ],
    remedies: ofMany ? giveOneHost(evidence.target, addresses) : routeRemedies(evidence, cause, address),
    claims: ofEach('not-sent', address, addresses),
    check: shellLine(routeGet(address)),
  };
});

function manySummary(addresses: readonly string[]): string {
  const one = addresses.length === 1;
  return `${places(addresses)} ${one ? 'is a multicast or broadcast address' : 'are multicast or broadcast addresses'}, to which no TCP connection can be made.`;
}

function routeSummary({ target }: Evidence, cause: TcpCause | null, addresses: readonly string[]): string {
  const to = places(addresses);
  const [first = ''] = addresses;
  switch (cause) {
    case 'unreachable-route':
    case 'prohibit-route':
      return `A route of type ${REJECTING[cause]} on this host rejects all packets to ${to}.`;
    case 'blackhole-route':
      return `A route of type blackhole on this host discards all packets to ${to}.`;
    case 'zone-missing':
      return addresses.length === 1
        ? `${to} is a link-local address, which needs an interface, as in ${first}%eth0.`
        : `${to} are link-local, and need an interface, as in ${first}%eth0.`;
    case 'no-source-address':
      return target.given?.source === undefined
        ? `This host has no address of its own from which it can send to ${to}.`
        : `This host cannot send from ${target.given.source} to ${to}.`;
    case 'no-route':
      return `This host has no route to ${to}.`;
    default:
      return `This host cannot send to ${to}.`;
  }
}

function routeRemedies(evidence: Evidence, cause: TcpCause | null, address: string): Advice[] {
  const type = cause === null ? undefined : REJECTING[cause];
  if (type !== undefined) {
    return [
      { text: `Confirm how this host routes ${address}`, command: routeGet(address) },
      ...removeRejectingRoute(address, type),
    ];
  }
  if (cause === 'zone-missing') return [nameInterface(address)];
  if (cause === 'no-source-address') return addAddress(evidence, address);
  if (cause === 'no-route') return [addRoute(address)];
  return [
    {
      text: `Look up how this host routes ${address}: remove a route that rejects it, bring the interface up, or add an address of its family`,
      command: routeGet(address),
    },
  ];
}

/** ARP or neighbour discovery got no answer: from the target on this host's own link, or from the gateway towards it. */
const routeNeighbour = rule('route.neighbour', { needs: ['tcp', 'trace'] }, (evidence): Judgement | null => {
  const failed = unexplained(evidence, withCause(addressOutcomes(evidence), 'silent-neighbour'));
  const traces = explainingTraces(evidence).flatMap(({ ref, doc }) => {
    const by = unreachability(doc);
    const isOwn = by !== null && isThisHost(by.from, evidence) && !leavesByTunnel(doc);
    return doc.unsent === 'silent-neighbour' || isOwn ? [{ ref, doc, by: isOwn ? by : null }] : [];
  });
  const [first] = failed;
  const [traced] = traces;
  const address = first?.address ?? traced?.doc.address;
  if (address === undefined) return null;
  const isGateway = first !== undefined && !isDirect(first);
  const neighbour = isGateway ? (first.neighbour ?? address) : address;
  const addresses = first === undefined ? [address] : addressesOf(failed.filter(sameNeighbour(first)));
  const link = linkOf(evidence, neighbour);
  const onLink = link === null ? '' : ` on ${link.interface}`;
  const isOnLinkByRoute = first !== undefined && !isGateway && isRouted(evidence, address) === true;
  return {
    phase: 'path',
    confidence: first !== undefined || traced?.by != null ? 'high' : 'medium',
    summary: isGateway
      ? `The gateway ${neighbour}, through which this host reaches ${places(addresses)}, does not answer on this link.`
      : `${places(addresses)} ${addresses.length === 1 ? 'is' : 'are'} ${isOnLinkByRoute ? 'sent to' : 'on'} this host's own link, and no host on this link answers for ${addresses.length === 1 ? 'the address' : 'the addresses'}.`,
    evidence: [
      ...(first === undefined
        ? []
        : [
            {
              observation: first.ref,
              text: `${familyOf(address) === 6 ? 'neighbour discovery' : 'ARP'} got no answer for ${isGateway ? `the gateway ${neighbour}` : list(addresses)}${onLink}${first.errno === null ? '' : ` (${first.errno})`}; no SYN was sent`,
            },
          ]),
      ...(isOnLinkByRoute && first !== undefined
        ? [
            {
              observation: first.ref,
              text: `${list(addresses)} ${addresses.length === 1 ? 'is' : 'are'} in no network of this host, but a route without a gateway sends packets for it to this host's own link`,
            },
          ]
        : []),
      ...(traced === undefined ? [] : [{ observation: traced.ref, text: ownIcmp(traced.by) }]),
    ],
    remedies: [
      ...(isGateway
        ? []
        : link?.bridge === true
          ? renumberBridge(link, addresses)
          : isOnLinkByRoute
            ? [giveGateway(addresses[0] ?? address)]
            : staleRecord(evidence, addresses)),
      ...checkNeighbour(neighbour, address),
    ],
    claims: ofEach('nobody-on-link', address, addresses),
    check: shellLine(checkNeighbour(neighbour, address)[0]?.command ?? []),
  };
});

/** A tunnel has no neighbours: an error of this host itself is not about one. */
function leavesByTunnel({ route }: AddressTrace): boolean {
  return route?.interface != null && isTunnel(route.interface);
}

function ownIcmp(by: Rejection | null): string {
  return by === null
    ? 'the trace could send no probe: its next hop did not answer on this link either'
    : `this host itself reports ICMP type ${by.type} code ${by.code}${by.annotation === null ? '' : ` ${by.annotation}`} at ${hopRangeWords(by.place)}`;
}

/** Whether the silent neighbour is the target itself. The kernel reports a neighbour without its zone. */
function isDirect({ neighbour, address }: AddressOutcome): boolean {
  return neighbour === null || withoutZone(neighbour) === withoutZone(address);
}

/** Silent neighbours of one sentence: the targets themselves, or targets behind one gateway. */
function sameNeighbour(first: AddressOutcome): (other: AddressOutcome) => boolean {
  return (other) => (isDirect(first) ? isDirect(other) : other.neighbour === first.neighbour);
}

/** A router reported by ICMP that it cannot deliver the packet. */
const icmpUnreachable = rule(
  'route.icmp-unreachable',
  { needs: ['tcp', 'trace'], docs: DOCS.routeTables },
  (evidence): Judgement | null => {
    const [traced] = explainingTraces(evidence).flatMap(({ ref, doc }) => {
      const by = unreachability(doc);
      return by === null || isThisHost(by.from, evidence) ? [] : [{ ref, doc, by }];
    });
    const failed = unexplained(evidence, withStatus(addressOutcomes(evidence), 'unreachable')).filter(
      ({ cause, local, address, icmp }) =>
        cause === 'icmp'
          ? !local && (icmp === null || !isTtlExceeded(address, icmp))
          : cause === null && !local,
    );
    if (traced !== undefined) {
      const { ref, doc, by } = traced;
      if (by.from === doc.address)
        return byTarget(evidence, doc.address, by, {
          observation: ref,
          text: `${by.from} answers at ${hopRangeWords(by.place)} with ICMP type ${by.type} code ${by.code}`,
        });
      const mark = by.annotation === null ? '' : ` ${by.annotation}`;
      return {
        phase: 'path',
        confidence: metBySyn(evidence, doc.address, by) ? 'certain' : 'high',
        summary: `${by.from}, ${hopRangeWords(by.place)} of the path, reports that it cannot deliver to ${doc.address}.`,
        evidence: [
          {
            observation: ref,
            text: `${by.from} reports ICMP type ${by.type} code ${by.code}${mark} at ${hopRangeWords(by.place)}`,
          },
        ],
        remedies: [routeOn(by.from, doc.address)],
        claims: stoppedBefore(doc.address),
        check: shellLine(pprobeAgain(evidence.target, { command: 'trace', address: doc.address })),
      };
    }
    const [first] = failed;
    return first === undefined ? null : untraced(evidence, first, addressesOf(failed));
  },
);

/** The connection failed and no trace shows where. The sender of the ICMP error is known from libc alone. */
function untraced(evidence: Evidence, first: AddressOutcome, addresses: readonly string[]): Judgement {
  const { target } = evidence;
  const { from, icmp, errno, ref, address } = first;
  if (from === address && icmp !== null)
    return byTarget(evidence, address, icmp, {
      observation: ref,
      text: `${from} answered the SYN with ICMP type ${icmp.type} code ${icmp.code}${errno === null ? '' : ` (${errno})`}`,
    });
  const isScope = from !== null && isBeyondScope(address, icmp);
  const trace = pprobeAgain(target, { command: 'trace', address });
  const said = icmp === null ? '' : `ICMP type ${icmp.type} code ${icmp.code}`;
  return {
    phase: 'path',
    confidence: from === null ? 'medium' : 'high',
    summary: isScope
      ? `${from} does not forward to ${places(addresses)} what this host sends from ${first.localAddress ?? 'a link-local address'}.`
      : from === null
        ? `${places(addresses)} cannot be reached: a router on the path, or this host, reports it.`
        : `${from} reports that it cannot deliver to ${places(addresses)}.`,
    evidence: [
      {
        observation: ref,
        text:
          from === null
            ? `connect() to ${list(addresses)} failed with ${errno ?? 'an unreachable'}`
            : `${from} answered the SYN to ${address} with ${said}${errno === null ? '' : ` (${errno})`}`,
      },
    ],
    remedies: [
      ...(isScope ? addAddress(evidence, address) : from === null ? [] : [routeOn(from, address)]),
      {
        text: 'Find the router that reports it, and the route that it lacks',
        command: trace,
        docs: DOCS.routeTables,
      },
    ],
    claims: stoppedBefore(address, addresses),
    check: shellLine(trace),
  };
}

/**
 * The error comes from the target's own address, so packets arrive there. Its firewall rejects them (REJECT can send any code), or
 * it forwards the port to another host, such as a container, which is not there: the NAT gives the error the address of the target.
 */
function byTarget({ target }: Evidence, address: string, icmp: IcmpCode, item: EvidenceItem): Judgement {
  const rules = shellLine(listRuleset);
  return {
    phase: 'path',
    confidence: 'high',
    summary: `${address}, the target itself, answers TCP ${target.port} with ICMP ${icmpWords(familyOf(address) ?? 4, icmp) ?? `type ${icmp.type} code ${icmp.code}`}.`,
    evidence: [item],
    remedies: [
      {
        text: `On ${address}, look at its rules (${rules}): where one forwards TCP ${target.port} to a container or another host, check that this one runs and has that address; where one rejects it, allow it from this host`,
      },
    ],
    alternatives: [
      possible(
        'policy.icmp-prohibited',
        `${rules} on ${address}`,
        'medium',
        `a rule of the firewall of ${address} rejects the packets`,
      ),
    ],
    claims: [{ says: 'not-reached', address }],
    check: shellLine(listRuleset),
  };
}

/** The source address does not reach beyond the link (RFC 4443 section 3.1, code 2): this host has none of a wider scope in use. */
function isBeyondScope(address: string, icmp: AddressOutcome['icmp']): boolean {
  return familyOf(address) === 6 && icmp?.type === 1 && icmp.code === 2;
}

function routeOn(router: string, address: string): Advice {
  return {
    text: `Add a route to ${address} on ${router}; if it has one, its next hop or ${address} itself is down, or a rule of its firewall rejects with this error`,
    docs: DOCS.routeTables,
  };
}

/** Whether `from` is an address of this host: the kernel sends itself an ICMP error where neighbour discovery failed. */
function isThisHost(from: string, evidence: Evidence): boolean {
  const family = familyOf(from);
  return (
    evidence.vantage.addresses.includes(from) || (family !== null && clientAddress(evidence, family) === from)
  );
}

/**
 * The failures that matter: not those of a family that this host cannot use while addresses of the other one open, which
 * every client skips without a wait.
 */
export function unexplained(evidence: Evidence, failed: readonly AddressOutcome[]): AddressOutcome[] {
  const open = withStatus(addressOutcomes(evidence), 'open');
  const openFamilies = new Set(open.map(({ address }) => familyOf(address)));
  return failed.filter(({ address }) => openFamilies.size === 0 || openFamilies.has(familyOf(address)));
}

export const unreachableRules: readonly Rule[] = [routeLocal, routeNeighbour, icmpUnreachable];
