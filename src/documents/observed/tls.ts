import type { Evidence } from '../report.js';
import type { TlsDocument, TlsPurpose } from '../tls.js';
import type { Seen } from './dns.js';

/** The handshakes that a client of the target would make, on connections that opened. */
export function handshakes(evidence: Evidence): Seen<TlsDocument>[] {
  return ofPurpose(evidence, 'target');
}

/** Why a handshake was made. A second one, made to find out why the first failed, is not a step of a request. */
export function purposeOf({ purpose = 'target' }: TlsDocument): TlsPurpose {
  return purpose;
}

/** The further handshake with the same address that was made for comparison, or null. */
export function contrast(evidence: Evidence, address: string, purpose: TlsPurpose): Seen<TlsDocument> | null {
  return ofPurpose(evidence, purpose).find(({ doc }) => doc.address === address) ?? null;
}

function ofPurpose({ target, observations }: Evidence, purpose: TlsPurpose): Seen<TlsDocument>[] {
  return (
    observations.tls
      .map((doc, index) => ({ ref: `tls[${index}]`, doc }))
      .filter(({ doc }) => purposeOf(doc) === purpose && doc.port === target.port)
      // Without a connection the handshake did not fail; an interrupted one has no result.
      .filter(({ doc }) => doc.status === 'ok' || doc.connectMs !== null)
      .filter(({ doc }) => doc.errorCode !== 'ECANCELED')
  );
}

/** Whether the peer spoke TLS: it sent a certificate, an alert, or another part of a handshake. */
export function spokeTls({ status, progress }: TlsDocument): boolean {
  if (status === 'ok' || status === 'untrusted' || status === 'name-mismatch' || status === 'expired')
    return true;
  return progress !== undefined && progress.heard !== 'nothing' && progress.heard !== 'not-tls';
}

/** Whether the peer sent something that is not TLS. */
export function isNotTls({ progress }: Pick<TlsDocument, 'progress'>): boolean {
  return progress?.heard === 'not-tls';
}

/** The alert that ended a handshake, as RFC 8446 section 6 writes it, or null: `unrecognized_name`. */
export function alertOf({ progress }: TlsDocument): string | null {
  return progress?.alert?.name ?? null;
}

/** Products that inspect TLS, by the names that they write into the issuer. */
const INSPECTORS =
  /zscaler|netskope|blue ?coat|palo ?alto|forti(?:gate|net)|sophos|check ?point|umbrella|mcafee|skyhigh|squid|mitmproxy|charles proxy|burp|barracuda|websense|forcepoint|watchguard|cato networks|iboss/i;

/** The name of such a product in the issuer of a certificate, as written there, or null. */
export function inspectorIn(issuer: string): string | null {
  return INSPECTORS.exec(issuer)?.[0] ?? null;
}
