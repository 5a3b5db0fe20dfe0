import fc from 'fast-check';
import t from 'tap';
import { internetChecksum, pseudoHeader } from '../../../src/net/packet/checksum.js';

t.test('the example of RFC 1071 section 3', async (t) => {
  const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
  t.equal(internetChecksum(bytes), ~0xddf2 & 0xffff);
});

t.test('a packet with its checksum sums to zero, whatever its content', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 2000 }), (bytes) => {
      const packet = Buffer.from(bytes);
      packet.writeUInt16BE(0, 2);
      packet.writeUInt16BE(internetChecksum(packet), 2);
      return internetChecksum(packet) === 0;
    }),
  );
});

t.test('parts have the same sum as their concatenation', async () => {
  const even = fc.uint8Array({ maxLength: 100 }).map((bytes) => bytes.subarray(0, bytes.length & ~1));
  fc.assert(
    fc.property(even, fc.uint8Array({ maxLength: 100 }), (first, second) => {
      return internetChecksum(first, second) === internetChecksum(Buffer.concat([first, second]));
    }),
  );
});

t.test('64 KB of ones does not overflow', async (t) => {
  t.equal(internetChecksum(new Uint8Array(65535).fill(0xff)), 0x00ff);
});

t.test('the pseudo-header has the length at the offset of its family', async (t) => {
  const v4 = Buffer.from(pseudoHeader(Uint8Array.of(10, 0, 0, 1), Uint8Array.of(10, 0, 0, 2), 6, 40));
  t.equal(v4.toString('hex'), '0a0000010a00000200060028');
  const v6 = Buffer.from(pseudoHeader(new Uint8Array(16).fill(1), new Uint8Array(16).fill(2), 58, 70000));
  t.equal(v6.readUInt32BE(32), 70000);
  t.equal(v6[39], 58);
});
