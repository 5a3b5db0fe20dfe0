import type { DocumentHeader } from '../../document.js';

export type TlsStatus =
  | 'ok'
  | 'untrusted'
  | 'name-mismatch'
  | 'expired'
  | 'protocol'
  | 'reset'
  | 'timeout'
  | 'closed'
  | 'error';

export interface TlsCertificate {
  /** The subject's common name, or the whole distinguished name where it has none. */
  subject: string;
  issuer: string;
  /** DNS names and addresses of subjectAltName, as in the certificate. */
  names: string[];
  /** ISO 8601; null when the certificate's own field is not a time. */
  validFrom: string | null;
  validTo: string | null;
}

/** One reason why a verifying client rejects the certificate. */
export interface TlsProblem {
  status: 'untrusted' | 'expired' | 'name-mismatch';
  /** OpenSSL's or Node's code: `CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID`. */
  code: string;
}

/** One handshake with one address; one of `observations.tls`. */
export interface TlsDocument extends DocumentHeader<'tls'> {
  address: string;
  port: number;
  serverName: string;
  status: TlsStatus;
  /**
   * OpenSSL's or the socket's code: `CERT_HAS_EXPIRED`, `ECONNRESET`, `ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION`.
   */
  errorCode: string | null;
  protocol: string | null;
  cipher: string | null;
  alpn: string | null;
  certificate: TlsCertificate | null;
  /**
   * All that is wrong with the certificate, in the order verifying clients find it; `status` names the first.
   */
  problems: TlsProblem[];
  /**
   * Until the TCP connection stood; null when it never did, so that a silent server and a silent network
   * differ.
   */
  connectMs: number | null;
}
