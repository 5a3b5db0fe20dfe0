import type { ObservedDns } from '../../../src/documents/report.js';
import type { TlsDocument, TlsProgress } from '../../../src/documents/tls.js';
import { silentProbe, type TraceHop } from '../../../src/documents/trace.js';
import { answeredWith, dns, dnsFailure, evidence, HOST, hops, http, tcp, tls, trace } from '../evidence.js';
import type { Row } from './row.js';
import { connected, resolved, silentPath, three } from './situations.js';

/** What one more measurement tells apart: another server name, small segments, another resolver, another address, the proxies. */

const heard = (words: TlsProgress['heard'], changes: Partial<TlsProgress> = {}): TlsProgress => ({
  heard: words,
  sentBytes: 517,
  receivedBytes: 0,
  acknowledged: null,
  alert: null,
  firstLine: null,
  ...changes,
});

const bare = { certificate: null };
const otherName = (status: TlsDocument['status'], changes: Partial<TlsDocument> = {}) =>
  tls(status, { serverName: 'example.com', purpose: 'other-name', ...changes });

const asked = (doc: ObservedDns, purpose: 'host' | 'resolver' | 'vpc-resolver'): ObservedDns => ({
  ...doc,
  asked: { purpose, server: purpose === 'host' ? null : doc.server },
});

/** A hop that answers with RST over so many routers on the way back. */
const reset = (ttl: number, backwardHops: number | null): TraceHop => ({
  ttl,
  rateLimited: false,
  probes: [{ ...silentProbe, reply: 'rst', from: '10.0.1.5', rttMs: 0.5, backwardHops }],
});
const router = (ttl: number, from: string, backwardHops: number): TraceHop => ({
  ttl,
  rateLimited: false,
  probes: [
    { ...silentProbe, reply: 'time-exceeded', from, rttMs: 0.4, icmp: { type: 11, code: 0 }, backwardHops },
  ],
});
const synAck = (ttl: number, from: string): TraceHop => ({
  ttl,
  rateLimited: false,
  probes: [{ ...silentProbe, reply: 'syn-ack', from, rttMs: 0.6 }],
});

const tlsRows: Row[] = [
  {
    name: 'a handshake that is reset, and answered under another name',
    given: evidence({
      ...connected,
      tls: [tls('reset', { ...bare, errorCode: 'ECONNRESET' }), otherName('name-mismatch')],
    }),
    class: 'policy',
    cause: 'policy.sni-filtered',
    confidence: 'high',
    summary: [HOST, 'example.com'],
    remedy: [/Allow .* on the firewall/],
    alternatives: ['tls.closed'],
  },
  {
    name: 'a handshake that is swallowed, and answered with an alert under another name',
    given: evidence({
      ...connected,
      tls: [tls('timeout', bare), otherName('protocol', { ...bare, progress: heard('alert') })],
    }),
    class: 'policy',
    cause: 'policy.sni-filtered',
    confidence: 'high',
  },
  {
    name: 'a handshake that is swallowed under any name and in any size',
    given: evidence({
      ...connected,
      tls: [
        tls('timeout', { ...bare, progress: heard('nothing', { acknowledged: true }) }),
        otherName('timeout', bare),
        tls('timeout', { ...bare, purpose: 'small-segments', maxSegment: 536 }),
      ],
    }),
    class: 'tls',
    cause: 'tls.silent',
    confidence: 'medium',
  },
  {
    name: 'a handshake that passes in small segments only',
    given: evidence({
      ...connected,
      tls: [tls('timeout', bare), tls('ok', { purpose: 'small-segments', maxSegment: 536 })],
      pathMtu: [
        {
          address: '10.0.1.5',
          port: 443,
          interfaceMtu: 9001,
          kernelMtu: 9001,
          peerMss: 8961,
          announced: null,
          largestAcknowledged: 1300,
          smallestUnacknowledged: 1500,
        },
      ],
    }),
    class: 'tls',
    cause: 'tls.silent',
    confidence: 'high',
    summary: [/MTU black hole/, '536'],
    remedy: [/Clamp the MSS/, /fragmentation needed/],
  },
  {
    name: 'a request whose answer comes in small segments only',
    given: answeredWith([http(null, { failure: 'timeout' })], {
      tls: [tls('ok'), tls('ok', { purpose: 'small-segments', maxSegment: 536, answerStatus: 200 })],
      pathMtu: [
        {
          address: '10.0.1.5',
          port: 443,
          interfaceMtu: 1500,
          kernelMtu: 1500,
          peerMss: 1460,
          announced: null,
          largestAcknowledged: 1280,
          smallestUnacknowledged: 1360,
        },
      ],
    }),
    class: 'tls',
    cause: 'tls.silent',
    confidence: 'high',
    summary: [/MTU black hole/, /handshake succeeds/, '536'],
    remedy: [/Clamp the MSS/],
    alternatives: ['backend.timeout'],
  },
  {
    name: 'a request whose answer comes in small segments, and no size that is lost',
    given: answeredWith([http(null, { failure: 'timeout' })], {
      tls: [tls('ok'), tls('ok', { purpose: 'small-segments', maxSegment: 536, answerStatus: 200 })],
    }),
    class: 'tls',
    cause: 'tls.silent',
    confidence: 'medium',
    alternatives: ['backend.timeout'],
  },
  {
    name: 'a ClientHello of two segments that gets no answer',
    given: evidence({
      ...connected,
      tls: [
        tls('timeout', { ...bare, progress: heard('nothing', { acknowledged: true, sentBytes: 1638 }) }),
        otherName('timeout', bare),
        tls('timeout', { ...bare, purpose: 'small-segments', maxSegment: 536 }),
        tls('ok', { purpose: 'small-hello' }),
      ],
    }),
    class: 'tls',
    cause: 'tls.silent',
    confidence: 'high',
    summary: [/two segments/, '1638', /post-quantum/],
    remedy: [/X25519:P-256/],
  },
  {
    name: 'a large packet that never arrives where a smaller one does',
    given: evidence({
      ...connected,
      tls: [tls('timeout', bare)],
      pathMtu: [
        {
          address: '10.0.1.5',
          port: 443,
          interfaceMtu: 1500,
          kernelMtu: null,
          peerMss: null,
          announced: { from: '10.8.0.1', mtu: 1400 },
          largestAcknowledged: 700,
          smallestUnacknowledged: 1500,
        },
      ],
    }),
    class: 'tls',
    cause: 'tls.silent',
    confidence: 'medium',
    summary: [/MTU black hole/],
    alternatives: ['policy.sni-filtered'],
  },
  {
    name: 'plain HTTP on the port',
    given: evidence({
      ...connected,
      tls: [
        tls('protocol', {
          ...bare,
          errorCode: 'ERR_SSL_WRONG_VERSION_NUMBER',
          progress: heard('not-tls', { firstLine: 'HTTP/1.1 400 Bad Request' }),
        }),
      ],
    }),
    class: 'tls',
    cause: 'tls.protocol',
    confidence: 'certain',
    summary: ['does not speak TLS', 'HTTP/1.1 400 Bad Request'],
  },
  {
    name: 'plain HTTP on the port, by the code alone',
    given: evidence({
      ...connected,
      tls: [tls('protocol', { ...bare, errorCode: 'ERR_SSL_WRONG_VERSION_NUMBER' })],
    }),
    class: 'tls',
    cause: 'tls.protocol',
    confidence: 'high',
    summary: ['does not speak TLS'],
  },
  {
    name: 'the alert unrecognized_name',
    given: evidence({
      ...connected,
      tls: [tls('protocol', { ...bare, errorCode: 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME' })],
    }),
    class: 'tls',
    cause: 'tls.name-mismatch',
    confidence: 'certain',
    summary: ['unrecognized_name', HOST],
  },
  {
    name: 'the alert protocol_version',
    given: evidence({
      ...connected,
      tls: [tls('protocol', { ...bare, errorCode: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' })],
    }),
    class: 'tls',
    cause: 'tls.protocol',
    confidence: 'certain',
    summary: ['no TLS version'],
  },
  {
    name: 'an alert that asks for a client certificate',
    given: evidence({
      ...connected,
      tls: [tls('protocol', { ...bare, errorCode: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' })],
    }),
    class: 'tls',
    cause: 'tls.client-certificate',
    confidence: 'certain',
    evidence: ['certificate_required'],
    remedy: [/mutual TLS/],
  },
  {
    name: 'a request for a client certificate, then the alert handshake_failure, in TLS 1.2',
    given: evidence({
      ...connected,
      tls: [
        tls('protocol', {
          clientCertificate: 'required',
          errorCode: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
          progress: heard('certificate', { alert: { level: 'fatal', code: 40, name: 'handshake_failure' } }),
        }),
      ],
    }),
    class: 'tls',
    cause: 'tls.client-certificate',
    confidence: 'high',
    evidence: ['CertificateRequest', 'handshake_failure'],
    remedy: ['-cert CLIENT.pem'],
  },
  {
    name: 'a request for a client certificate, then a reset',
    given: evidence({
      ...connected,
      tls: [tls('reset', { clientCertificate: 'required', progress: heard('certificate') })],
    }),
    class: 'tls',
    cause: 'tls.client-certificate',
    confidence: 'high',
  },
  {
    name: 'an alert after the certificate, without a request for one of the client',
    given: evidence({
      ...connected,
      tls: [
        tls('protocol', {
          clientCertificate: 'none',
          progress: heard('certificate', { alert: { level: 'fatal', code: 80, name: 'internal_error' } }),
        }),
      ],
    }),
    class: 'tls',
    cause: 'tls.closed',
    confidence: 'low',
  },
  {
    name: 'the alert handshake_failure alone, which servers send for unknown names too',
    given: evidence({
      ...connected,
      tls: [tls('protocol', { ...bare, errorCode: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE' })],
    }),
    class: 'tls',
    cause: 'tls.protocol',
    confidence: 'medium',
    alternatives: ['tls.name-mismatch'],
  },
  {
    name: 'nothing acknowledged after the SYN, under any name and in any size',
    given: evidence({
      ...connected,
      tls: [
        tls('timeout', { ...bare, progress: heard('nothing', { acknowledged: false }) }),
        otherName('timeout', { ...bare, progress: heard('nothing', { acknowledged: false }) }),
        tls('timeout', {
          ...bare,
          purpose: 'small-segments',
          maxSegment: 536,
          progress: heard('nothing', { acknowledged: false }),
        }),
      ],
    }),
    class: 'tls',
    cause: 'tls.silent',
    confidence: 'high',
    summary: ['nothing that this host sends on it is acknowledged'],
    remedy: [/appliance mode/],
  },
];

const dnsRows: Row[] = [
  {
    name: 'the one configured resolver strips private addresses, the VPC’s does not',
    given: evidence({
      dns: [
        asked(dnsFailure(HOST, 'no-data', { server: '192.168.1.1' }), 'host'),
        asked(dnsFailure(HOST, 'no-data', { server: '192.168.1.1' }), 'resolver'),
        asked(dns(HOST, three, { server: '169.254.169.253' }), 'vpc-resolver'),
      ],
    }),
    class: 'dns',
    cause: 'dns.split-view',
    confidence: 'certain',
    summary: ['169.254.169.253', '192.168.1.1'],
    remedy: [/rebinding/],
  },
  {
    name: 'two configured resolvers with two private answers, and silence at the first',
    given: evidence({
      dns: [
        asked(dns(HOST, ['10.7.1.5']), 'host'),
        asked(dns(HOST, ['10.7.1.5']), 'resolver'),
        asked(dns(HOST, three, { server: '10.0.0.3' }), 'resolver'),
      ],
      tcp: [tcp(HOST, { '10.7.1.5': 'timeout' })],
    }),
    class: 'dns',
    cause: 'dns.split-view',
    confidence: 'medium',
    summary: ['10.0.0.3', '10.7.1.5'],
  },
  {
    name: 'a name that search rules completed, with dots in it',
    given: evidence({
      target: 'db.eu:5432',
      dns: [dnsFailure('db.eu.corp.example', 'nxdomain')],
    }),
    class: 'dns',
    cause: 'dns.nxdomain',
    confidence: 'certain',
  },
  {
    name: 'a line of the hosts file, beside what DNS says',
    given: evidence({
      dns: [asked(dns(HOST, three), 'resolver')],
      tcp: [tcp(HOST, { '10.9.9.9': 'timeout' })],
      origin: {
        source: 'hosts-file',
        addresses: ['10.9.9.9'],
        hostsFile: { path: '/etc/hosts', lines: [7] },
      },
    }),
    class: 'dns',
    cause: 'dns.hosts-override',
    confidence: 'high',
    summary: ['10.9.9.9', '10.0.1.5'],
    remedy: [`grep -n ${HOST} /etc/hosts`],
    alternatives: ['tcp.timeout-all'],
  },
  {
    name: 'getaddrinfo says otherwise than DNS',
    given: evidence({
      dns: [asked(resolved, 'host')],
      tcp: [tcp(HOST, { '10.0.1.5': 'open' })],
      system: { name: HOST, addresses: ['52.1.2.3'], errorCode: null, durationMs: 1 },
    }),
    class: 'dns',
    cause: 'dns.hosts-override',
    confidence: 'high',
    summary: ['Programs on this host', '52.1.2.3'],
    remedy: ['getent -s dns'],
  },
];

const pathRows: Row[] = [
  {
    name: 'an RST that came no further than the router before the target',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'refused' })],
      trace: [trace('closed', [router(1, '10.0.9.1', 0), router(2, '10.8.0.1', 1), reset(3, 1)])],
    }),
    class: 'policy',
    cause: 'policy.reset-injected',
    confidence: 'high',
    summary: ['10.8.0.1', '10.0.1.5'],
    alternatives: ['tcp.refused'],
  },
  {
    name: 'an RST from the TTL at which a router is on the path to another address, which opens',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'refused', '10.0.2.5': 'open' })],
      tls: [tls('ok', { address: '10.0.2.5' })],
      http: [http(200, { address: '10.0.2.5' })],
      trace: [
        trace('closed', [...hops('10.0.9.1'), reset(2, null)]),
        trace('open', [...hops('10.0.9.1', '10.8.0.1'), synAck(3, '10.0.2.5')], { address: '10.0.2.5' }),
      ],
    }),
    class: 'policy',
    cause: 'policy.reset-injected',
    confidence: 'medium',
    alternatives: ['tcp.refused'],
  },
  {
    name: 'an RST that came all the way',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'refused' })],
      trace: [trace('closed', [router(1, '10.0.9.1', 0), router(2, '10.8.0.1', 1), reset(3, 2)])],
    }),
    class: 'refused',
    cause: 'tcp.refused',
    confidence: 'high',
  },
  {
    name: 'one box that answers six hops',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout' })],
      trace: [
        trace('filtered', [
          ...hops('10.8.0.1', '10.8.0.1', '10.8.0.1', '10.8.0.1', '10.8.0.1', '10.8.0.1'),
          ...silentPath.map((hop, index) => ({ ...hop, ttl: index + 7 })),
        ]),
      ],
    }),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'medium',
  },
];

const proxyRows: Row[] = [
  {
    name: 'a 407',
    given: answeredWith([http(407, { requestId: null, gatewayId: null, server: 'squid/6.1' })]),
    class: 'policy',
    cause: 'policy.proxy',
    confidence: 'certain',
    summary: ['407'],
    remedy: [`NO_PROXY=${HOST}`],
    alternatives: ['http.error'],
  },
  {
    name: 'a proxy’s page in place of the API’s answer',
    given: answeredWith([http(503, { requestId: null, gatewayId: null, via: '1.1 gate (squid/6.1)' })]),
    class: 'policy',
    cause: 'policy.proxy',
    confidence: 'high',
    summary: ['squid'],
  },
  {
    name: 'a certificate by a product that opens TLS',
    given: evidence({
      ...connected,
      tls: [
        tls('untrusted', {
          certificate: {
            subject: HOST,
            issuer: 'Zscaler Intermediate Root CA',
            names: [HOST],
            validFrom: null,
            validTo: null,
          },
        }),
      ],
    }),
    class: 'policy',
    cause: 'policy.proxy',
    confidence: 'high',
    summary: ['Zscaler'],
    alternatives: ['tls.untrusted'],
  },
  {
    name: 'a proxy in the environment, and a direct way that works',
    given: answeredWith([http(200)], {
      environment: {
        variables: [{ name: 'https_proxy', value: 'http://10.0.0.99:3128' }],
        forTarget: { name: 'https_proxy', value: 'http://10.0.0.99:3128' },
      },
    }),
    class: 'reachable',
    cause: 'none',
    confidence: 'certain',
    alternatives: ['policy.proxy'],
  },
];

const localRows: Row[] = [
  {
    name: 'no resolver to ask',
    given: evidence({
      target: 'db.internal:5432',
      skipped: [
        {
          step: 'dns',
          reason: '/etc/resolv.conf names no server',
          missing: '/etc/resolv.conf',
          remedy: 'pprobe dns db.internal --server ADDR',
        },
      ],
    }),
    class: 'local',
    cause: 'local.capability',
    confidence: 'certain',
    summary: ['/etc/resolv.conf names no server'],
    remedy: ['--server ADDR'],
  },
  {
    name: 'an interrupt with one address open and the other not settled',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dns('db.internal', ['10.0.1.5', '10.0.2.5'])],
      tcp: [tcp('db.internal', { '10.0.1.5': 'open', '10.0.2.5': 'error' }, 5432)],
    }),
    class: 'inconclusive',
    cause: 'none',
    confidence: 'low',
  },
];

export const contrastRows: Row[] = [...tlsRows, ...dnsRows, ...pathRows, ...proxyRows, ...localRows];
