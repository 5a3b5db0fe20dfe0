import fc from 'fast-check';
import t from 'tap';
import { decodeQueuedError } from '../../../src/net/libc/control-message.js';
import { decodeSockaddr, encodeSockaddr } from '../../../src/net/libc/sockaddr.js';

/** One control message in the layout of 64-bit systems (cmsg(3)). */
function controlMessage(level: number, type: number, data: Buffer): Buffer {
  const message = Buffer.alloc((16 + data.length + 7) & ~7);
  message.writeBigUInt64LE(BigInt(16 + data.length), 0);
  message.writeInt32LE(level, 8);
  message.writeInt32LE(type, 12);
  message.set(data, 16);
  return message;
}

const stamp = Buffer.alloc(16);
stamp.writeBigInt64LE(1_700_000_000n, 0);
stamp.writeBigInt64LE(123_456_789n, 8);

/** struct sock_extended_err: EHOSTUNREACH from ICMP, time exceeded in transit. */
const extended = Buffer.alloc(16);
extended.writeUInt32LE(113, 0);
extended.set([2, 11, 0], 4);

t.test('the offender, the ICMP type and the time stamp are read from one error queue message', async (t) => {
  const control = Buffer.concat([
    controlMessage(1, 35, stamp),
    controlMessage(0, 11, Buffer.concat([extended, encodeSockaddr({ address: '100.64.0.2', port: 0 })])),
  ]);
  t.same(decodeQueuedError(control), {
    errno: 113,
    origin: 2,
    type: 11,
    code: 0,
    info: 0,
    extensionsAt: 0,
    replyTtl: null,
    offender: '100.64.0.2',
    receivedAtNs: 1_700_000_000_123_456_789n,
  });
});

t.test('an IPv6 offender, and no stamp', async (t) => {
  const offender = encodeSockaddr({ address: 'fd10::64:2', port: 0 });
  const control = controlMessage(41, 25, Buffer.concat([extended, offender]));
  t.match(decodeQueuedError(control), { offender: 'fd10::64:2', receivedAtNs: null });
});

/** Control messages of the kernel, truncated and with some octets changed. */
const mutated = fc
  .tuple(
    fc.array(fc.tuple(fc.nat(100), fc.nat(255)), { maxLength: 4 }),
    fc.nat(100),
    fc.constantFrom('100.64.0.2', 'fd10::64:2'),
  )
  .map(([changes, length, address]) => {
    const offender = encodeSockaddr({ address, port: 0 });
    const error = controlMessage(0, 11, Buffer.concat([extended, offender]));
    const bytes = Buffer.concat([controlMessage(1, 35, stamp), error]).subarray(0, length);
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    return bytes as Uint8Array;
  });

t.test('truncated and arbitrary control bytes never throw', async () => {
  fc.assert(
    fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 200 })), (bytes) => {
      decodeQueuedError(Buffer.from(bytes));
      return true;
    }),
    { numRuns: Number(process.env.PPROBE_FUZZ_RUNS ?? 5000) },
  );
});

t.test('socket addresses of both families are decoded as they were encoded', async () => {
  const endpoint = fc.record({
    address: fc.oneof(fc.ipV4(), fc.constantFrom('::1', 'fd00:ec2::253', '2001:db8::1')),
    port: fc.nat(65535),
  });
  fc.assert(
    fc.property(endpoint, (original) => {
      const decoded = decodeSockaddr(encodeSockaddr(original));
      return decoded?.address === original.address && decoded.port === original.port;
    }),
  );
});
