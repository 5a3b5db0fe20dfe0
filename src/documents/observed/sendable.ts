import { isIP } from 'node:net';
import type { Evidence } from '../report.js';
import type { AddressTrace } from '../trace.js';

/**
 * The evidence without the address family this host cannot send on, when it could send on the other: a name with A and
 * AAAA records on a host with IPv4 alone is no fault, since every client there does as we do here and passes the AAAA
 * by. A host that can send on neither keeps all of it. Positions stay as they are, for evidence is cited by them.
 */
export function withoutUnsendable(evidence: Evidence): Evidence {
  const { tcp, trace } = evidence.observations;
  const attempts = tcp.flatMap((doc) => doc.attempts);
  const sendable = new Set(
    attempts
      .filter(({ local, status }) => !(local && status === 'unreachable'))
      .map(({ address }) => isIP(address)),
  );
  if (sendable.size === 0) return evidence;
  const isKept = ({ address }: { address: string }) => sendable.has(isIP(address));
  return {
    ...evidence,
    observations: {
      ...evidence.observations,
      tcp: tcp.map((doc) => ({ ...doc, attempts: doc.attempts.filter(isKept) })),
      trace: trace.map((doc) => (isKept(doc) ? doc : untold(doc))),
    },
  };
}

/** A trace that says nothing. */
function untold(doc: AddressTrace): AddressTrace {
  return { ...doc, outcome: 'interrupted', stoppedBy: 'abort', destinationTtl: null, hops: [] };
}
