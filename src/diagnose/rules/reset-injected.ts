import { shellLine } from '../../core/shell-line.js';
import { count } from '../../core/text.js';
import type { Seen } from '../../documents/observed/dns.js';
import { opened } from '../../documents/observed/tcp.js';
import { explainingTraces, resetBeforeGateway, targetTraces } from '../../documents/observed/trace.js';
import type { Evidence } from '../../documents/report.js';
import type { AddressTrace, TraceProbe } from '../../documents/trace.js';
import { ofEach } from '../claims.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { pprobeAgain } from '../remedies/again.js';
import { listRuleset } from '../remedies/local.js';
import { allowOnFirewall, endsOf } from '../remedies/network.js';

/** An RST with the target's address that was sent by something on the path. */
const resetInjected = rule('policy.reset-injected', { needs: ['trace'] }, (evidence): Judgement | null => {
  return injectedOnTheWay(evidence) ?? injectedHere(evidence);
});

/** The RST came from this host or from its gateway, which no measurement of an ordinary user tells apart. */
function injectedHere(evidence: Evidence): Judgement | null {
  const [found] = explainingTraces(evidence).flatMap(
    ({ doc }) => resetBeforeGateway(evidence, doc.address) ?? [],
  );
  if (found === undefined) return null;
  const { ref, gateway } = found;
  const { address, port } = found.doc;
  return {
    phase: 'path',
    confidence: 'medium',
    summary: `The firewall of this host, or the gateway ${gateway}, resets TCP ${port} to ${address}.`,
    evidence: [
      {
        observation: ref,
        text: `an RST in the name of ${address} came at hop 1, although the way there starts with the gateway ${gateway}`,
      },
    ],
    remedies: [
      {
        text: `Look in the firewall of this host for a rule that rejects TCP ${port} with a reset, or redirects it to a port of this host where nothing listens (a sidecar of a service mesh that is not ready yet)`,
        command: listRuleset,
      },
      allowOnFirewall(endsOf(evidence, [address]), gateway),
    ],
    alternatives: [
      possible(
        'tcp.refused',
        `ss -ltn on ${address} shows whether something listens on TCP ${port}; the router of a VPC does not lower the TTL, so that a target behind it answers at hop 1 too`,
        'medium',
      ),
    ],
    claims: ofEach('closed', address),
    check: shellLine(listRuleset),
  };
}

function injectedOnTheWay(evidence: Evidence): Judgement | null {
  const [found] = injections(evidence).filter(({ doc }) => !opened(evidence, doc.address));
  if (found === undefined) return null;
  const { doc, by, ttl } = found;
  const box = by ?? `hop ${ttl - 1} or ${ttl} of the path`;
  const trace = pprobeAgain(evidence.target, { command: 'trace', address: doc.address });
  const advice = allowOnFirewall(endsOf(evidence, [doc.address]), box);
  return {
    phase: 'path',
    confidence: found.why === 'distance' ? 'high' : 'medium',
    summary: `A firewall on the path, ${by === null ? `before hop ${ttl}` : `at ${by}`}, resets TCP ${doc.port} to ${doc.address}.`,
    evidence: [
      { observation: found.ref, text: found.text },
      ...(found.other === null
        ? []
        : [
            {
              observation: found.other,
              text: 'at this distance the path to an address that opens has a router',
            },
          ]),
    ],
    remedies: [{ ...advice, text: `${advice.text}; security groups and network ACLs never send an RST` }],
    alternatives: [
      possible('tcp.refused', `ss -ltn on ${doc.address} shows whether something listens on TCP ${doc.port}`),
    ],
    claims: ofEach('closed', doc.address),
    check: shellLine(trace),
  };
}

export const resetInjectedRules: readonly Rule[] = [resetInjected];

/** An RST that cannot have come from the target, and why not. */
interface Injection {
  ref: string;
  doc: AddressTrace;
  /** TTL at which the RST came. */
  ttl: number;
  /** The device that most likely sent it; null where only the distance is known. */
  by: string | null;
  why: 'distance' | 'sibling';
  text: string;
  /** The trace to another address that shows it; null where the same trace does. */
  other: string | null;
}

/**
 * Two signs that something before the target sent an RST. Its way back is one hop too short: exactly as long as that of the
 * router before it. Or the path to another address of the target, which opens, has a router at the same distance.
 */
function injections(evidence: Evidence): Injection[] {
  const traces = targetTraces(evidence);
  return traces.flatMap(({ ref, doc }) => {
    const ttl = resetTtl(doc);
    if (ttl === null || ttl < 2) return [];
    const found = byDistance(ref, doc, ttl) ?? bySibling(ref, doc, ttl, traces);
    return found === null ? [] : [found];
  });
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
  // Only where the answers of the router show that its way back is as long as its way there.
  if (back === null || from === null || router?.backwardHops !== ttl - 2 || back !== ttl - 2) return null;
  return {
    ref,
    doc,
    ttl,
    by: from,
    why: 'distance',
    text: `the RST passed ${count(back, 'router')} on its way back, as many as the answers of ${from} at hop ${ttl - 1}; an RST of the target would have passed one more`,
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
      text: `the RST came at hop ${ttl}; on the same path to ${sibling.doc.address}, which opens, hop ${ttl} is the router ${router.from}`,
      other: sibling.ref,
    };
  }
  return null;
}

/** Whether both paths have the same routers before `ttl`, at least one of them known. */
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
