import { encode, type Packet } from 'dns-packet';
import fc from 'fast-check';
import t from 'tap';
import { discardReason } from '../../../../src/probe/dns/message/match.js';
import { encodeQuery } from '../../../../src/probe/dns/message/query.js';
import { runs } from '../../../runs.js';

const query = encodeQuery('API.example.com.', { name: 'A', number: 1 }, true);

function packet(changes: Packet & { rcode?: number }): Buffer {
  const { rcode = 0, ...rest } = changes;
  return encode({
    type: 'response',
    id: query.id,
    flags: 0x0180 | rcode,
    questions: [{ type: 'A', name: 'API.example.com' }],
    ...rest,
  });
}

t.test('the reply is accepted', async (t) => {
  t.equal(discardReason(packet({}), query), null);
  t.equal(
    discardReason(packet({ questions: [{ type: 'A', name: 'api.EXAMPLE.com' }] }), query),
    null,
    'in upper or lower case',
  );
  t.equal(discardReason(packet({ rcode: 3 }), query), null);
});

t.test('other packets have a reason to be discarded', async (t) => {
  t.equal(discardReason(Buffer.alloc(4), query), 'short');
  t.equal(discardReason(packet({ id: query.id ^ 1 }), query), 'bad-id');
  t.equal(discardReason(query.message, query), 'not-a-reply', 'an echo of the query');
  t.equal(discardReason(packet({ flags: 4 << 11 }), query), 'bad-opcode');
  t.equal(discardReason(packet({ questions: [] }), query), 'no-question');
  t.equal(
    discardReason(packet({ questions: [{ type: 'A', name: 'evil.example.com' }] }), query),
    'wrong-question',
  );
  t.equal(
    discardReason(packet({ questions: [{ type: 'AAAA', name: 'api.example.com' }] }), query),
    'wrong-question',
  );
  t.equal(
    discardReason(packet({ questions: [{ type: 'A', name: 'api.example.com', class: 'CH' }] }), query),
    'wrong-question',
  );
  const twice = { type: 'A' as const, name: 'api.example.com' };
  t.equal(discardReason(packet({ questions: [twice, twice] }), query), 'wrong-question');
  t.equal(
    discardReason(packet({}).subarray(0, 20), query),
    'wrong-question',
    'truncated within the question',
  );
});

t.test('a reply without a question must be an error without records', async (t) => {
  t.equal(discardReason(packet({ questions: [], rcode: 1 }), query), null);
  t.equal(discardReason(packet({ questions: [], rcode: 5 }), query), null);
  t.equal(discardReason(packet({ questions: [], rcode: 3 }), query), 'no-question');
  const forged = packet({
    questions: [],
    rcode: 2,
    answers: [{ type: 'A', name: 'api.example.com', data: '6.6.6.6' }],
  });
  t.equal(discardReason(forged, query), 'no-question');
});

t.test(
  'a query has one question, RD, and the AD bit with an OPT record for 1232 octets or neither',
  async (t) => {
    const hex = (edns: boolean) =>
      encodeQuery('a.b', { name: 'HTTPS', number: 65 }, edns).message.toString('hex').slice(4);
    t.equal(hex(true), '01200001000000000001' + '016101620000410001' + '00002904d0000000000000');
    t.equal(hex(false), '01000001000000000000' + '016101620000410001');
    t.equal(
      encodeQuery('.', { name: 'NS', number: 2 }, false).message.toString('hex').slice(24),
      '0000020001',
    );
  },
);

t.test('all sixteen bits of the IDs vary', async (t) => {
  const ids = Array.from({ length: 200 }, () => encodeQuery('a', { name: 'A', number: 1 }, false).id);
  t.ok(new Set(ids).size > 190);
  t.equal(
    ids.reduce((bits, id) => bits | id, 0),
    0xffff,
  );
  t.equal(
    ids.reduce((bits, id) => bits & id, 0xffff),
    0,
  );
});

t.test('random packets are never accepted', async () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      (octets) => discardReason(Buffer.from(octets), query) !== null,
    ),
    { numRuns: runs(5000) },
  );
});
