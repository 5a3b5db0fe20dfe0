import { dns, dnsFailure, evidence, HOST, http, tcp, tls, VPCE_NAME } from '../evidence.js';
import type { Row } from './row.js';
import { three } from './situations.js';

export const dnsViewRows: Row[] = [
  {
    name: 'resolvers that disagree',
    given: evidence({ dns: [dnsFailure(HOST, 'nxdomain'), dns(HOST, three, { server: '169.254.169.253' })] }),
    class: 'dns',
    cause: 'dns.split-view',
    confidence: 'high',
    summary: ['169.254.169.253'],
    evidence: ['NXDOMAIN'],
    alternatives: ['dns.nxdomain'],
  },
  {
    name: 'nameservers that are asked in turn, of which the second knows a public name',
    given: evidence({
      target: 'shop.example.com:443',
      dns: [
        {
          ...dnsFailure('shop.example.com', 'nxdomain', { server: '10.0.0.9', resolverOptions: ['rotate'] }),
          asked: { purpose: 'host', server: null },
        },
        {
          ...dns('shop.example.com', ['52.94.10.5'], { server: '10.0.0.2' }),
          asked: { purpose: 'resolver', server: '10.0.0.2' },
        },
      ],
    }),
    class: 'dns',
    cause: 'dns.split-view',
    confidence: 'high',
    summary: ['asked in turn (rotate)'],
    evidence: ['10.0.0.9 answers NXDOMAIN', '10.0.0.2 gives 52.94.10.5'],
    remedy: ['Remove rotate', '10.0.0.2 does and 10.0.0.9 does not'],
    alternatives: ['dns.nxdomain'],
  },
  {
    name: 'a hosts file that sends the name elsewhere',
    given: evidence({
      options: { vpce: VPCE_NAME },
      dns: [dns(VPCE_NAME, three)],
      tcp: [tcp(HOST, { '10.9.9.9': 'timeout' })],
    }),
    class: 'dns',
    cause: 'dns.hosts-override',
    confidence: 'high',
    summary: ['10.9.9.9'],
    evidence: ['10.0.1.5'],
    remedy: [`grep -n ${HOST} /etc/hosts`],
  },
  {
    name: 'a filter that answers with 0.0.0.0, while this host listens on the port',
    given: evidence({
      dns: [dns(HOST, ['0.0.0.0'])],
      tcp: [tcp(HOST, { '0.0.0.0': 'open' })],
      tls: [tls('ok', { address: '0.0.0.0' })],
      http: [http(200, { address: '0.0.0.0' })],
    }),
    class: 'dns',
    cause: 'dns.blocked',
    confidence: 'high',
    summary: ['0.0.0.0'],
    remedy: [/Allow .* in the filter/],
  },
  {
    name: 'a filter that answers with 0.0.0.0 beside an address of the target',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dns('db.internal', ['0.0.0.0', '10.0.1.5'], { extendedErrors: [{ code: 15, text: 'Blocked' }] })],
      tcp: [tcp('db.internal', { '0.0.0.0': 'refused', '10.0.1.5': 'open' }, 5432)],
    }),
    class: 'dns',
    cause: 'dns.blocked',
    confidence: 'medium',
    summary: ['0.0.0.0'],
  },
  {
    name: 'a filter that answers with :: and says so',
    given: evidence({
      target: 'db.internal:5432',
      dns: [dns('db.internal', ['::'], { extendedErrors: [{ code: 15, text: 'Blocked' }] })],
      tcp: [tcp('db.internal', { '::': 'open' }, 5432)],
    }),
    class: 'dns',
    cause: 'dns.blocked',
    confidence: 'certain',
    evidence: ['extended error 15'],
  },
  {
    name: 'a line of the hosts file that blocks the name',
    given: evidence({
      target: 'ads.example:443',
      tcp: [tcp('ads.example', { '0.0.0.0': 'refused' })],
      origin: {
        source: 'hosts-file',
        addresses: ['0.0.0.0'],
        hostsFile: { path: '/etc/hosts', lines: [7] },
      },
    }),
    class: 'dns',
    cause: 'dns.blocked',
    confidence: 'certain',
    remedy: [/hosts file/],
  },
];
