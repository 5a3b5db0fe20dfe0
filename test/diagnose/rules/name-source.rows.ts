import { dns, dnsFailure, evidence, HOST, tcp } from '../evidence.js';
import type { Row } from './row.js';
import { asked, nowhere, resolved, three } from './situations.js';

/** What another source of names tells: a second resolver, the hosts file, getaddrinfo(3). */

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
];
