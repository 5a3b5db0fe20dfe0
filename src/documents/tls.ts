import type { DocumentHeader } from './header.js';

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

/** An alert that the peer sent in the clear (RFC 8446 section 6): `{ level: 'fatal', code: 112, name: 'unrecognized_name' }`. */
export interface TlsAlert {
  level: 'warning' | 'fatal';
  code: number;
  /** As RFC 8446 section 6 writes it; `alert 200` for a code it does not know. */
  name: string;
}

/** How far a handshake got, as read from the bytes on the TCP connection. */
export interface TlsProgress {
  /**
   * The furthest that the peer was heard to come. `nothing`: not one byte; `not-tls`: bytes that begin no TLS record;
   * `alert`: a TLS alert and nothing else; `server-hello`; `certificate` (TLS 1.2: TLS 1.3 encrypts it, and stays at
   * `server-hello` until it is done); `done`: both sides finished.
   */
  heard: 'nothing' | 'not-tls' | 'alert' | 'server-hello' | 'certificate' | 'done';
  /** Octets of the TCP stream, without the headers of TCP; null in reports of versions that did not count them. */
  sentBytes: number | null;
  receivedBytes: number | null;
  /**
   * Whether the peer's TCP acknowledged all that we sent, ClientHello included (TCP_INFO: tcpi_unacked and
   * tcpi_notsent_bytes are 0). false: packets of ours vanish; true: the peer, or what answers for it, has the
   * ClientHello and is silent, or its answer vanishes. null when it cannot be read.
   */
  acknowledged: boolean | null;
  /** The last alert of the peer in the clear; null when none came. */
  alert: TlsAlert | null;
  /** For `not-tls`: the first line of what came, printable, at most 80 characters; null otherwise. */
  firstLine: string | null;
}

/**
 * Why a handshake was made. `target`: as a client of the target would; `other-name`: after that failed without a
 * word (timeout, reset, closed), the same address asked once more under another server name, to see whether the name is
 * what decides: neither its certificate nor its end are a fault; `small-segments`: the same once more with TCP
 * segments too small for any MTU to stop them (`maxSegment`).
 */
export type TlsPurpose = 'target' | 'other-name' | 'small-segments';

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
  /** Absent: `target`. */
  purpose?: TlsPurpose;
  /** TCP_MAXSEG as set before connecting, octets of payload; absent where it was left alone. */
  maxSegment?: number;
  /** Absent in documents of before it was read. */
  progress?: TlsProgress;
}

/**
 * What is known of the largest packet that gets through to one address; one of `observations.pathMtu`. Measured only where
 * a handshake went silent after the connection stood. Sizes are of whole IP packets in octets, headers included.
 */
export interface PathMtu {
  address: string;
  port: number;
  /** MTU of the interface that the route to the address leaves by; null when it cannot be read. */
  interfaceMtu: number | null;
  /** What the kernel holds the path's MTU to be after the attempt (IP_MTU, IPV6_MTU); null when it cannot be read. */
  kernelMtu: number | null;
  /**
   * Octets that a segment towards the peer holds, its options included: what TCP_INFO gives after the connection stood. The
   * smaller of what the peer's SYN-ACK offers and what this host's link takes, so a clamp on the path shows as less than the
   * link's; null when it cannot be read.
   */
  peerMss: number | null;
  /**
   * The router that said "fragmentation needed" (ICMP type 3 code 4) or "packet too big" (ICMPv6 type 2), and the MTU of
   * its next hop as it says. Linux does not tell a TCP socket who said so: null, and a `kernelMtu` below `interfaceMtu`
   * means that somebody did.
   */
  announced: { from: string; mtu: number } | null;
  /** The largest packet of ours that the peer acknowledged, and the smallest that it never did; null where there was none. */
  largestAcknowledged: number | null;
  smallestUnacknowledged: number | null;
}
