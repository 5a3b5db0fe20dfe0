import type { Evidence } from '../report.js';
import type { TlsDocument, TlsPurpose } from '../tls.js';
import type { Seen } from './dns.js';

/** The handshakes that a client of the target would make, where at least the connection stood. */
export function handshakes(evidence: Evidence): Seen<TlsDocument>[] {
  return ofPurpose(evidence, 'target');
}

/** What a handshake was made for: a second one, to find out why the first failed, is no step of a request. */
export function purposeOf({ purpose = 'target' }: TlsDocument): TlsPurpose {
  return purpose;
}

/** The handshake with the same address that was made for contrast; null when none was. */
export function contrast(evidence: Evidence, address: string, purpose: TlsPurpose): Seen<TlsDocument> | null {
  return ofPurpose(evidence, purpose).find(({ doc }) => doc.address === address) ?? null;
}

function ofPurpose({ target, observations }: Evidence, purpose: TlsPurpose): Seen<TlsDocument>[] {
  return (
    observations.tls
      .map((doc, index) => ({ ref: `tls[${index}]`, doc }))
      .filter(({ doc }) => purposeOf(doc) === purpose && doc.port === target.port)
      // Where not even the connection stood, the handshake is not to blame; where we were stopped, nobody is.
      .filter(({ doc }) => doc.status === 'ok' || doc.connectMs !== null)
      .filter(({ doc }) => doc.errorCode !== 'ECANCELED')
  );
}

/** Whether the peer was heard to speak TLS: a certificate, an alert, or part of a handshake. */
export function spokeTls({ status, progress, errorCode }: TlsDocument): boolean {
  if (status === 'ok' || status === 'untrusted' || status === 'name-mismatch' || status === 'expired')
    return true;
  if (progress !== undefined) return progress.heard !== 'nothing' && progress.heard !== 'not-tls';
  return status === 'protocol' && !isNotTls({ errorCode });
}

/** Whether what came back was no TLS at all. OpenSSL says so of the record's version bytes: `HTTP` has none. */
export function isNotTls({ errorCode, progress }: Pick<TlsDocument, 'errorCode' | 'progress'>): boolean {
  return (
    progress?.heard === 'not-tls' ||
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|NOT_SSL/.test(errorCode ?? '')
  );
}

/**
 * The alert that ended a handshake, as RFC 8446 section 6 writes it: `unrecognized_name`. Read from the bytes, or else from
 * OpenSSL's code: `ERR_SSL_TLSV1_UNRECOGNIZED_NAME`, `ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE`. null when there was none.
 */
export function alertOf({ errorCode, progress }: TlsDocument): string | null {
  if (progress?.alert) return progress.alert.name;
  const code = errorCode ?? '';
  const named = /^ERR_SSL_(?:SSLV3|TLSV1|TLSV13|SSL\/TLS|TLS)_ALERT_(?<name>[A-Z_]+)$/.exec(code)?.groups
    ?.name;
  if (named !== undefined) return named.toLowerCase();
  const bare =
    /^ERR_SSL_TLSV1_(?<name>UNRECOGNIZED_NAME|CERTIFICATE_UNOBTAINABLE|BAD_CERTIFICATE_STATUS_RESPONSE)$/;
  return bare.exec(code)?.groups?.name?.toLowerCase() ?? null;
}

/** Products that open TLS to read it, by the names they put into the issuer. */
const INSPECTORS =
  /zscaler|netskope|blue ?coat|palo ?alto|forti(?:gate|net)|sophos|check ?point|umbrella|mcafee|skyhigh|squid|mitmproxy|charles proxy|burp|barracuda|websense|forcepoint|watchguard|cato networks|iboss/i;

/** The name of such a product in the issuer of a certificate, as it is written there; null where there is none. */
export function inspectorIn(issuer: string): string | null {
  return INSPECTORS.exec(issuer)?.[0] ?? null;
}
