import type { TlsDocument, TlsProgress } from '../../../src/documents/tls.js';
import { answeredWith, dns, evidence, HOST, http, tcp, tls } from '../evidence.js';
import type { Row } from './row.js';
import { connected } from './situations.js';

/** What a further handshake or request tells apart: another server name, small segments, a small ClientHello. */

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

export const tlsContrastRows: Row[] = [
  {
    name: 'a handshake that is reset, and answered under another name',
    given: evidence({
      ...connected,
      tls: [tls('reset', { ...bare, errorCode: 'ECONNRESET' }), otherName('name-mismatch')],
    }),
    class: 'policy',
    cause: 'policy.sni-filtered',
    confidence: 'high',
    summary: ['filters by server name'],
    evidence: [HOST, 'example.com'],
    remedy: [/Allow .* on the firewall/],
    alternatives: ['tls.closed'],
  },
  {
    name: 'the same for a name that is not one of AWS: a proxy may route by it',
    given: evidence({
      target: 'https://app.example.com/',
      dns: [dns('app.example.com', ['10.0.1.5'])],
      tcp: [tcp('app.example.com', { '10.0.1.5': 'open' })],
      tls: [
        tls('reset', { ...bare, serverName: 'app.example.com', errorCode: 'ECONNRESET' }),
        otherName('name-mismatch'),
      ],
    }),
    class: 'policy',
    cause: 'policy.sni-filtered',
    confidence: 'medium',
    alternatives: ['backend.network', 'tls.closed'],
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
    name: 'a server that sends records without pause, and nothing of a handshake',
    given: evidence({
      ...connected,
      tls: [
        tls('timeout', {
          ...bare,
          durationMs: 500,
          progress: heard('nothing', { acknowledged: true, receivedBytes: 663_200 }),
        }),
      ],
    }),
    class: 'tls',
    cause: 'tls.silent',
    confidence: 'medium',
    summary: [/sends 663200 octets, but no answer to the TLS handshake/],
    evidence: [/663200 octets from .* within 500 ms/],
    remedy: [/openssl s_client/],
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
    summary: [/MTU black hole/],
    evidence: ['536'],
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
    summary: [/MTU black hole/],
    evidence: [/handshake succeeded/, '536'],
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
    summary: [/two segments/],
    evidence: ['1638', /post-quantum/],
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
    summary: ['speaks HTTP and not TLS'],
    evidence: ['HTTP/1.1 400 Bad Request'],
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
    confidence: 'high',
    summary: ['unrecognized_name'],
    evidence: [HOST],
  },
  {
    name: 'the alert protocol_version',
    given: evidence({
      ...connected,
      tls: [tls('protocol', { ...bare, errorCode: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' })],
    }),
    class: 'tls',
    cause: 'tls.protocol',
    confidence: 'high',
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
