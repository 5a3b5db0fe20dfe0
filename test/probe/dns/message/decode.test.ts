import { type Answer, decode, encode } from 'dns-packet';
import fc from 'fast-check';
import t from 'tap';
import { canonicalAddress } from '../../../../src/net/address/address.js';
import { decodeReply, type Reply } from '../../../../src/probe/dns/message/decode.js';
import { runs } from '../../../runs.js';
import { address, cname, opt, rawRecord, soa } from '../server.js';

function replyWith(
  answers: Answer[],
  rest: { authorities?: Answer[]; additionals?: Answer[]; rcode?: number; flags?: number } = {},
): Buffer {
  const { authorities = [], additionals = [], rcode = 0, flags = 0x0180 } = rest;
  return encode({
    type: 'response',
    id: 1,
    flags: flags | rcode,
    questions: [{ type: 'A', name: 'a.test' }],
    answers,
    authorities,
    additionals,
  });
}

function read(octets: Buffer): Reply {
  const result = decodeReply(octets);
  if (!result.ok) throw new Error(result.fault.reason);
  return result.reply;
}

t.test('addresses are canonical; a v4-mapped one becomes IPv4', async (t) => {
  const reply = read(
    replyWith([
      address('a.test', '10.0.0.5', 30),
      rawRecord('a.test', 28, Buffer.from('00000000000000000000ffff0a000005', 'hex')),
    ]),
  );
  t.match(reply.answers, [
    { name: 'a.test', typeName: 'A', ttl: 30, data: '10.0.0.5', address: '10.0.0.5' },
    { typeName: 'AAAA', data: '::ffff:10.0.0.5', address: '10.0.0.5' },
  ]);
});

t.test('an rcode above 15 is combined from the OPT record and the header', async (t) => {
  t.match(read(replyWith([], { additionals: [opt([], 1)] })), {
    rcode: 16,
    rcodeName: 'BADVERS',
    edns: true,
  });
  t.match(read(replyWith([], { additionals: [opt([], 1)], rcode: 7 })), { rcodeName: 'BADCOOKIE' });
  t.match(read(replyWith([], { additionals: [opt([], 255)], rcode: 15 })), {
    rcode: 4095,
    rcodeName: 'RCODE4095',
  });
  t.match(read(replyWith([], { rcode: 5 })), { rcodeName: 'REFUSED', edns: false });
});

t.test('extended errors have their registered name and the server’s text', async (t) => {
  const ede = (code: number, text: string) => ({
    code: 15,
    data: Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(text)]),
  });
  const cookie = { code: 10, data: Buffer.alloc(8) };
  const reply = read(
    replyWith([], {
      rcode: 2,
      additionals: [
        opt([cookie, ede(22, 'upstream 10.0.0.2'), ede(15, ''), ede(49152, 'ours\0'), ede(0, '')]),
      ],
    }),
  );
  t.same(reply.extendedErrors, [
    { code: 22, text: 'No Reachable Authority: upstream 10.0.0.2' },
    { code: 15, text: 'Blocked' },
    { code: 49152, text: 'ours' },
    { code: 0, text: 'Other Error' },
  ]);
});

t.test('an extended error that is too short for its code is ignored', async (t) => {
  t.same(
    read(replyWith([], { additionals: [opt([{ code: 15, data: Buffer.alloc(1) }])] })).extendedErrors,
    [],
  );
});

t.test('answers are records of class IN in the answer section', async (t) => {
  const chaos: Answer = { type: 'TXT', name: 'version.bind', class: 'CH', data: 'x' };
  const reply = read(
    replyWith([chaos, address('a.test', '10.0.0.5')], { additionals: [address('b.test', '10.0.0.6')] }),
  );
  t.same(
    reply.answers.map((record) => record.data),
    ['10.0.0.5'],
  );
});

t.test('an SOA counts in the authority section only', async (t) => {
  t.equal(read(replyWith([], { authorities: [soa('test')] })).hasSoa, true);
  t.equal(read(replyWith([soa('test')])).hasSoa, false);
});

t.test('the flags are those of the header', async (t) => {
  t.same(read(replyWith([], { flags: 0x0580 })).flags, {
    authoritative: true,
    recursionAvailable: true,
    authenticData: false,
  });
  t.same(read(replyWith([], { flags: 0x0120 })).flags, {
    authoritative: false,
    recursionAvailable: false,
    authenticData: true,
  });
});

t.test('a TTL with its most significant bit set is zero', async (t) => {
  t.equal(read(replyWith([address('a.test', '10.0.0.5', 0x80000000)])).answers[0]?.ttl, 0);
  t.equal(read(replyWith([address('a.test', '10.0.0.5', 0x7fffffff)])).answers[0]?.ttl, 0x7fffffff);
});

t.test('invalid data makes the reply malformed, whichever field is invalid', async (t) => {
  const broken: Record<string, [number, string]> = {
    'a name that ends behind the data': [5, '0361'],
    'a name with octets behind it': [5, '00ff'],
    'a preference without a name': [15, '000a'],
    'a text that is longer than the data': [16, '05616263'],
    'no text at all': [16, ''],
    'an SOA without its numbers': [6, '0000 00000001'],
    'a tag that is no word': [257, '00 01 20 61'],
    'a bitmap that is empty': [47, '00 0000'],
    'windows in falling order': [47, '00 010180 000180'],
    'a bitmap longer than the data': [47, '00 0020ff'],
    'keys in falling order': [65, '0001 00 0003000201bb 0001000302 6832'],
    'a port of three octets': [65, '0001 00 00030003 01bb00'],
    'a value longer than the data': [65, '0001 00 000300ff 01bb'],
    'an empty protocol': [65, '0001 00 00010001 00'],
    'a hint of three octets': [65, '0001 00 00040003 0a0000'],
    'a mandatory key of one octet': [65, '0001 00 00000001 00'],
    'a flag with a value': [65, '0001 00 00020001 00'],
  };
  for (const [what, [type, digits]] of Object.entries(broken)) {
    const data = Buffer.from(digits.replaceAll(' ', ''), 'hex');
    const result = decodeReply(replyWith([rawRecord('a.test', type, data)]));
    t.match(result, { ok: false, fault: { reason: /record with invalid data of \d+ octets$/ } }, what);
  }
});

t.test('data of an unknown type is printed as octets', async (t) => {
  t.equal(
    read(replyWith([rawRecord('a.test', 731, Buffer.from('0aff', 'hex'))])).answers[0]?.data,
    '\\# 2 0AFF',
  );
});

t.test('data of an unknown version or kind is printed as octets', async (t) => {
  const later = {
    'LOC, version 1': [29, '01 33'],
    'IPSECKEY, gateway 9': [45, '0a 09 02 ff'],
    'APL, family 3': [42, '0003 08 01 ff'],
  };
  for (const [what, [type, digits]] of Object.entries(later)) {
    const data = Buffer.from(String(digits).replaceAll(' ', ''), 'hex');
    const { answers } = read(replyWith([rawRecord('a.test', Number(type), data)]));
    t.equal(answers[0]?.data, `\\# ${data.length} ${data.toString('hex').toUpperCase()}`, what);
  }
});

t.test('octets of names and texts are escaped', async () => {
  const data = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((octets) => Buffer.from(octets));
  fc.assert(
    fc.property(data, fc.constantFrom(5, 16, 257), (octets, type) => {
      const counted = Buffer.concat([Buffer.from([octets.length]), octets]);
      const parts =
        { 5: [counted, Buffer.alloc(1)], 16: [counted], 257: [Buffer.from('\0\x05issue'), octets] }[type] ??
        [];
      const [record] = read(replyWith([rawRecord('a.test', type, Buffer.concat(parts))])).answers;
      return record !== undefined && /^[\x20-\x7e]+$/.test(record.data);
    }),
    { numRuns: runs(3000) },
  );
});

t.test('messages of dns-packet are decoded as by dns-packet', async () => {
  const name = fc.domain();
  const number = fc.nat(0xffff);
  const record: fc.Arbitrary<Answer> = fc.oneof(
    fc.tuple(name, fc.ipV4()).map(([owner, data]) => address(owner, data)),
    fc.tuple(name, fc.ipV6()).map(([owner, data]) => address(owner, data)),
    fc.tuple(name, name).map(([owner, data]) => cname(owner, data)),
    fc.tuple(name, number, name).map(
      ([owner, preference, exchange]): Answer => ({
        type: 'MX',
        name: owner,
        data: { preference, exchange },
      }),
    ),
    fc.tuple(name, number, number, number, name).map(
      ([owner, priority, weight, port, target]): Answer => ({
        type: 'SRV',
        name: owner,
        data: { priority, weight, port, target },
      }),
    ),
  );
  const expected = ({ type, data }: Answer & { data?: unknown }): unknown => {
    const fields = data as Record<string, unknown>;
    switch (type) {
      case 'A':
      case 'AAAA':
        return canonicalAddress(String(data));
      case 'CNAME':
        return `${data}.`;
      case 'MX':
        return `${fields.preference} ${fields.exchange}.`;
      default:
        return `${fields.priority} ${fields.weight} ${fields.port} ${fields.target}.`;
    }
  };
  fc.assert(
    fc.property(fc.array(record, { maxLength: 8 }), (records) => {
      const octets = replyWith(records);
      const ours = read(octets).answers.map((answer) => answer.address ?? answer.data);
      const theirs = (decode(octets).answers ?? []).map(expected);
      return JSON.stringify(ours) === JSON.stringify(theirs);
    }),
    { numRuns: runs(2000) },
  );
});
