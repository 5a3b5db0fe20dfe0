import { evidence, HOST, tls } from '../evidence.js';
import type { Row } from './row.js';
import { connected } from './situations.js';

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
  {
    name: 'a certificate of an unknown authority',
    given: evidence({ ...connected, tls: [tls('untrusted', { errorCode: 'SELF_SIGNED_CERT_IN_CHAIN' })] }),
    class: 'tls',
    cause: 'tls.untrusted',
    confidence: 'certain',
    summary: ['Amazon RSA 2048 M02'],
    alternatives: ['policy.proxy'],
  },
  {
    name: 'a certificate past its time',
    given: evidence({ ...connected, tls: [tls('expired', { errorCode: 'CERT_HAS_EXPIRED' })] }),
    class: 'tls',
    cause: 'tls.expired',
    confidence: 'certain',
    summary: ['2026-06-30'],
  },
  {
    name: 'no TLS version in common',
    given: evidence({ ...connected, tls: [tls('protocol', { certificate: null })] }),
    class: 'tls',
    cause: 'tls.protocol',
    confidence: 'high',
  },
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
    name: 'a handshake that is cut',
    given: evidence({ ...connected, tls: [tls('reset', { certificate: null, errorCode: 'ECONNRESET' })] }),
    class: 'tls',
    cause: 'tls.closed',
    confidence: 'medium',
    alternatives: ['policy.sni-filtered'],
  },
];
