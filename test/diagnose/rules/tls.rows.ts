import { evidence, HOST, tcp, tls } from '../evidence.js';
import type { Row } from './row.js';
import { connected } from './situations.js';

const nobody = [
  { store: 'node', path: null, trusts: false, problem: null },
  { store: 'system', path: '/etc/ssl/certs/ca-certificates.crt', trusts: false, problem: null },
] as const;

const dates = { validFrom: '2026-01-01T00:00:00.000Z', validTo: '2027-01-01T00:00:00.000Z' };
const chainOf = (subject: string, issuer: string) => ({ subject, issuer, ...dates });

const expiredIssuer = [
  {
    subject: 'api.test',
    issuer: 'Old CA',
    validFrom: '2024-01-01T00:00:00.000Z',
    validTo: '2027-01-01T00:00:00.000Z',
    selfSigned: false,
  },
  {
    subject: 'Old CA',
    issuer: 'Root',
    validFrom: '2020-01-01T00:00:00.000Z',
    validTo: '2025-01-31T00:00:00.000Z',
    selfSigned: false,
  },
] as const;

export const tlsRows: Row[] = [
  {
    name: 'a certificate for other names',
    given: evidence({
      ...connected,
      tls: [
        tls('name-mismatch', { serverName: 'alb.example.com', errorCode: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
      ],
    }),
    class: 'tls',
    cause: 'tls.name-mismatch',
    confidence: 'certain',
    summary: ['*.execute-api.us-east-1.amazonaws.com', 'alb.example.com'],
    remedy: [`https://${HOST}/prod/orders`],
  },
  ...(['UNSPECIFIED', 'INVALID_PURPOSE', 'CERT_REVOKED'] as const).map(
    (errorCode): Row => ({
      name: `a chain that breaks another rule than that of its authority: ${errorCode}`,
      given: evidence({
        ...connected,
        tls: [
          tls('untrusted', {
            errorCode,
            trust: [...nobody],
            chain: [
              { ...chainOf('api.test', 'Own CA'), selfSigned: false },
              { ...chainOf('Own CA', 'Own CA'), selfSigned: true },
            ],
            chainFault: { kind: 'unknown-root', depth: 1, name: 'Own CA' },
          }),
        ],
      }),
      class: 'tls',
      cause: 'tls.untrusted',
      confidence: 'high',
      summary: ['rejects the certificate chain', errorCode === 'UNSPECIFIED' ? 'too weak' : errorCode],
      remedy: ['made again', 'Verify return code'],
    }),
  ),
  {
    name: 'a certificate of an unknown authority',
    given: evidence({
      ...connected,
      tls: [tls('untrusted', { errorCode: 'SELF_SIGNED_CERT_IN_CHAIN', trust: [...nobody] })],
    }),
    class: 'tls',
    cause: 'tls.untrusted',
    confidence: 'certain',
    summary: ['Amazon RSA 2048 M02'],
    alternatives: ['policy.proxy'],
  },
  {
    name: 'a certificate of an unknown authority, where only Node’s list was asked',
    given: evidence({ ...connected, tls: [tls('untrusted', { errorCode: 'SELF_SIGNED_CERT_IN_CHAIN' })] }),
    class: 'tls',
    cause: 'tls.untrusted',
    confidence: 'high',
    summary: ['Amazon RSA 2048 M02'],
  },
  {
    name: 'a certificate that one program alone trusts',
    given: evidence({
      ...connected,
      tls: [
        tls('untrusted', {
          trust: [...nobody, { store: 'CURL_CA_BUNDLE', path: '/own.pem', trusts: true, problem: null }],
        }),
      ],
    }),
    class: 'tls',
    cause: 'tls.untrusted',
    confidence: 'high',
    summary: ['Amazon RSA 2048 M02'],
  },
  {
    name: 'a list of authorities that cannot be read',
    given: evidence({
      ...connected,
      tls: [
        tls('untrusted', {
          trust: [...nobody, { store: 'SSL_CERT_FILE', path: '/own.pem', trusts: null, problem: 'EACCES' }],
        }),
      ],
    }),
    class: 'tls',
    cause: 'tls.untrusted',
    confidence: 'high',
    summary: ['Amazon RSA 2048 M02'],
  },
  {
    name: 'a chain without its intermediate',
    given: evidence({
      ...connected,
      tls: [
        tls('untrusted', {
          trust: [...nobody],
          chainFault: { kind: 'missing-intermediate', depth: 0, name: 'Example R3' },
        }),
      ],
    }),
    class: 'tls',
    cause: 'tls.untrusted',
    confidence: 'high',
    summary: ['leaves out the intermediate certificate Example R3'],
    evidence: [/did not send the certificate of Example R3/, /browsers/],
    remedy: [/fullchain\.pem/],
  },
  {
    name: 'an unknown issuer whose certificate was not sent: its root may be trusted',
    given: evidence({
      ...connected,
      tls: [
        tls('untrusted', {
          errorCode: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
          trust: [...nobody],
          chain: [{ ...chainOf('own.test', 'Example Issuing CA'), selfSigned: false }],
          chainFault: { kind: 'unknown-root', depth: 0, name: 'Example Issuing CA' },
        }),
      ],
    }),
    class: 'tls',
    cause: 'tls.untrusted',
    confidence: 'high',
    summary: ['Example Issuing CA', /leaves out its certificate/],
    remedy: [/fullchain\.pem/, /update-ca-certificates/],
  },
  {
    name: 'a root that was sent, and that no list has',
    given: evidence({
      ...connected,
      tls: [
        tls('untrusted', {
          errorCode: 'SELF_SIGNED_CERT_IN_CHAIN',
          trust: [...nobody],
          chain: [
            { ...chainOf('own.test', 'Example Root'), selfSigned: false },
            { ...chainOf('Example Root', 'Example Root'), selfSigned: true },
          ],
          chainFault: { kind: 'unknown-root', depth: 1, name: 'Example Root' },
        }),
      ],
    }),
    class: 'tls',
    cause: 'tls.untrusted',
    confidence: 'certain',
    summary: [/does not trust the root/, 'Example Root'],
  },
  {
    name: 'a self-signed certificate',
    given: evidence({
      ...connected,
      tls: [
        tls('untrusted', {
          trust: [...nobody],
          chainFault: { kind: 'self-signed', depth: 0, name: 'own.test' },
        }),
      ],
    }),
    class: 'tls',
    cause: 'tls.untrusted',
    confidence: 'certain',
    summary: ['self-signed'],
    evidence: ['own.test'],
  },
  {
    name: 'the certificate of an issuer past its time',
    given: evidence({
      ...connected,
      tls: [
        tls('expired', {
          chain: [...expiredIssuer],
          chainFault: { kind: 'expired', depth: 1, name: 'Old CA' },
        }),
      ],
    }),
    class: 'tls',
    cause: 'tls.expired',
    confidence: 'high',
    summary: ['2025-01-31'],
    evidence: ['Old CA'],
    remedy: [/Replace the expired certificate of Old CA/],
  },
  {
    name: 'a certificate before its time',
    given: evidence({
      ...connected,
      tls: [
        tls('expired', {
          errorCode: 'CERT_NOT_YET_VALID',
          chain: [...expiredIssuer],
          chainFault: { kind: 'not-yet-valid', depth: 0, name: 'api.test' },
        }),
      ],
    }),
    class: 'tls',
    cause: 'tls.expired',
    confidence: 'high',
    summary: ['2024-01-01', 'clock'],
    evidence: [/the clock of this host is slow/],
    remedy: [/clock/],
  },
  {
    name: 'a certificate past its time',
    given: evidence({
      ...connected,
      tls: [tls('expired', { startedAt: '2026-07-01T09:00:00.000Z', errorCode: 'CERT_HAS_EXPIRED' })],
    }),
    class: 'tls',
    cause: 'tls.expired',
    confidence: 'high',
    summary: [/^The certificate at \S+ expired on 2026-06-30, by the clock of this host/],
  },
  {
    name: 'no TLS version in common',
    given: evidence({ ...connected, tls: [tls('protocol', { certificate: null })] }),
    class: 'tls',
    cause: 'tls.protocol',
    confidence: 'high',
  },
  ...(
    [
      ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'high', 'no TLS version or cipher in common'],
      ['ERR_SSL_RECORD_TOO_SMALL', 'medium', 'does not keep to the rules of TLS'],
      ['ERR_SSL_TOO_MANY_WARN_ALERTS', 'medium', 'does not keep to the rules of TLS'],
      ['ERR_SSL_INTERNAL_ERROR', 'medium', 'fails (ERR_SSL_INTERNAL_ERROR)'],
    ] as const
  ).map(
    ([errorCode, confidence, words]): Row => ({
      name: `only an error of OpenSSL about versions or ciphers is about those: ${errorCode}`,
      given: evidence({
        ...connected,
        tls: [
          tls('protocol', {
            certificate: null,
            errorCode,
            progress: {
              heard: 'alert',
              sentBytes: 300,
              receivedBytes: 35,
              acknowledged: null,
              alert: { level: 'warning', code: 90, name: 'user_canceled' },
              firstLine: null,
            },
          }),
        ],
      }),
      class: 'tls',
      cause: 'tls.protocol',
      confidence,
      summary: [words],
    }),
  ),
  {
    name: 'a handshake that is swallowed',
    given: evidence({ ...connected, tls: [tls('timeout', { certificate: null })] }),
    class: 'tls',
    cause: 'tls.silent',
    confidence: 'medium',
    remedy: [/MTU/],
    alternatives: ['policy.sni-filtered'],
  },
  {
    name: 'a handshake that is swallowed at two addresses',
    given: evidence({
      tcp: [tcp(HOST, { '10.0.1.5': 'open', '10.0.2.5': 'open' })],
      tls: ['10.0.1.5', '10.0.2.5'].map((address) => tls('timeout', { address, certificate: null })),
    }),
    class: 'tls',
    cause: 'tls.silent',
    confidence: 'medium',
    summary: ['The server at 2 addresses accepts the connection, but does not answer'],
  },
  {
    name: 'a handshake that is cut',
    given: evidence({ ...connected, tls: [tls('reset', { certificate: null, errorCode: 'ECONNRESET' })] }),
    class: 'tls',
    cause: 'tls.closed',
    confidence: 'medium',
    alternatives: ['policy.sni-filtered'],
  },
];
