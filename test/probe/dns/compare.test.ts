import t from 'tap';
import type { DnsDocument, DnsStatus } from '../../../src/documents/dns.js';
import { startDocument } from '../../../src/documents/header.js';
import { scopeOf } from '../../../src/net/address/scope.js';
import { compareNames } from '../../../src/probe/dns/compare.js';

function document(name: string, addresses: string[], status: DnsStatus = 'answered'): DnsDocument {
  return {
    ...startDocument('dns')(),
    question: { name, type: 'A,AAAA' },
    status,
    rcode: null,
    server: null,
    transport: null,
    addresses: addresses.map((address) => ({ address, family: 4, scope: scopeOf(address), ttl: 60 })),
    chain: [],
    records: [],
    extendedErrors: [],
    flags: null,
    attempts: [],
    discarded: {},
  };
}

t.test('the order of the addresses does not matter', async (t) => {
  const first = document('api', ['10.0.1.5', '10.0.2.5']);
  const second = document('vpce', ['10.0.2.5', '10.0.1.5']);
  t.same(compareNames(first, second), {
    name: 'vpce',
    status: 'answered',
    addresses: second.addresses,
    same: true,
    onlyFirst: [],
    onlySecond: [],
  });
});

t.test('addresses of one name only are listed', async (t) => {
  t.match(
    compareNames(document('api', ['10.0.1.5', '3.4.5.6']), document('vpce', ['10.0.1.5', '10.0.2.5'])),
    {
      same: false,
      onlyFirst: ['3.4.5.6'],
      onlySecond: ['10.0.2.5'],
    },
  );
});

t.test('two names without addresses are not the same', async (t) => {
  t.match(compareNames(document('api', [], 'nxdomain'), document('vpce', [], 'timeout')), {
    status: 'timeout',
    same: false,
    onlyFirst: [],
    onlySecond: [],
  });
});
