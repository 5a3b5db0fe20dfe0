import { answeredWith, evidence, HOST, http, tls } from '../evidence.js';
import type { Row } from './row.js';
import { connected } from './situations.js';

/** Proxies that answer, sign certificates, or are configured. */

export const proxyRows: Row[] = [
  {
    name: 'a 407',
    given: answeredWith([http(407, { requestId: null, gatewayId: null, server: 'squid/6.1' })]),
    class: 'policy',
    cause: 'policy.proxy',
    confidence: 'high',
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
    summary: ['Squid'],
    evidence: ['squid'],
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
