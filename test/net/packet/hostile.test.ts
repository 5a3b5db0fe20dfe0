import fc from 'fast-check';
import t from 'tap';
import { internetChecksum } from '../../../src/net/packet/checksum.js';
import { decodeIcmpv4, decodeIcmpv6 } from '../../../src/net/packet/icmp.js';
import { decodeExtensions, decodeInterfaceInformation } from '../../../src/net/packet/icmp-extensions.js';
import { decodeIpv4, decodeIpv6, encodeIpv4, encodeIpv6 } from '../../../src/net/packet/ip.js';
import { decodeQuote } from '../../../src/net/packet/quote.js';
import { decodeTcp, decodeTcpOptions, encodeSyn } from '../../../src/net/packet/tcp.js';
import { matchIcmp, matchSegment, type Sent } from '../../../src/net/wire/syn-match.js';
import { runs } from '../../runs.js';
import { encodeIcmpv4, encodeIcmpv6 } from '../../simulation/icmp-encode.js';

/** Number of packets to decode; `npm run fuzz` sets a higher one. */
const numRuns = Number(process.env.PPROBE_FUZZ_RUNS ?? runs(20_000));

const syn = encodeSyn({
  source: '10.0.1.10',
  destination: '203.0.113.10',
  sourcePort: 40000,
  destinationPort: 443,
  sequence: 1,
  mss: 1460,
  timestamp: 0,
});
const addresses = { source: '10.0.1.10', destination: '203.0.113.10' };
const addressesV6 = { source: 'fd10::10', destination: '2001:db8::10' };
const packet = encodeIpv4({ ...addresses, protocol: 6, ttl: 1, identification: 7 }, syn);
const packetV6 = encodeIpv6({ ...addressesV6, protocol: 6, hopLimit: 1 }, syn);
const mpls = [{ label: 24001, tc: 1, bottom: true, ttl: 3 }];
const corpus = [
  syn,
  packet,
  packetV6,
  encodeIcmpv4({ type: 11, code: 0, quote: packet }),
  encodeIcmpv4({ type: 11, code: 0, quote: packet, mpls }),
  encodeIcmpv4({ type: 3, code: 4, quote: packet.subarray(0, 28), mtu: 1400 }),
  encodeIcmpv6({ ...addressesV6, type: 3, code: 0, quote: packetV6, mpls }),
];

/** A valid packet truncated, padded and with some octets changed, which is closer to valid input than noise. */
const mutated = fc
  .tuple(
    fc.constantFrom(...corpus),
    fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { maxLength: 6 }),
    fc.nat(300),
    fc.uint8Array({ maxLength: 40 }),
  )
  .map(([original, changes, cut, tail]) => {
    const bytes = Buffer.concat([original.subarray(0, Math.max(0, original.length - cut)), tail]);
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    return bytes as Uint8Array;
  });
const hostile = fc.oneof(mutated, fc.uint8Array({ maxLength: 300 }));

const decoders = {
  decodeIpv4,
  decodeIpv6,
  decodeTcp,
  decodeTcpOptions: (bytes: Uint8Array) => decodeTcpOptions(bytes, 60),
  decodeIcmpv4,
  decodeIcmpv6,
  decodeQuote,
  decodeExtensions: (bytes: Uint8Array) => decodeExtensions(bytes, bytes[0] ?? 0),
  decodeInterfaceInformation: (bytes: Uint8Array) =>
    decodeInterfaceInformation(bytes[0] ?? 0, bytes.subarray(1)),
};

/** The same bytes in the middle of a larger buffer, as in a socket's buffer. */
function amidst(bytes: Uint8Array, surroundings: number): Buffer {
  const margin = 64;
  const buffer = Buffer.alloc(bytes.length + 2 * margin, surroundings);
  buffer.set(bytes, margin);
  return buffer.subarray(margin, margin + bytes.length);
}

t.test('no decoder throws or reads beyond the bytes: the bytes around them change no result', async () => {
  fc.assert(
    fc.property(hostile, fc.nat(254), (bytes, surroundings) => {
      for (const [name, decode] of Object.entries(decoders)) {
        const answer = JSON.stringify(decode(amidst(bytes, surroundings)));
        if (answer !== JSON.stringify(decode(amidst(bytes, surroundings + 1)))) throw new Error(name);
      }
    }),
    { numRuns },
  );
});

const neverSent: Sent = {
  family: 4,
  bySequence: (sequence) =>
    sequence === 0x5eed_5eed ? { id: 0, flow, sourcePort: 40000, sequence } : undefined,
  flowTo: (address, port) => (address === flow.address && (port ?? 443) === 443 ? flow : undefined),
};
const flow = { source: '10.0.1.10', address: '203.0.113.10', port: 443, ourPorts: new Set([40000]) };

t.test(
  'quotes and answers of packets that were never sent are no reply, however they are changed',
  async () => {
    fc.assert(
      fc.property(hostile, (bytes) => {
        const asIcmp = Buffer.from(bytes);
        // With a valid checksum, so that more than the checksum is tested.
        if (asIcmp.length >= 8) {
          asIcmp.writeUInt16BE(0, 2);
          asIcmp.writeUInt16BE(internetChecksum(asIcmp), 2);
        }
        return (
          matchIcmp(neverSent, asIcmp).result !== 'reply' &&
          matchIcmp({ ...neverSent, family: 6 }, bytes).result !== 'reply' &&
          matchSegment(neverSent, flow.address, bytes).result !== 'reply'
        );
      }),
      { numRuns },
    );
  },
);

/** Extension objects with arbitrary lengths, in a message with valid checksums. */
const lyingExtensions = fc
  .array(
    fc.tuple(fc.oneof(fc.nat(24), fc.nat(0xffff)), fc.nat(3), fc.nat(3), fc.uint8Array({ maxLength: 20 })),
    {
      maxLength: 6,
    },
  )
  .map((objects) => {
    const parts = objects.map(([length, classNumber, classType, payload]) =>
      Buffer.concat([Buffer.from([length >> 8, length & 0xff, classNumber, classType]), payload]),
    );
    const structure = Buffer.concat([Buffer.from([0x20, 0, 0, 0]), ...parts]);
    const quote = Buffer.alloc(128);
    quote.set(packet);
    const message = Buffer.concat([Buffer.from([11, 0, 0, 0, 0, 32, 0, 0]), quote, structure]);
    message.writeUInt16BE(internetChecksum(message), 2);
    return { message, octets: structure.length };
  });

t.test(
  'extension objects with wrong lengths return no more than the bytes contain, and the quote is kept',
  async () => {
    fc.assert(
      fc.property(lyingExtensions, ({ message, octets }) => {
        const decoded = decodeIcmpv4(message);
        if (!decoded.ok) return false;
        const objects = decoded.error.extensions?.objects ?? [];
        const claimed = objects.reduce((sum, { payload }) => sum + 4 + payload.length, 4);
        return claimed <= octets && decodeQuote(decoded.error.quote)?.sourcePort === 40000;
      }),
      { numRuns },
    );
  },
);

t.test('an IPv4 header longer than the bytes is refused', async (t) => {
  const lying = Buffer.from(packet.subarray(0, 24));
  lying[0] = 0x4f;
  t.equal(decodeIpv4(lying), null);
});

t.test(
  'IPv6 extension headers are walked to the upper layer, and a chain that never ends is refused',
  async (t) => {
    const options = Buffer.alloc(8);
    options[0] = 6;
    const withOptions = encodeIpv6(
      { ...addressesV6, protocol: 60, hopLimit: 9 },
      Buffer.concat([options, syn]),
    );
    t.match(decodeIpv6(withOptions), { protocol: 6, headerLength: 48, hopLimit: 9 });
    t.match(decodeQuote(withOptions), { sourcePort: 40000, destinationPort: 443, sequence: 1 });
    const endless = encodeIpv6({ ...addressesV6, protocol: 60, hopLimit: 9 }, Buffer.alloc(16, 60));
    t.equal(decodeIpv6(endless), null);
  },
);

t.test('a fragment other than the first quotes no ports', async (t) => {
  const later = Buffer.from(packet);
  later.writeUInt16BE(0x0010, 6);
  t.equal(decodeQuote(later), null);
});

t.test('an ICMP message with a wrong checksum is refused as such', async (t) => {
  const message = encodeIcmpv4({ type: 11, code: 0, quote: packet });
  message[20] = (message[20] ?? 0) ^ 1;
  t.same(decodeIcmpv4(message), { ok: false, reason: 'checksum' });
});

t.test('extension objects with wrong lengths are ignored, and the rest of the message is kept', async (t) => {
  const message = encodeIcmpv4({ type: 11, code: 0, quote: packet, mpls });
  // The object's length field, eight octets of ICMP and 128 of quote further on; the checksum field says "none".
  message.writeUInt16BE(0xffff, 8 + 128 + 4);
  message.writeUInt16BE(0, 8 + 128 + 2);
  message.writeUInt16BE(0, 2);
  message.writeUInt16BE(internetChecksum(message), 2);
  const decoded = decodeIcmpv4(message);
  t.ok(decoded.ok);
  if (!decoded.ok) return;
  t.equal(decoded.error.extensions, null);
  t.match(decodeQuote(decoded.error.quote), { sourcePort: 40000 });
});

t.test('label stacks of RFC 4950 are decoded as they were encoded, in both families', async () => {
  const entry = fc.record({
    label: fc.nat(0xfffff),
    tc: fc.nat(7),
    bottom: fc.boolean(),
    ttl: fc.nat(255),
  });
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 8 }), (stack) => {
      const v4 = decodeIcmpv4(encodeIcmpv4({ type: 11, code: 0, quote: packet, mpls: stack }));
      const v6 = decodeIcmpv6(
        encodeIcmpv6({ ...addressesV6, type: 3, code: 0, quote: packetV6, mpls: stack }),
      );
      const expected = JSON.stringify(stack);
      return (
        v4.ok &&
        v6.ok &&
        JSON.stringify(v4.error.extensions?.mpls) === expected &&
        JSON.stringify(v6.error.extensions?.mpls) === expected
      );
    }),
  );
});
