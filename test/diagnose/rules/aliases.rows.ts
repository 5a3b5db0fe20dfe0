import { dns, dnsFailure, evidence, tcp, tls } from '../evidence.js';
import type { Row } from './row.js';

const host = 'shop.ex.test';

export const aliasRows: readonly Row[] = [
  {
    name: 'an alias of a name that does not exist',
    given: evidence({
      target: `https://${host}/`,
      dns: [dnsFailure(host, 'nxdomain', { chain: ['gone.ex.test'] })],
    }),
    class: 'dns',
    cause: 'dns.alias-dangling',
    confidence: 'high',
    summary: ['gone.ex.test'],
    evidence: [host, 'gone.ex.test'],
    remedy: ['CNAME'],
  },
  {
    name: 'a wildcard under the search list answers',
    given: evidence({
      target: `https://${host}/`,
      dns: [dns(`${host}.wild.example`, ['10.0.1.5'])],
      tcp: [tcp(host, { '10.0.1.5': 'open' })],
      tls: [tls('name-mismatch', { serverName: host })],
    }),
    class: 'dns',
    cause: 'dns.search-list',
    confidence: 'high',
    summary: ['wild.example'],
    evidence: [`${host}.wild.example`],
    remedy: ['final dot', 'wildcard'],
  },
];
