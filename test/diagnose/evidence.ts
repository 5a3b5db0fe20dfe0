import type { DnsDocument, DnsStatus } from '../../src/documents/dns.js';
import type { HttpDocument } from '../../src/documents/http.js';
import type { Evidence, SkippedStep, Vantage } from '../../src/documents/report.js';
import type { TcpAttempt, TcpCause, TcpDocument, TcpStatus } from '../../src/documents/tcp.js';
import type { TlsDocument } from '../../src/documents/tls.js';
import { type AddressTrace, routingLoop, type TraceHop, unsentCause } from '../../src/documents/trace.js';
import { upgradeEvidence } from '../../src/documents/upgrade.js';
import { scopeOf } from '../../src/net/address/scope.js';
import { type ParseTargetOptions, parseTarget } from '../../src/target/parse-target.js';
import {
  dnsAttempt,
  dnsDocument,
  header,
  hop,
  probe,
  silence,
  tcpAttempt,
  tcpDocument,
  traceDocument,
} from '../report/documents.js';

/** Short makers of evidence: a test names what each step saw, and the rest is as in a healthy network. */

export const API = 'a1b2c3d4e5';
export const VPCE = 'vpce-0123456789abcdef0';
export const HOST = `${API}.execute-api.us-east-1.amazonaws.com`;
export const URL_OF_API = `https://${HOST}/prod/orders`;
export const VPCE_NAME = `${VPCE}-abcd1234.execute-api.us-east-1.vpce.amazonaws.com`;
export const CLIENT = '10.0.9.15';

const RCODES: Partial<Record<DnsStatus, string>> = {
  answered: 'NOERROR',
  'no-data': 'NOERROR',
  nxdomain: 'NXDOMAIN',
  servfail: 'SERVFAIL',
  refused: 'REFUSED',
};

/** An answer with these addresses. */
export function dns(name: string, addresses: string[], changes: Partial<DnsDocument> = {}): DnsDocument {
  const status = changes.status ?? 'answered';
  const rcode = RCODES[status] ?? null;
  return dnsDocument({
    durationMs: 3,
    question: { name, type: 'A,AAAA' },
    status,
    rcode,
    addresses: addresses.map((address) => ({
      address,
      family: address.includes(':') ? 6 : 4,
      scope: scopeOf(address),
      ttl: 60,
    })),
    records: [],
    flags: null,
    attempts: [dnsAttempt({ name, outcome: status, rcode, durationMs: 3 })],
    ...changes,
  });
}

/** A question that ended without an address. */
export function dnsFailure(name: string, status: DnsStatus, changes: Partial<DnsDocument> = {}): DnsDocument {
  return dns(name, [], { status, ...changes });
}

/** A lookup of which every query failed at once with an errno. */
export function unsent(name: string, status: 'error' | 'unreachable', errno: string): DnsDocument {
  const document = dnsFailure(name, status);
  const [attempt] = dns(name, ['10.0.1.5']).attempts;
  return { ...document, attempts: attempt === undefined ? [] : [{ ...attempt, outcome: status, errno }] };
}

const ERRNOS: Partial<Record<TcpStatus, string>> = {
  refused: 'ECONNREFUSED',
  reset: 'ECONNRESET',
  prohibited: 'EHOSTUNREACH',
  unreachable: 'EHOSTUNREACH',
  denied: 'EPERM',
};

/** The cause of each status, unless a row gives another. */
const CAUSES: Readonly<Record<TcpStatus, TcpCause>> = {
  open: 'syn-ack',
  refused: 'rst',
  reset: 'rst-after-syn-ack',
  timeout: 'silence',
  prohibited: 'icmp',
  unreachable: 'icmp',
  denied: 'local-firewall',
  error: 'canceled',
};

export function attempt(address: string, status: TcpStatus, changes: Partial<TcpAttempt> = {}): TcpAttempt {
  return tcpAttempt({
    address,
    status,
    errno: ERRNOS[status] ?? null,
    local: status === 'denied',
    durationMs: status === 'timeout' ? 3001 : 1.2,
    localAddress: status === 'open' ? CLIENT : null,
    localPort: status === 'open' ? 40000 : null,
    cause: CAUSES[status],
    ...changes,
  });
}

/** `tcp(HOST, {'10.0.1.5': 'open'})`. */
export function tcp(host: string, outcomes: Record<string, TcpStatus>, port = 443): TcpDocument {
  return tcpOf(
    host,
    Object.entries(outcomes).map(([address, status]) => attempt(address, status, { port })),
  );
}

export function tcpOf(host: string, attempts: TcpAttempt[]): TcpDocument {
  return tcpDocument({
    durationMs: 3001,
    host,
    port: attempts[0]?.port ?? 443,
    status: attempts[0]?.status ?? 'error',
    attempts,
    resolution: null,
  });
}

export function tls(status: TlsDocument['status'], changes: Partial<TlsDocument> = {}): TlsDocument {
  return {
    ...header('tls'),
    durationMs: status === 'timeout' ? 3000 : 12,
    address: '10.0.1.5',
    port: 443,
    serverName: HOST,
    status,
    errorCode: null,
    protocol: status === 'ok' ? 'TLSv1.3' : null,
    cipher: status === 'ok' ? 'TLS_AES_128_GCM_SHA256' : null,
    alpn: null,
    certificate: {
      subject: '*.execute-api.us-east-1.amazonaws.com',
      issuer: 'Amazon RSA 2048 M02',
      names: ['*.execute-api.us-east-1.amazonaws.com'],
      validFrom: '2025-06-01T00:00:00.000Z',
      validTo: '2026-06-30T23:59:59.000Z',
    },
    problems: [],
    connectMs: 1,
    ...changes,
  };
}

/** An answer of API Gateway's own front end. */
export function http(status: number | null, changes: Partial<HttpDocument> = {}): HttpDocument {
  return {
    ...header('http'),
    durationMs: 20,
    variant: 'plain',
    url: URL_OF_API,
    address: '10.0.1.5',
    status,
    errorType: null,
    requestId: status === null ? null : '4f3e3b0f-39db-11e9-9c2e-5bd7c2de5998',
    gatewayId: status === null ? null : 'Vts2FFmArPEFh8g=',
    viaCloudFront: false,
    via: null,
    server: null,
    location: null,
    message: null,
    failure: null,
    errorCode: null,
    ...changes,
  };
}

export const forbidden = (changes: Partial<HttpDocument> = {}): HttpDocument =>
  http(403, { errorType: 'ForbiddenException', message: 'Forbidden', ...changes });

/** A 403 with the sentence of a denial, and what follows the ARN in it. */
export function denied(suffix: string, changes: Partial<HttpDocument> = {}): HttpDocument {
  const arn = `arn:aws:execute-api:us-east-1:********4690:${API}/prod/GET/orders`;
  const message = `User: anonymous is not authorized to perform: execute-api:Invoke on resource: ${arn}${suffix}`;
  return http(403, { errorType: 'AccessDeniedException', message, ...changes });
}

/** Hops by who answers: an address, or null for silence. */
export function hops(...from: (string | null)[]): TraceHop[] {
  return from.map((each, index) =>
    hop(index + 1, each === null ? silence : probe({ from: each, rttMs: 0.4 })),
  );
}

/** A hop that ends the path with an ICMP unreachable. */
export function rejection(
  ttl: number,
  from: string,
  type: number,
  code: number,
  annotation: string,
): TraceHop {
  return hop(ttl, probe({ reply: 'unreachable', from, rttMs: 0.8, icmp: { type, code }, annotation }));
}

export function trace(
  outcome: AddressTrace['outcome'],
  path: TraceHop[],
  changes: Partial<AddressTrace> = {},
): AddressTrace {
  return {
    ...traceDocument({
      durationMs: 800,
      host: HOST,
      source: CLIENT,
      outcome,
      stoppedBy: outcome === 'filtered' ? 'gap-limit' : outcome === 'interrupted' ? 'abort' : 'destination',
      destinationTtl: outcome === 'open' || outcome === 'closed' ? path.length : null,
      hops: path,
      loop: routingLoop(path),
      unsent: unsentCause(path),
    }),
    address: '10.0.1.5',
    ...changes,
  };
}

export interface Given extends Partial<Evidence['observations']> {
  target?: string;
  options?: ParseTargetOptions;
  skipped?: SkippedStep[];
  vantage?: Partial<Vantage>;
}

/** Evidence about the private API of this file, unless `target` says otherwise. */
export function evidence({
  target = URL_OF_API,
  options = {},
  skipped = [],
  vantage = {},
  ...seen
}: Given = {}): Evidence {
  const given: Evidence = {
    target: parseTarget(target, options),
    vantage: {
      hostname: 'client',
      addresses: [CLIENT],
      nameservers: ['10.0.0.2'],
      platform: 'linux 6.1 x64',
      ...vantage,
    },
    observations: { dns: [], tcp: [], tls: [], http: [], trace: [], ...seen },
    skipped,
  };
  // Rows leave out why a lookup was made, where the addresses came from, and how far a handshake came.
  const { dns, origin, tls } = upgradeEvidence(given).observations;
  return {
    ...given,
    observations: { ...given.observations, dns, tls, ...(origin === undefined ? {} : { origin }) },
  };
}

/** Everything before HTTP as a healthy endpoint in two subnets shows it; `http` is what each row is about. */
export function answeredWith(answers: HttpDocument[], given: Given = {}): Evidence {
  const asked = evidence(given).target;
  return evidence({
    dns: [dns(asked.host, ['10.0.1.5', '10.0.2.5'])],
    tcp: [tcp(asked.host, { '10.0.1.5': 'open', '10.0.2.5': 'open' })],
    tls: [tls('ok', { serverName: asked.host }), tls('ok', { serverName: asked.host, address: '10.0.2.5' })],
    ...given,
    http: answers,
  });
}
