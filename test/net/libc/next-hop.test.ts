import fc from 'fast-check';
import t from 'tap';
import { uint32 } from '../../../src/net/libc/load.js';
import {
  decodeAnswer,
  decodeAttributes,
  decodeNextHop,
  encodeAttribute,
} from '../../../src/net/libc/netlink.js';
import { addressToBytes } from '../../../src/net/packet/address-bytes.js';
import { runs } from '../../runs.js';

/** <linux/rtnetlink.h>. */
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_VIA = 18;
const rtmsg = Buffer.alloc(12);
const outgoing = encodeAttribute(RTA_OIF, uint32(3));

/** A message of rtnetlink(7). */
function message(type: number, body: Buffer, length = 16 + body.length): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(length, 0);
  header.writeUInt16LE(type, 4);
  return Buffer.concat([header, body]);
}

t.test('the next hop is the gateway, of either family, or the destination on the link', async (t) => {
  const gateway = encodeAttribute(RTA_GATEWAY, addressToBytes('10.0.0.1'));
  const via = encodeAttribute(RTA_VIA, Buffer.concat([Buffer.from([10, 0]), addressToBytes('fe80::1')]));
  const cases: [attributes: Buffer[], expected: object | null][] = [
    [[outgoing], { address: '10.9.9.9', isGateway: false, interfaceIndex: 3 }],
    [[outgoing, gateway], { address: '10.0.0.1', isGateway: true, interfaceIndex: 3 }],
    [[via, outgoing], { address: 'fe80::1', isGateway: true, interfaceIndex: 3 }],
    // A gateway of three octets is not an address.
    [[outgoing, encodeAttribute(RTA_GATEWAY, Buffer.alloc(3))], { address: '10.9.9.9', isGateway: false }],
    [[gateway], null],
    [[encodeAttribute(RTA_OIF, Buffer.alloc(2))], null],
  ];
  for (const [attributes, expected] of cases) {
    const hop = decodeNextHop(Buffer.concat([rtmsg, ...attributes]), '10.9.9.9');
    if (expected === null) t.equal(hop, null);
    else t.match(hop, expected);
  }
  const types = [1, 2, 3, 4, 5].map((type) => {
    const body = Buffer.concat([rtmsg, outgoing]);
    body.writeUInt8(type, 7);
    return decodeNextHop(body, '10.9.9.9')?.isForMany;
  });
  t.same(types, [false, false, true, false, true], 'unicast, local, broadcast, anycast, multicast');
  t.equal(decodeNextHop(rtmsg.subarray(1), '10.9.9.9'), null, 'shorter than its header');
});

t.test(
  'an answer is an object or an errno, and null when it is truncated or has a wrong length',
  async (t) => {
    const refusal = Buffer.alloc(20);
    refusal.writeInt32LE(-101, 0);
    t.same(decodeAnswer(message(2, refusal)), { errno: 101 });
    t.same(decodeAnswer(message(24, outgoing)), { type: 24, body: outgoing });
    t.same(decodeAnswer(message(24, outgoing, 16)), { type: 24, body: Buffer.alloc(0) });
    for (const length of [0, 15, 16 + outgoing.length + 1, 0xffffffff])
      t.equal(decodeAnswer(message(24, outgoing, length)), null, `${length}`);
    t.equal(decodeAnswer(message(2, Buffer.alloc(3))), null);
  },
);

t.test('attributes are decoded as they were encoded, whatever flags their types have', async () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 0x3fff }), fc.uint8Array({ maxLength: 40 })), {
        selector: ([type]) => type,
        maxLength: 12,
      }),
      fc.constantFrom(0, 0x4000, 0x8000, 0xc000),
      (attributes, flags) => {
        const bytes = Buffer.concat(attributes.map(([type, value]) => encodeAttribute(type | flags, value)));
        const found = decodeAttributes(bytes);
        return (
          found.size === attributes.length &&
          attributes.every(([type, value]) => found.get(type)?.equals(value))
        );
      },
    ),
  );
});

t.test('hostile octets: no exception, no endless loop, nothing read beyond them', async (t) => {
  const whole = Buffer.concat([rtmsg, outgoing, encodeAttribute(RTA_GATEWAY, addressToBytes('fd00::1'))]);
  const mutated = fc
    .array(fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 })), { maxLength: 6 })
    .map((changes) => {
      const bytes = Buffer.from(whole);
      for (const [at, octet] of changes) bytes[at] = octet;
      return bytes;
    });
  const noise = fc.uint8Array({ maxLength: 80 }).map((octets) => Buffer.from(octets));
  fc.assert(
    fc.property(fc.oneof(mutated, noise), fc.nat({ max: 80 }), (bytes, cut) => {
      const seen = bytes.subarray(0, cut);
      const hop = decodeNextHop(seen, '10.9.9.9');
      if (hop !== null && (hop.address === '' || hop.interfaceIndex > 0xffffffff)) return false;
      const octets = [...decodeAttributes(seen).values()].reduce((sum, { length }) => sum + length + 4, 0);
      decodeAnswer(seen);
      return octets <= seen.length;
    }),
    { numRuns: runs(2000) },
  );
  t.pass('2000 of them');
});
