import { hop, probe } from '../../report/documents.js';
import {
  API,
  answeredWith,
  attempt,
  denied,
  dns,
  dnsFailure,
  evidence,
  forbidden,
  HOST,
  hops,
  http,
  rejection,
  tcp,
  tcpOf,
  tls,
  trace,
  VPCE_NAME,
} from '../evidence.js';
import type { Row } from './row.js';
import { asked, because, connected, nowhere, resolved } from './situations.js';

/**
 * The same signs from another cause: what was once said with more confidence than a report supports. Each row is the report that
 * refutes it.
 */
export const rivalRows: Row[] = [
  {
    name: 'a denial about another API than the one called, which an API behind it can have sent',
    given: answeredWith([
      denied(because('resource-based policy'), {
        message: `User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********4690:zzzzzzzzzz/prod/GET/orders${because('resource-based policy')}`,
      }),
    ]),
    class: 'policy',
    cause: 'policy.resource-implicit',
    confidence: 'medium',
    evidence: ['zzzzzzzzzz'],
  },
  {
    name: 'an exception that API Gateway passed on from its backend',
    given: answeredWith([
      http(429, {
        errorType: 'TooManyRequestsException',
        headers: { 'x-amzn-remapped-server': 'nginx' },
      }),
    ]),
    class: 'service',
    cause: 'api.throttled',
    confidence: 'medium',
  },
  {
    name: 'an exception at one address, and the same request succeeds at another one',
    given: answeredWith([
      http(429, { errorType: 'TooManyRequestsException' }),
      http(200, { address: '10.0.2.5' }),
    ]),
    class: 'service',
    cause: 'api.throttled',
    confidence: 'medium',
    evidence: ['10.0.2.5'],
  },
  {
    name: 'a 407 that the backend of an API sent',
    given: answeredWith([http(407)]),
    class: 'service',
    cause: 'http.error',
    confidence: 'high',
  },
  {
    name: 'a header that names the API, sent to another address than the request without it',
    given: answeredWith([forbidden(), http(200, { variant: 'host', address: '10.0.2.5' })], {
      target: `https://${VPCE_NAME}/prod/orders`,
      options: { apiId: API },
    }),
    class: 'service',
    cause: 'api.not-matched',
    confidence: 'high',
  },
  {
    name: 'a prohibition that the probes of the trace met, and no connection',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout' })],
      trace: [trace('prohibited', [...hops('10.0.9.1'), rejection(2, '10.0.0.254', 3, 13, '!X')])],
    }),
    class: 'policy',
    cause: 'policy.icmp-prohibited',
    confidence: 'high',
  },
  {
    name: 'a prohibition on the way, and a RST with the address of the target',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'refused' })],
      trace: [trace('prohibited', [...hops('10.0.9.1'), rejection(2, '10.0.0.254', 3, 13, '!X')])],
    }),
    class: 'policy',
    cause: 'policy.icmp-prohibited',
    confidence: 'medium',
    alternatives: ['tcp.refused'],
  },
  {
    name: 'a router that cannot deliver the probes, and a RST of the target to one of them',
    given: evidence({
      dns: [resolved],
      tcp: [tcp(HOST, { '10.0.1.5': 'timeout' })],
      trace: [
        trace('unreachable', [
          rejection(1, '10.8.0.1', 3, 1, '!H'),
          hop(2, probe({ reply: 'rst', from: '10.0.1.5', icmp: null })),
        ]),
      ],
    }),
    class: 'unreachable',
    cause: 'route.icmp-unreachable',
    confidence: 'medium',
  },
  {
    name: 'an expired certificate, and a handshake with the same address that succeeds',
    given: evidence({ ...connected, tls: [tls('expired'), tls('ok')] }),
    class: 'tls',
    cause: 'tls.expired',
    confidence: 'medium',
  },
  {
    name: 'a chain whose issuer has the name of a known authority: an intermediate of that name may be missing',
    given: evidence({
      ...connected,
      tls: [
        tls('untrusted', {
          chain: [
            {
              subject: 'api.test',
              issuer: 'Example Root',
              validFrom: '2026-01-01T00:00:00.000Z',
              validTo: '2027-01-01T00:00:00.000Z',
              selfSigned: false,
            },
          ],
          chainFault: { kind: 'other', depth: 0, name: 'Example Root' },
          trust: [
            { store: 'node', path: null, trusts: false, problem: null },
            { store: 'system', path: '/etc/ssl/cert.pem', trusts: false, problem: null },
          ],
        }),
      ],
    }),
    class: 'tls',
    cause: 'tls.untrusted',
    confidence: 'high',
  },
  {
    name: 'the alert unrecognized_name as a warning, after which the connection was reset',
    given: evidence({
      ...connected,
      tls: [
        tls('reset', {
          certificate: null,
          progress: {
            heard: 'alert',
            sentBytes: 517,
            receivedBytes: 7,
            acknowledged: true,
            alert: { level: 'warning', code: 112, name: 'unrecognized_name' },
            firstLine: null,
          },
        }),
      ],
    }),
    class: 'tls',
    cause: 'tls.closed',
    confidence: 'medium',
  },
  {
    name: 'an answer of a filter, and getaddrinfo has another address: programs do not see the filter',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dns('db.internal', ['0.0.0.0'], { extendedErrors: [{ code: 15, text: 'Blocked' }] })],
      tcp: [tcpOf('db.internal', [attempt('0.0.0.0', 'refused', { port: 5432 })])],
      system: { name: 'db.internal', addresses: ['10.0.1.5'], errorCode: null, durationMs: 2 },
    }),
    class: 'dns',
    cause: 'dns.hosts-override',
    confidence: 'high',
    alternatives: ['dns.blocked'],
  },
  {
    name: 'a public default name beside a private answer elsewhere: the API may be public',
    given: evidence({
      dns: [
        asked(dns(HOST, ['52.1.2.3'], { server: '10.0.0.2' }), 'host'),
        asked(dns(HOST, ['10.0.1.5'], { server: '10.0.0.3' }), 'resolver'),
      ],
      tcp: [tcp(HOST, { '52.1.2.3': 'timeout' })],
    }),
    class: 'dns',
    cause: 'dns.split-view',
    confidence: 'high',
  },
  {
    name: 'a name that nsswitch.conf asks of mdns first, and getaddrinfo was not awaited',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dnsFailure('db.internal', 'nxdomain')],
      vantage: { nameService: { sources: ['files', 'mdns4', 'dns'], ignoredNameservers: [] } },
    }),
    class: 'dns',
    cause: 'dns.nxdomain',
    confidence: 'high',
  },
  {
    name: 'a name that nsswitch.conf asks of the hosts file and DNS alone',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dnsFailure('db.internal', 'nxdomain')],
      vantage: { nameService: { sources: ['files', 'dns'], ignoredNameservers: [] } },
    }),
    class: 'dns',
    cause: 'dns.nxdomain',
    confidence: 'certain',
  },
  {
    name: 'a host that cannot read resolv.conf, and getaddrinfo finds the name',
    given: evidence({
      target: 'db.internal:5432',
      skipped: [{ step: 'dns', reason: '/etc/resolv.conf cannot be read', missing: '/etc/resolv.conf' }],
      system: { name: 'db.internal', addresses: ['10.0.1.5'], errorCode: null, durationMs: 2 },
    }),
    class: 'local',
    cause: 'local.capability',
    confidence: 'medium',
  },
  {
    name: 'a host that cannot connect at all',
    given: evidence({
      target: '10.0.1.5:5432',
      skipped: [{ step: 'tcp', reason: 'koffi cannot be loaded', missing: 'koffi' }],
      system: nowhere('10.0.1.5'),
    }),
    class: 'local',
    cause: 'local.capability',
    confidence: 'certain',
  },
];
