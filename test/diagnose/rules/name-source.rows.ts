import type { Evidence } from '../../../src/documents/report.js';
import { dns, dnsFailure, evidence, HOST, http, tcp, tls } from '../evidence.js';
import type { Row } from './row.js';
import { asked, nowhere, resolved, three } from './situations.js';

/** What another source of names tells: a second resolver, the hosts file, getaddrinfo(3). */

const fromHosts = (...addresses: string[]): NonNullable<Evidence['observations']['origin']> => ({
  source: 'hosts-file',
  addresses,
  hostsFile: { path: '/etc/hosts', lines: [7] },
});

export const nameSourceRows: Row[] = [
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
    // The API can be public, and the public answer right.
    confidence: 'high',
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
    summary: ['10.0.0.3'],
    evidence: ['10.7.1.5'],
  },
  {
    name: 'a name that search rules completed, with dots in it',
    given: evidence({
      target: 'db.eu:5432',
      dns: [dnsFailure('db.eu.corp.example', 'nxdomain')],
      system: nowhere('db.eu'),
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
    summary: ['10.9.9.9'],
    evidence: ['10.0.1.5'],
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
  {
    name: 'a line of the hosts file that leads to an endpoint, where DNS has the public front end alone',
    given: evidence({
      dns: [asked(dns(HOST, ['52.1.2.3']), 'resolver')],
      tcp: [tcp(HOST, { '10.9.9.9': 'timeout', '10.9.8.9': 'timeout' })],
      origin: fromHosts('10.9.9.9', '10.9.8.9'),
    }),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'medium',
    alternatives: ['dns.hosts-override'],
  },
  {
    name: 'a line of the hosts file leads to a server that has the certificate of the name, and a fault of its own',
    given: evidence({
      target: 'https://shop.example/',
      dns: [asked(dns('shop.example', ['52.1.2.3']), 'resolver')],
      tcp: [tcp('shop.example', { '10.0.1.5': 'open' })],
      tls: [tls('ok', { serverName: 'shop.example' })],
      http: [http(503, { requestId: null, gatewayId: null, server: 'nginx' })],
      origin: fromHosts('10.0.1.5'),
    }),
    class: 'service',
    cause: 'http.error',
    confidence: 'high',
    alternatives: ['dns.hosts-override'],
  },
  {
    name: 'another resolver has private addresses, and the server at the public one has the certificate of the name',
    given: evidence({
      target: 'https://shop.example/',
      dns: [
        asked(dns('shop.example', ['52.1.2.3'], { server: '10.0.0.9' }), 'host'),
        asked(dns('shop.example', ['10.0.1.5'], { server: '10.0.0.2' }), 'vpc-resolver'),
      ],
      tcp: [tcp('shop.example', { '52.1.2.3': 'open' })],
      tls: [tls('ok', { serverName: 'shop.example', address: '52.1.2.3' })],
      http: [http(503, { address: '52.1.2.3', requestId: null, gatewayId: null, server: 'nginx' })],
    }),
    class: 'service',
    cause: 'http.error',
    confidence: 'high',
    alternatives: ['dns.split-view'],
  },
  ...[
    [asked(dns(HOST, ['0.0.0.0'], { extendedErrors: [{ code: 15, text: 'Blocked' }] }), 'resolver')],
    [
      asked(dnsFailure(HOST, 'nxdomain', { server: '10.0.0.9', resolverOptions: ['rotate'] }), 'resolver'),
      asked(dns(HOST, ['10.0.1.5'], { server: '10.0.0.2' }), 'resolver'),
    ],
  ].map(
    (lookups, index): Row => ({
      name: `the hosts file has the name, so that ${index === 0 ? 'a filter in DNS' : 'the order of the nameservers'} decides nothing`,
      given: evidence({
        dns: lookups,
        tcp: [tcp(HOST, { '10.0.1.5': 'open' })],
        tls: [tls('ok')],
        http: [http(200)],
        origin: fromHosts('10.0.1.5'),
      }),
      class: 'reachable',
      cause: 'none',
      confidence: 'certain',
    }),
  ),
];
