import fc from 'fast-check';
import t from 'tap';
import type { DnsStatus } from '../../../src/documents/dns.js';
import { combine } from '../../../src/probe/dns/ask-name.js';
import type { TypeResult } from '../../../src/probe/dns/ask-type.js';

function result(status: DnsStatus, server = '10.0.0.2'): TypeResult {
  const isReply = !['timeout', 'unreachable', 'malformed', 'error'].includes(status);
  return {
    status,
    rcode: isReply ? status.toUpperCase() : null,
    server,
    transport: 'udp',
    flags: null,
    extendedErrors: [],
    nsid: null,
    cookie: null,
    chain: [status],
    records: [],
    ednsHabit: undefined,
    oddities: null,
    sent: [],
  };
}

t.test('the first type with the deciding status gives the server, the rcode and the chain', async (t) => {
  const combined = combine([
    result('timeout', '10.0.0.2'),
    result('refused', '10.0.0.3'),
    result('refused', '10.0.0.4'),
  ]);
  t.match(combined, { status: 'refused', rcode: 'REFUSED', server: '10.0.0.3', chain: ['refused'] });
});

t.test('the status is no-data only if all types have no data', async (t) => {
  for (const failure of ['servfail', 'refused', 'malformed', 'timeout', 'unreachable', 'error'] as const) {
    t.equal(combine([result('no-data'), result(failure)]).status, failure);
    t.equal(combine([result(failure), result('nxdomain')]).status, 'nxdomain');
    t.equal(combine([result('nxdomain'), result(failure), result('answered')]).status, 'answered');
  }
  t.equal(combine([result('no-data'), result('no-data')]).status, 'no-data');
});

t.test('the status does not depend on the order of the types', async () => {
  const status = fc.constantFrom<DnsStatus>(
    ...([
      'answered',
      'no-data',
      'nxdomain',
      'servfail',
      'refused',
      'timeout',
      'malformed',
      'unreachable',
      'error',
    ] as const),
  );
  fc.assert(
    fc.property(fc.array(status, { minLength: 1, maxLength: 5 }), (statuses) => {
      const results = statuses.map((each) => result(each));
      return combine(results).status === combine(results.toReversed()).status;
    }),
  );
});
