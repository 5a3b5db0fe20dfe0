import { answersTo } from '../../documents/observed/http.js';
import { handshakes, inspectorIn, spokeTls } from '../../documents/observed/tls.js';
import type { Evidence, EvidenceItem } from '../../documents/report.js';

/** Handshakes that refute what is said about another handshake with the same address. */

/** The handshakes with an address under the name of the target. */
function shaken(evidence: Evidence, address: string) {
  return handshakes(evidence).filter(({ doc }) => doc.address === address);
}

export function tlsSpokenBy(evidence: Evidence, address: string): EvidenceItem | null {
  const found = shaken(evidence, address).find(({ doc }) => spokeTls(doc));
  return found === undefined
    ? null
    : { observation: found.ref, text: `${address} speaks TLS: ${found.doc.status}` };
}

/** A certificate comes after version and cipher are agreed upon (RFC 5246 section 7.4.2, RFC 8446 section 4.4.2). */
export function certificateOf(evidence: Evidence, address: string): EvidenceItem | null {
  const found = shaken(evidence, address).find(
    ({ doc }) =>
      doc.certificate !== null || doc.progress?.heard === 'certificate' || doc.progress?.heard === 'done',
  );
  return found === undefined
    ? null
    : {
        observation: found.ref,
        text: `${address} sent its certificate, after both sides had agreed on a version`,
      };
}

export function octetsOf(evidence: Evidence, address: string): EvidenceItem | null {
  const found = shaken(evidence, address).find(
    ({ doc }) => doc.status === 'ok' || (doc.progress !== undefined && doc.progress.heard !== 'nothing'),
  );
  return found === undefined ? null : { observation: found.ref, text: `${address} answered the ClientHello` };
}

export function acknowledgedBy(evidence: Evidence, address: string): EvidenceItem | null {
  const found = shaken(evidence, address).find(({ doc }) => doc.progress?.acknowledged === true);
  return found === undefined
    ? null
    : { observation: found.ref, text: `${address} acknowledged all octets of the ClientHello` };
}

/** A handshake in small segments that fails like the first one, or small packets that are lost too. */
export function sameAtAnySize(evidence: Evidence, address: string): EvidenceItem | null {
  const { tls, pathMtu = [] } = evidence.observations;
  const small = tls.findIndex(
    (doc) => doc.address === address && doc.purpose === 'small-segments' && doc.connectMs !== null,
  );
  const doc = tls[small];
  if (doc !== undefined && doc.errorCode !== 'ECANCELED' && !spokeTls(doc))
    return {
      observation: `tls[${small}]`,
      text: `the handshake in small segments fails too (${doc.status}): the size of the packets does not matter`,
    };
  const sized = pathMtu.findIndex(
    (each) =>
      each.address === address && each.largestAcknowledged === null && each.smallestUnacknowledged !== null,
  );
  return sized < 0
    ? null
    : { observation: `pathMtu[${sized}]`, text: `no packet of any size was acknowledged by ${address}` };
}

export function namedAnswer(evidence: Evidence, address: string): EvidenceItem | null {
  const found = shaken(evidence, address).find(({ doc }) => spokeTls(doc));
  return found === undefined
    ? null
    : { observation: found.ref, text: `${address} answers a handshake for ${found.doc.serverName}` };
}

/** A handshake as a client of the target makes it that succeeded. */
export function completedBy(evidence: Evidence, address: string): EvidenceItem | null {
  const found = shaken(evidence, address).find(({ doc }) => doc.status === 'ok');
  return found === undefined
    ? null
    : { observation: found.ref, text: `another handshake with ${address} succeeded` };
}

/** A request to the same address that was answered: the server took the connection without a certificate of the client. */
export function servedWithoutCertificate(evidence: Evidence, address: string): EvidenceItem | null {
  const served = answersTo(evidence, 'plain').find(
    ({ doc }) => doc.address === address && doc.status !== null && doc.status < 400,
  );
  return served === undefined
    ? completedBy(evidence, address)
    : { observation: served.ref, text: `${address} answered a request without a certificate of the client` };
}

/** A certificate for the same name at the same address that no product for inspection signed. */
export function uninspected(evidence: Evidence, address: string): EvidenceItem | null {
  const found = shaken(evidence, address).find(
    ({ doc }) => doc.certificate !== null && inspectorIn(doc.certificate.issuer) === null,
  );
  return found === undefined
    ? null
    : { observation: found.ref, text: `another handshake with ${address} shows another issuer` };
}
