import { answeredWith, attempt, evidence, HOST, http, tcpOf, tls } from '../evidence.js';
import type { Row } from './row.js';
import { connected, resolved } from './situations.js';

/** Proxies that answer, sign certificates, or are configured. */

export const proxyRows: Row[] = [
  ...(
    [
      ['closed', 'closes them'],
      ['reset', 'resets them'],
      ['timeout', 'does not answer on them'],
    ] as const
  ).flatMap(([status, does]) =>
    [{ window: 65483 }, { window: 65495 }].map(
      (accepted): Row => ({
        name: `a program on this host ${does}, window ${accepted.window}`,
        given: evidence({
          dns: [resolved],
          tcp: [tcpOf(HOST, [attempt('10.0.1.5', 'open', accepted)])],
          tls: [tls(status)],
        }),
        class: 'policy',
        cause: 'policy.proxy',
        confidence: 'high',
        summary: ['A program on this host accepts the connections to 10.0.1.5', does],
        evidence: [/a window of \d+ octets/],
        remedy: ['sudo nft list ruleset', 'sudo ss -ltnp', `allow ${HOST} in the mesh`],
      }),
    ),
  ),
  {
    name: 'a server on this host, at an own address',
    given: evidence({
      dns: [resolved],
      tcp: [tcpOf(HOST, [attempt('10.0.1.5', 'open', { window: 65483 })])],
      tls: [tls('closed')],
      vantage: { addresses: ['10.0.1.5'] },
    }),
    class: 'tls',
    cause: 'tls.closed',
    confidence: 'medium',
  },
  {
    name: 'a server elsewhere, whose window is a multiple of its segment',
    given: evidence({
      dns: [resolved],
      tcp: [tcpOf(HOST, [attempt('10.0.1.5', 'open', { window: 65160 })])],
      tls: [tls('closed')],
    }),
    class: 'tls',
    cause: 'tls.closed',
    confidence: 'medium',
  },
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
