import { command } from '../../core/shell-command.js';
import { duration, list } from '../../core/text.js';
import type { Seen } from '../../documents/observed/dns.js';
import { addressesOf, addressOutcomes, opened, withStatus } from '../../documents/observed/tcp.js';
import { explainingTraces, portUnreachable } from '../../documents/observed/trace.js';
import type { Evidence, EvidenceItem } from '../../documents/report.js';
import type { AddressTrace, TraceProbe } from '../../documents/trace.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { endsOf, findInterfaces } from '../remedies/network.js';

/** Something answered, with no: never a security group or network ACL, which are silent. */
const refused = rule('tcp.refused', { needs: ['tcp'] }, (evidence): Judgement | null => {
  const outcomes = addressOutcomes(evidence);
  const refusing = withStatus(outcomes, 'refused', 'reset');
  const [first] = refusing;
  if (first === undefined) return null;
  const { port, privateApi } = evidence.target;
  const addresses = addressesOf(refusing);
  const opening = withStatus(outcomes, 'open');
  const some =
    opening.length > 0
      ? `, while ${list(addressesOf(opening), 4)} ${opening.length === 1 ? 'opens' : 'open'}`
      : '';
  const rejection = rejectEvidence(evidence);
  return {
    phase: 'connect',
    confidence: rejection.length > 0 ? 'medium' : 'high',
    summary: `${list(addresses, 4)} ${addresses.length === 1 ? 'refuses' : 'refuse'} TCP ${port}${some}: packets get there and back, but nothing listens.`,
    evidence: [
      ...refusing.map(({ ref, address, errno, durationMs }) => ({
        observation: ref,
        text: `${address} answered with ${errno ?? 'RST'} in ${duration(durationMs)}`,
      })),
      ...rejection,
    ],
    remedies: [
      privateApi === null
        ? {
            text: `Start the service on ${list(addresses, 4)}, and look there that it listens on TCP ${port} of this very address`,
            command: 'ss -ltn',
          }
        : {
            text: `Check that ${list(addresses, 4)} ${addresses.length === 1 ? 'is' : 'are'} the endpoint's: an endpoint always listens on TCP 443, so the record is stale or the port wrong`,
          },
      ...(privateApi === null ? [] : [findInterfaces(evidence, addresses)]),
    ],
    alternatives: [
      possible(
        'policy.reset-injected',
        `${command('pprobe', 'trace', first.address, '-p', String(port))}: a RST from nearer than the target's own hop is a firewall's`,
        rejection.length > 0 ? 'medium' : 'low',
      ),
    ],
    check: `is something listening on TCP ${port} there: ss -ltn on the target`,
  };
});

/** Linux reports ICMP port unreachable as ECONNREFUSED too, but no closed TCP port sends it: a REJECT rule does. */
function rejectEvidence(evidence: Evidence): EvidenceItem[] {
  return explainingTraces(evidence).flatMap(({ ref, doc }) => {
    const by = portUnreachable(doc);
    return by === null
      ? []
      : [
          {
            observation: ref,
            text: `${by.from} (hop ${by.ttl}) sent ICMP port unreachable, as a firewall's REJECT does; a closed port sends RST`,
          },
        ];
  });
}

export const refusedRules: readonly Rule[] = [refused];

/** An RST in the target's name that has not come all the way from it. */
const resetInjected = rule('policy.reset-injected', { needs: ['trace'] }, (evidence): Judgement | null => {
  const [found] = injections(evidence).filter(({ doc }) => !opened(evidence, doc.address));
  if (found === undefined) return null;
  const { doc, by, ttl } = found;
  const { client } = endsOf(evidence, [doc.address]);
  const box = by ?? `the box at hop ${ttl - 1} or ${ttl} of the path`;
  return {
    phase: 'path',
    confidence: found.why === 'distance' ? 'high' : 'medium',
    summary: `A firewall on the path, ${by === null ? `before hop ${ttl}` : `at ${by}`}, resets TCP ${doc.port} to ${doc.address} in the target's name.`,
    evidence: [
      { observation: found.ref, text: found.text },
      ...(found.other === null
        ? []
        : [{ observation: found.other, text: `a router answers there where the RST came from` }]),
    ],
    remedies: [
      {
        text: `Allow TCP ${doc.port} from ${client ?? 'this host'} to ${doc.address} on ${box}; security groups and network ACLs never send an RST`,
      },
    ],
    alternatives: [
      possible('tcp.refused', `ss -ltn on ${doc.address}: does anything listen on TCP ${doc.port} there?`),
    ],
    check: command('pprobe', 'trace', doc.address, '-p', String(doc.port)),
  };
});

export const resetInjectedRules: readonly Rule[] = [resetInjected];

/** An RST that cannot have come from the target, and the reason. */
export interface Injection {
  ref: string;
  doc: AddressTrace;
  /** TTL at which the RST came. */
  ttl: number;
  /** The box that most likely sent it; null where only the distance is known. */
  by: string | null;
  why: 'distance' | 'sibling';
  text: string;
  /** The observation that contradicts, where it is another one. */
  other: string | null;
}

/**
 * Signs that an RST was sent by something before the target: it came back over fewer routers than it went out over,
 * exactly as many as the answers of the router before it; or the way to a sibling of the target, which opens, has a router
 * at that distance and is longer.
 */
function injections(evidence: Evidence): Injection[] {
  const traces = ofTarget(evidence);
  return traces.flatMap(({ ref, doc }) => {
    const ttl = resetTtl(doc);
    if (ttl === null || ttl < 2) return [];
    const found = byDistance(ref, doc, ttl) ?? bySibling(ref, doc, ttl, traces);
    return found === null ? [] : [found];
  });
}

function ofTarget({ target, observations }: Evidence): Seen<AddressTrace>[] {
  return observations.trace
    .map((doc, index) => ({ ref: `trace[${index}]`, doc }))
    .filter(({ doc }) => doc.host === target.host && doc.port === target.port);
}

function resetTtl(doc: AddressTrace): number | null {
  return doc.hops.find(({ probes }) => probes.some(({ reply }) => reply === 'rst'))?.ttl ?? null;
}

function probeAt(doc: AddressTrace, ttl: number, reply: TraceProbe['reply']): TraceProbe | null {
  const hop = doc.hops.find((each) => each.ttl === ttl);
  return hop?.probes.find((probe) => probe.reply === reply) ?? null;
}

function byDistance(ref: string, doc: AddressTrace, ttl: number): Injection | null {
  const back = probeAt(doc, ttl, 'rst')?.backwardHops ?? null;
  const router = probeAt(doc, ttl - 1, 'time-exceeded');
  const from = router?.from ?? null;
  // Only where the router's own answers show that the way back is as long as the way there.
  if (back === null || from === null || router?.backwardHops !== ttl - 2 || back !== ttl - 2) return null;
  return {
    ref,
    doc,
    ttl,
    by: from,
    why: 'distance',
    text: `the RST came back over ${back} routers, as many as ${from}'s own answers from hop ${ttl - 1}; one of the target would have passed one more`,
    other: null,
  };
}

function bySibling(
  ref: string,
  doc: AddressTrace,
  ttl: number,
  traces: readonly Seen<AddressTrace>[],
): Injection | null {
  for (const sibling of traces) {
    const router = sibling.doc.outcome === 'open' ? probeAt(sibling.doc, ttl, 'time-exceeded') : null;
    if (router?.from === null || router?.from === undefined || !sharesWay(doc, sibling.doc, ttl)) continue;
    return {
      ref,
      doc,
      ttl,
      by: null,
      why: 'sibling',
      text: `the RST came at TTL ${ttl}; on the same way to ${sibling.doc.address}, which opens, hop ${ttl} is the router ${router.from}`,
      other: sibling.ref,
    };
  }
  return null;
}

/** Whether both paths show the same routers before `ttl`, and at least one. */
function sharesWay(first: AddressTrace, second: AddressTrace, ttl: number): boolean {
  let known = 0;
  for (let each = 1; each < ttl; each++) {
    const here = probeAt(first, each, 'time-exceeded')?.from ?? null;
    const there = probeAt(second, each, 'time-exceeded')?.from ?? null;
    if (here !== there) return false;
    if (here !== null) known++;
  }
  return known > 0;
}
