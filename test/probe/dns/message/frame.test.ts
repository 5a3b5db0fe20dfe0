import { type Answer, decode, encode } from 'dns-packet';
import fc from 'fast-check';
import t from 'tap';
import { decodeReply } from '../../../../src/probe/dns/message/decode.js';
import { frameMessage, readHeader } from '../../../../src/probe/dns/message/frame.js';
import { runs } from '../../../runs.js';
import { address, cname, opt, rawRecord, soa } from '../server.js';

/** A message of a header with the counts of the sections, and parts in hexadecimal. */
function message(counts: [number, number, number, number], ...parts: string[]): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(0x8180, 2);
  for (const [index, count] of counts.entries()) header.writeUInt16BE(count, 4 + index * 2);
  return Buffer.concat([header, ...parts.map((part) => Buffer.from(part.replaceAll(' ', ''), 'hex'))]);
}

/** The owner, which is the root, and the fixed fields of a record of class IN. */
const fixed = (type: number, length: number): string =>
  `00 ${type.toString(16).padStart(4, '0')} 0001 0000003c ${length.toString(16).padStart(4, '0')}`;

function faultOf(octets: Buffer): string {
  const result = frameMessage(octets);
  return result.ok ? 'none' : `${result.fault.reason} @${result.fault.at}`;
}

const question = '01 61 04 74657374 00 0001 0001';

t.test('header and sections are read', async (t) => {
  const octets = message([1, 1, 0, 1], question, `c00c${fixed(1, 4).slice(2)} 0a000105`, fixed(41, 0));
  const result = frameMessage(octets);
  t.ok(result.ok);
  if (!result.ok) return;
  t.match(result.frame.header, {
    isReply: true,
    opcode: 0,
    rcode: 0,
    recursionAvailable: true,
    truncated: false,
  });
  t.same(result.frame.questions, [{ name: 'a.test.', type: 1, class: 1 }]);
  t.match(result.frame.records, [
    { section: 'answer', name: 'a.test.', type: 1, class: 1, ttl: 60, start: 36, end: 40 },
    { section: 'additional', name: '.', type: 41 },
  ]);
});

t.test('a record of the wrong length is a fault', async (t) => {
  for (const length of [0, 3, 5]) {
    t.equal(
      faultOf(message([0, 1, 0, 0], fixed(1, length), 'ff'.repeat(length))),
      `answer record 1: A of ${length} octets, not 4 @23`,
    );
  }
  t.equal(
    faultOf(message([0, 0, 1, 0], fixed(28, 2), '0102')),
    'authority record 1: AAAA of 2 octets, not 16 @23',
  );
});

t.test('data beyond the end of the message is a fault', async (t) => {
  t.equal(
    faultOf(message([0, 1, 0, 0], fixed(16, 9), '03616263')),
    'answer record 1: TXT of 9 octets, 4 are left @23',
  );
  t.equal(
    faultOf(message([0, 2, 0, 0], fixed(1, 4), '0a000105')),
    'owner name of answer record 2: cut short @27',
  );
  t.equal(faultOf(message([0, 1, 0, 0], '00 0001 0001')), 'answer record 1 is cut short @13');
  t.equal(faultOf(message([1, 0, 0, 0], '01 61 00 00')), 'question 1 is cut short @15');
  t.equal(faultOf(Buffer.alloc(11)), '11 octets are too short for a header @0');
});

t.test('invalid and endless names are faults', async (t) => {
  const named = (name: string) => faultOf(message([1, 0, 0, 0], name, '0001 0001'));
  t.equal(named('c00c'), 'name of question 1: forward pointer @12', 'to itself');
  t.equal(named('c0ff'), 'name of question 1: forward pointer @12');
  t.equal(named('01 61 c00c'), 'name of question 1: forward pointer @14', 'to its own start');
  t.equal(named('c000'), 'name of question 1: forward pointer @12', 'into the header');
  t.equal(named('40 61 00'), 'name of question 1: unknown label type @12');
  t.equal(named('80 61 00'), 'name of question 1: unknown label type @12');
  t.equal(named(`${`3f${'61'.repeat(63)}`.repeat(4)}00`), 'name of question 1: over 255 octets @204');
  t.equal(faultOf(message([1, 0, 0, 0], 'c0')), 'name of question 1: cut short @12');
});

t.test('a compressed name over 255 octets is a fault', async (t) => {
  const long = `${`3f${'61'.repeat(63)}`.repeat(3)}00`;
  const octets = message(
    [1, 1, 0, 0],
    long,
    '0001 0001',
    `3f${'62'.repeat(63)} c00c 0001 0001 0000003c 0004 0a000001`,
  );
  t.match(faultOf(octets), /owner name of answer record 1: over 255 octets/);
  const again = message(
    [1, 2, 0, 0],
    ...[long, '0001 0001', 'c00c 0001 0001 0000003c 0004 0a000001'],
    `3f${'62'.repeat(63)} c00c 0001 0001 0000003c 0004 0a000001`,
  );
  t.match(
    faultOf(again),
    /owner name of answer record 2: over 255 octets/,
    'also if the target of the pointer is cached',
  );
});

t.test(
  'an OPT record is unique, owned by the root, and contains its options; some servers put it into the answer',
  async (t) => {
    t.match(faultOf(message([0, 0, 0, 2], fixed(41, 0), fixed(41, 0))), /a second OPT record/);
    t.equal(faultOf(message([0, 1, 0, 0], fixed(41, 0))), 'none');
    t.match(
      faultOf(message([0, 0, 0, 1], `0161${fixed(41, 0)}`)),
      /the owner of the OPT record is not the root/,
    );
    t.match(
      faultOf(message([0, 0, 0, 1], fixed(41, 6), '000f 0003 0000')),
      /an option reaches past the OPT record/,
    );
    t.match(faultOf(message([0, 0, 0, 1], fixed(41, 3), '000f00')), /an option reaches past/);
    t.equal(faultOf(message([0, 0, 0, 1], fixed(41, 6), '000f 0002 0016')), 'none');
  },
);

t.test('octets after the last record are ignored', async (t) => {
  t.equal(faultOf(message([0, 1, 0, 0], fixed(1, 4), '0a000105', 'deadbeef')), 'none');
});

t.test('a header with more records than the message can hold is a fault at once', async (t) => {
  t.match(faultOf(message([0, 65535, 65535, 65535])), /owner name of answer record 1: cut short/);
});

const names = fc.constantFrom('a.test', 'b.a.test', 'alias.example', '.', 'x.y.z.a.test');
const answer: fc.Arbitrary<Answer> = fc.oneof(
  fc.tuple(names, fc.ipV4()).map(([name, data]) => address(name, data)),
  fc.tuple(names, fc.ipV6()).map(([name, data]) => address(name, data)),
  fc.tuple(names, names).map(([name, data]) => cname(name, data)),
  names.map((name) => soa(name)),
  fc
    .tuple(names, fc.constantFrom(15, 16, 33, 47, 64, 65, 257, 731), fc.uint8Array({ maxLength: 40 }))
    .map(([name, type, data]) => rawRecord(name, type, Buffer.from(data))),
);
const valid = fc
  .record({
    name: names,
    answers: fc.array(answer, { maxLength: 6 }),
    options: fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 2 }),
  })
  .map(({ name, answers, options }) =>
    encode({
      type: 'response',
      id: 1,
      flags: 0x0180,
      questions: [{ type: 'A', name }],
      answers,
      additionals: [opt(options.map((data) => ({ code: 15, data: Buffer.from(data) })))],
    }),
  );

t.test('messages of dns-packet are framed with all their records', async () => {
  fc.assert(
    fc.property(valid, (octets) => {
      const result = frameMessage(octets);
      return result.ok && result.frame.records.length === octets.readUInt16BE(6) + 1;
    }),
    { numRuns: runs(2000) },
  );
});

t.test(
  'changed and truncated messages give a frame within the message or a fault, and nothing throws',
  async () => {
    const change = fc.record({
      at: fc.nat(400),
      octet: fc.oneof(fc.nat(255), fc.constantFrom(0, 0xc0, 0xff, 12)),
    });
    const mutated = fc
      .tuple(valid, fc.array(change, { maxLength: 8 }), fc.option(fc.nat(400)))
      .map(([octets, changes, cut]) => {
        const copy = Buffer.from(octets);
        for (const { at, octet } of changes) copy[at % copy.length] = octet;
        return cut === null ? copy : copy.subarray(0, cut % (copy.length + 1));
      });
    const random = fc.uint8Array({ maxLength: 200 }).map((octets) => Buffer.from(octets));
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: mutated }, { weight: 1, arbitrary: random }), (octets) => {
        const framed = frameMessage(octets);
        const decoded = decodeReply(octets);
        if (!framed.ok) return !decoded.ok && framed.fault.at <= octets.length;
        return framed.frame.records.every(({ start, end }) => start <= end && end <= octets.length);
      }),
      { numRuns: runs(30_000) },
    );
  },
);

t.test('every prefix of a message is a fault', async (t) => {
  const octets = message([1, 1, 0, 1], question, `c00c${fixed(1, 4).slice(2)} 0a000105`, fixed(41, 0));
  for (let length = 0; length < octets.length; length++) {
    t.equal(frameMessage(octets.subarray(0, length)).ok, false, `${length} octets`);
  }
  t.equal(readHeader(octets.subarray(0, 12))?.counts.answer, 1);
});

t.test('64 KB of names in one chain of pointers take less time than in dns-packet', async (t) => {
  // Each owner is a label and a pointer to the owner before, up to the longest name; the other owners point to that one.
  const parts: string[] = [`00${fixed(5, 1).slice(2)}00`];
  let longest = 12;
  let size = 12 + 12;
  for (let depth = 0; size < 65_500; depth++) {
    const pointer = (0xc000 | longest).toString(16);
    const owner = depth < 120 ? `0161${pointer}` : pointer;
    const record = `${owner}${fixed(5, 2).replaceAll(' ', '').slice(2)}${pointer}`;
    if (depth < 120) longest = size;
    parts.push(record);
    size += record.length / 2;
  }
  const octets = message([0, parts.length, 0, 0], ...parts);
  const best = (work: () => unknown): number =>
    Math.min(
      ...[1, 2, 3].map(() => {
        const start = process.hrtime.bigint();
        work();
        return Number(process.hrtime.bigint() - start) / 1e6;
      }),
    );
  const ours = best(() => t.equal(decodeReply(octets).ok, true));
  const codec = best(() => decode(octets));
  t.ok(ours < codec, `${ours} ms, the codec ${codec} ms`);
});
