import type { DocumentHeader } from './header.js';
import type {
  CertificateText,
  Count,
  Hostname,
  Instant,
  IpAddress,
  Ms,
  Octet,
  Octets,
  Port,
  StatusCode,
  Text,
} from './scalars.js';

/** How a TLS handshake ended. */
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

/** Facts of the server's own certificate. */
export interface TlsCertificate {
  /** The common name of the subject, or the whole distinguished name where it has none. */
  subject: CertificateText;
  issuer: CertificateText;
  /** The DNS names and addresses of subjectAltName, as in the certificate. */
  names: CertificateText[];
  /** null when the field of the certificate is not a time. */
  validFrom: Instant | null;
  validTo: Instant | null;
}

/** A reason why a verifying client rejects the certificate. */
export interface TlsProblem {
  status: 'untrusted' | 'expired' | 'name-mismatch';
  /** The code of OpenSSL or Node: `CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID`. */
  code: Text;
}

/** An alert that the peer sent unencrypted (RFC 8446 section 6): `{ level: 'fatal', code: 112, name: 'unrecognized_name' }`. */
export interface TlsAlert {
  level: 'warning' | 'fatal';
  code: Octet;
  /** As RFC 8446 section 6 names it; `alert 200` for a code without a name. */
  name: Text;
}

/**
 * Whether the server asked for a certificate of the client, which pprobe has not got. `none`: it did not ask; `requested`: it
 * asked, and went on without one; `required`: it asked, and ended the handshake or the connection when none came.
 */
export type ClientCertificateDemand = 'none' | 'requested' | 'required';

/** A certificate of the chain that the server sent. */
export interface ChainCertificate {
  subject: CertificateText;
  issuer: CertificateText;
  /** null when the field of the certificate is not a time. */
  validFrom: Instant | null;
  validTo: Instant | null;
  /** The certificate is its own issuer: a root, or a server's self-made certificate. */
  selfSigned: boolean;
}

/**
 * What is wrong with the chain, apart from the name. `self-signed`: the server's certificate is its own issuer; `unknown-root`:
 * the chain ends at a root, or below one, that no store has; `missing-intermediate`: the server does not send the certificate
 * that issued the last one of its chain, and that one says where it can be fetched, as browsers do, or names an organization
 * whose roots are trusted; `expired` and `not-yet-valid`: the certificate `depth` of the chain; `other`: anything else, named by
 * the code of the problem.
 */
export type ChainFaultKind =
  | 'self-signed'
  | 'unknown-root'
  | 'missing-intermediate'
  | 'expired'
  | 'not-yet-valid'
  | 'other';

/** What is wrong with the chain of a certificate, and where. */
export interface ChainFault {
  kind: ChainFaultKind;
  /** The certificate of the chain that it concerns: 0 is the server's own, 1 its issuer. */
  depth: Count;
  /** The issuer that is missing or unknown, or the certificate that is not valid now. */
  name: CertificateText;
}

/**
 * Which list of authorities. `node`: that of Node programs, with NODE_EXTRA_CA_CERTS; `system`: the operating system's, which
 * curl, OpenSSL, Python and Go use; `given`: that of the option `ca`; the others: the file or directory that an environment
 * variable names. Beside `NODE_EXTRA_CA_CERTS`, `node` is the list that Node has without it.
 */
export type TrustStore =
  | 'node'
  | 'NODE_EXTRA_CA_CERTS'
  | 'system'
  | 'given'
  | 'SSL_CERT_FILE'
  | 'SSL_CERT_DIR'
  | 'CURL_CA_BUNDLE'
  | 'REQUESTS_CA_BUNDLE'
  | 'AWS_CA_BUNDLE';

/** Whether one list of authorities of this host vouches for the server's chain. */
export interface TrustView {
  store: TrustStore;
  /** The file or directory; null for a list that is built into a program. */
  path: Text | null;
  /** null when it cannot be read, or when the chain has a constraint that is not evaluated. */
  trusts: boolean | null;
  /** Why it cannot be read, or which part of it could not: `ENOENT`, `no certificate in it`, `2 of 140 cannot be read`. */
  problem: Text | null;
}

/** How far a handshake came, as read from the octets of the TCP connection. */
export interface TlsProgress {
  /**
   * The last message received from the peer. `nothing`: not one octet; `not-tls`: octets that are not a TLS record; `alert`: a
   * TLS alert and nothing else; `server-hello`; `certificate`: in TLS 1.2 only, because TLS 1.3 encrypts it and stays at
   * `server-hello` until the end; `done`: both sides finished.
   */
  heard: 'nothing' | 'not-tls' | 'alert' | 'server-hello' | 'certificate' | 'done';
  /** Octets of the TCP stream, without the headers of TCP; null in reports of versions that did not count them. */
  sentBytes: Octets | null;
  receivedBytes: Octets | null;
  /**
   * Whether the peer's TCP acknowledged all that was sent, the ClientHello included (TCP_INFO: tcpi_unacked and
   * tcpi_notsent_bytes are 0). false: packets to the peer are lost; true: the peer has the ClientHello and does not answer, or
   * its answer is lost. null when it cannot be read.
   */
  acknowledged: boolean | null;
  /** The last alert of the peer; null when none came. */
  alert: TlsAlert | null;
  /** Of `not-tls`: the first line received, printable, at most 80 characters; null otherwise. */
  firstLine: string | null;
}

/**
 * Why a handshake was made. `target`: as a client of the target makes it. `other-name`: after a handshake that ended without an
 * answer (timeout, reset, closed), to the same address with another server name, to see whether the name decides; neither its
 * certificate nor its outcome is a fault. `small-segments`: the same with TCP segments that fit any MTU (`maxSegment`), after a
 * handshake or a request without an answer. `small-hello`: with a ClientHello that fits one segment, without the key share of a
 * post-quantum group.
 */
export type TlsPurpose = 'target' | 'other-name' | 'small-segments' | 'small-hello';

/**
 * One handshake with one address; one of `observations.tls`.
 *
 * @if { properties: { status: { const: 'ok' } } }
 * @then { properties: { errorCode: { type: 'null' }, problems: { maxItems: 0 }, connectMs: { type: 'number' } } }
 */
export interface TlsDocument extends DocumentHeader<'tls'> {
  address: IpAddress;
  port: Port;
  serverName: Hostname;
  status: TlsStatus;
  /** The code of OpenSSL or of the socket: `CERT_HAS_EXPIRED`, `ECONNRESET`, `ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION`. */
  errorCode: Text | null;
  protocol: Text | null;
  cipher: Text | null;
  alpn: Text | null;
  certificate: TlsCertificate | null;
  /** All problems of the certificate, in the order in which verifying clients find them; `status` names the first. */
  problems: TlsProblem[];
  /** The time until the TCP connection was established; null when it never was. */
  connectMs: Ms | null;
  /**
   * How much of `durationMs` this process did not run: it was stopped, its host was suspended, or it was busy for half a second or
   * more at a time. Absent where it ran all the time.
   */
  pausedMs?: Ms;
  /** Absent: `target`. */
  purpose?: TlsPurpose;
  /** TCP_MAXSEG as set before connecting, octets of payload; absent where it was not set. @asType integer @minimum 1 @maximum 65535 */
  maxSegment?: number;
  /**
   * Of `small-segments` after a request that got no answer: the status of the same request over this connection; null when it got
   * none either. Absent where no request was sent.
   */
  answerStatus?: StatusCode | null;
  /** Absent in documents of earlier versions. */
  progress?: TlsProgress;
  /** null when the handshake did not come so far. Absent, like the members below, in documents of earlier versions. */
  clientCertificate?: ClientCertificateDemand | null;
  /** The chain as the server sent it, its own certificate first. Present where the chain has a fault. */
  chain?: ChainCertificate[];
  chainFault?: ChainFault | null;
  /**
   * The lists of authorities on this host and what each says. Present where they were consulted: where Node's list does not
   * vouch for the chain. `status` follows that of the operating system, where there is one, and those of option `ca`.
   */
  trust?: TrustView[];
}

/**
 * What is known of the path MTU to one address; one of `observations.pathMtu`. Measured only where a handshake received no answer
 * after the connection was established. Sizes are those of whole IP packets in octets, headers included.
 */
export interface PathMtu {
  address: IpAddress;
  port: Port;
  /** The MTU of the interface of the route to the address; null when it cannot be read. */
  interfaceMtu: Octets | null;
  /** The path MTU that the kernel knows after the attempt (IP_MTU, IPV6_MTU); null when it cannot be read. */
  kernelMtu: Octets | null;
  /**
   * Octets of a segment to the peer, options included, from TCP_INFO: the smaller of the MSS that the peer's SYN-ACK offers and
   * that of this host's link, so that a clamp on the path shows. null when it cannot be read.
   */
  peerMss: Octets | null;
  /**
   * The router that sent "fragmentation needed" (ICMP type 3 code 4) or "packet too big" (ICMPv6 type 2), and the MTU of its next
   * hop. Linux does not tell a TCP socket who sent it: then null, and a `kernelMtu` below `interfaceMtu` shows that one came.
   */
  announced: { from: IpAddress; mtu: Octets } | null;
  /** The largest packet that the peer acknowledged; null where there was none. */
  largestAcknowledged: Octets | null;
  /** The smallest packet that the peer never acknowledged; null where there was none. */
  smallestUnacknowledged: Octets | null;
}
