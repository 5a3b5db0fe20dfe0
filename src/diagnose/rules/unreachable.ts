import { command } from '../../core/shell-command.js';
import { duration, list } from '../../core/text.js';
import {
  type AddressOutcome,
  addressesOf,
  addressOutcomes,
  withStatus,
} from '../../documents/observed/tcp.js';
import { explainingTraces, sendErrno, unreachability } from '../../documents/observed/trace.js';
import type { Evidence } from '../../documents/report.js';
import { familyOf } from '../../net/address/address.js';
import { type Judgement, type Rule, rule } from '../finding.js';
import { DOCS } from '../remedies/docs.js';
import { isThisHost } from './path-evidence.js';

/** Below this no neighbour discovery can have failed: Linux asks three times, a second apart. */
const ARP_GIVES_UP_MS = 900;

/** The kernel refused to send: the routing table has nothing for the address. */
const routeLocal = rule('route.local', { needs: ['tcp', 'trace'] }, (evidence): Judgement | null => {
  const [unsent] = explainingTraces(evidence).filter(({ doc }) => isRouteErrno(sendErrno(doc)));
  const failed = unexplained(evidence).filter(({ local }) => local);
  const [first] = failed;
  const address = first?.address ?? unsent?.doc.address;
  if (address === undefined) return null;
  const addresses = failed.length > 0 ? addressesOf(failed) : [address];
  const errno = first?.errno ?? (unsent === undefined ? null : sendErrno(unsent.doc));
  const noRoute = errno === null || isRouteErrno(errno);
  const lookUp = command('ip', ...(familyOf(address) === 6 ? ['-6'] : []), 'route', 'get', address);
  return {
    phase: 'path',
    confidence: noRoute ? 'certain' : 'high',
    summary: `${reasonOf(errno)} ${list(addresses, 4)}.`,
    evidence: [
      ...(first === undefined
        ? []
        : [
            {
              observation: first.ref,
              text: `connecting to ${list(addresses)} failed at once with ${first.errno ?? 'no route'}; nothing was sent`,
            },
          ]),
      ...(unsent === undefined
        ? []
        : [{ observation: unsent.ref, text: `no probe left this host: ${sendErrno(unsent.doc)}` }]),
    ],
    remedies: [
      {
        text: noRoute
          ? `Look up what this host does with ${address}, and add the route or the default gateway that is missing`
          : `Look up what this host does with ${address}: a route of type blackhole must go, an interface come up, an address of the family be set`,
        command: lookUp,
      },
    ],
    check: lookUp,
  };
});

/** A router said so, or the last one, or this host, had no answer from the neighbour. */
const icmpUnreachable = rule(
  'route.icmp-unreachable',
  { needs: ['tcp', 'trace'], docs: DOCS.routeTables },
  (evidence): Judgement | null => {
    const [told] = explainingTraces(evidence).flatMap(({ ref, doc }) => {
      const by = unreachability(doc);
      return by === null ? [] : [{ ref, doc, by }];
    });
    if (told !== undefined) {
      const { ref, doc, by } = told;
      const here = isThisHost(by.from, evidence);
      const mark = by.annotation === null ? '' : ` ${by.annotation}`;
      return {
        phase: 'path',
        confidence: 'certain',
        summary: here
          ? `${doc.address} belongs on this host's own link, but nobody there answers for it.`
          : `${by.from}, hop ${by.ttl} of the path, cannot deliver to ${doc.address}.`,
        evidence: [
          {
            observation: ref,
            text: `${here ? 'this host' : by.from} reports ICMP type ${by.type} code ${by.code}${mark} at hop ${by.ttl}`,
          },
        ],
        remedies: [
          here
            ? neighbour(doc.address)
            : {
                text: `Give ${by.from} a route to ${doc.address}; if it has one, the next hop or ${doc.address} itself is down`,
                docs: DOCS.routeTables,
              },
        ],
        check: command('pprobe', 'trace', doc.address, '-p', String(doc.port)),
      };
    }
    const failing = unexplained(evidence).filter(({ local }) => !local);
    const [first] = failing;
    return first === undefined ? null : unplaced(evidence, first, addressesOf(failing));
  },
);

/** connect(2) failed with EHOSTUNREACH and no trace says where. A long wait before it is that of neighbour discovery. */
function unplaced(evidence: Evidence, first: AddressOutcome, addresses: readonly string[]): Judgement {
  const waited = first.durationMs >= ARP_GIVES_UP_MS;
  const trace = command('pprobe', 'trace', first.address, '-p', String(evidence.target.port));
  return {
    phase: 'path',
    confidence: 'medium',
    summary: `${list(addresses, 4)} cannot be reached: ${waited ? 'nobody on the last link answers for it' : 'a router on the path reports it as unreachable'}.`,
    evidence: [
      {
        observation: first.ref,
        text: `connecting to ${list(addresses)} failed with ${first.errno ?? 'host unreachable'} after ${duration(first.durationMs)}`,
      },
    ],
    remedies: [
      waited
        ? neighbour(first.address)
        : {
            text: 'Find the router that says so, and the route it lacks',
            command: trace,
            docs: DOCS.routeTables,
          },
    ],
    check: trace,
  };
}

function neighbour(address: string) {
  return {
    text: `Check that ${address} is up and in this subnet, and that the netmask here is right`,
    command: command('ip', 'neigh', 'show', 'to', address),
  };
}

/**
 * Unreachable addresses that matter: not those of a family this host does not speak while the other family's open, which
 * every client passes over without a wait.
 */
function unexplained(evidence: Evidence): AddressOutcome[] {
  const outcomes = addressOutcomes(evidence);
  const openFamilies = new Set(withStatus(outcomes, 'open').map(({ address }) => familyOf(address)));
  return withStatus(outcomes, 'unreachable').filter(
    ({ address }) => openFamilies.size === 0 || openFamilies.has(familyOf(address)),
  );
}

/** What connect(2) means by each errno before a packet is sent, in words that an address completes. */
function reasonOf(errno: string | null): string {
  switch (errno) {
    case 'EINVAL':
      // ip-route(8): a blackhole route discards and the sender gets EINVAL; so does a link-local address without zone.
      return 'This host discards what is sent (a blackhole route, or an address that wants an interface) to';
    case 'ENETDOWN':
      return "This host's interface is down that leads to";
    case 'EADDRNOTAVAIL':
      return 'This host has no address of its own to send from to';
    case 'EAFNOSUPPORT':
      return "This host's kernel does not speak the address family of";
    default:
      return 'This host has no route to';
  }
}

function isRouteErrno(errno: string | null): boolean {
  return errno === 'ENETUNREACH' || errno === 'EHOSTUNREACH';
}

export const unreachableRules: readonly Rule[] = [routeLocal, icmpUnreachable];
