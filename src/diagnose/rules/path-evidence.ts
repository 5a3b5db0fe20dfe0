import { count, list } from '../../core/text.js';
import { clientAddress } from '../../documents/observed/tcp.js';
import { blackhole, explainingTraces } from '../../documents/observed/trace.js';
import type { Evidence, EvidenceItem } from '../../documents/report.js';
import type { AddressTrace } from '../../documents/trace.js';
import { familyOf } from '../../net/address/address.js';

/** What the traces add to a failed connection; addresses whose traces say the same share a line. */
export function pathEvidence(evidence: Evidence): EvidenceItem[] {
  const told = new Map<string, { ref: string; addresses: string[] }>();
  for (const { ref, doc } of explainingTraces(evidence)) {
    const text = describe(doc);
    if (text === null) continue;
    const same = told.get(text);
    if (same === undefined) told.set(text, { ref, addresses: [doc.address] });
    else same.addresses.push(doc.address);
  }
  return [...told].map(([text, { ref, addresses }]) => ({
    observation: ref,
    text: `towards ${list(addresses, 4)} ${text}`,
  }));
}

function describe(doc: AddressTrace): string | null {
  const hole = blackhole(doc);
  if (hole !== null) {
    return `the last hop to answer is ${hole.from} (hop ${hole.ttl}); the next ${hole.silent} are silent`;
  }
  if (doc.outcome !== 'filtered') return null;
  return `${count(doc.hops.length, 'hop')} ${doc.hops.length === 1 ? 'is' : 'are'} silent, as a VPC's own are`;
}

/** Whether `from` is this host: the kernel answers in a router's place when no neighbour answered ARP. */
export function isThisHost(from: string, evidence: Evidence): boolean {
  const family = familyOf(from);
  return (
    evidence.vantage.addresses.includes(from) || (family !== null && clientAddress(evidence, family) === from)
  );
}
