import t from 'tap';
import { icmpMark } from '../../../src/documents/terms/icmp.js';
import { icmpOutcome } from '../../../src/probe/trace/probe-result.js';

const v4 = (code: number) => ({ type: 3, code });
const v6 = (code: number) => ({ type: 1, code });

t.test("traceroute's marks, IPv4", async (t) => {
  const marks = Array.from({ length: 17 }, (_, code) => icmpMark(4, v4(code), null));
  t.same(marks, [
    ...[
      '!N',
      '!H',
      '!P',
      null,
      '!F',
      '!S',
      '!N',
      '!H',
      '!N',
      '!X',
      '!X',
      '!N',
      '!H',
      '!X',
      '!V',
      '!C',
      '!<16>',
    ],
  ]);
  t.equal(icmpMark(4, v4(4), 1400), '!F-1400');
});

t.test("traceroute's marks, IPv6", async (t) => {
  const marks = Array.from({ length: 8 }, (_, code) => icmpMark(6, v6(code), null));
  t.same(marks, ['!N', '!X', '!H', '!H', null, '!X', '!X', '!<7>']);
  t.equal(icmpMark(6, { type: 2, code: 0 }, 1280), '!F-1280');
});

t.test('a policy is distinguished from a missing way', async (t) => {
  const prohibited = Array.from({ length: 16 }, (_, code) => code).filter(
    (code) => icmpOutcome(4, v4(code)) === 'prohibited',
  );
  t.same(prohibited, [9, 10, 13]);
  t.same(
    [0, 1, 2, 3, 4, 5, 6].filter((code) => icmpOutcome(6, v6(code)) === 'prohibited'),
    [1, 5, 6],
  );
  t.equal(icmpOutcome(6, { type: 2, code: 1 }), 'unreachable');
});
