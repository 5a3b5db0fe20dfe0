import fc from 'fast-check';
import t from 'tap';
import { addressToBytes } from '../../../src/net/packet/address-bytes.js';
import {
  decodeInterfaceInformation,
  type InterfaceInformation,
} from '../../../src/net/packet/icmp-extensions.js';

const numRuns = Number(process.env.PPROBE_FUZZ_RUNS ?? 5000);
const roles = ['incoming', 'incoming-sub-ip', 'outgoing', 'next-hop'] as const;

const uint32 = (value: number) => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value]);

/** Encodes the sub-objects in the order of RFC 5837 section 4.1, independently of the decoder. */
function encode({ role, index, address, name, mtu }: InterfaceInformation): {
  classType: number;
  payload: Buffer;
} {
  const parts: Buffer[] = [];
  let classType = roles.indexOf(role) << 6;
  if (index !== null) {
    classType |= 1 << 3;
    parts.push(uint32(index));
  }
  if (address !== null) {
    classType |= 1 << 2;
    parts.push(Buffer.from([0, address.includes(':') ? 2 : 1, 0, 0]), Buffer.from(addressToBytes(address)));
  }
  if (name !== null) {
    classType |= 1 << 1;
    const text = Buffer.from(name);
    const padded = Buffer.alloc((1 + text.length + 3) & ~3);
    padded[0] = padded.length;
    padded.set(text, 1);
    parts.push(padded);
  }
  if (mtu !== null) {
    classType |= 1;
    parts.push(uint32(mtu));
  }
  return { classType, payload: Buffer.concat(parts) };
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const unsigned = fc.nat(0xffff_ffff);
const information = fc.record({
  role: fc.constantFrom(...roles),
  index: maybe(unsigned),
  address: maybe(fc.oneof(fc.ipV4(), fc.constantFrom('fd10::1', '::', '2001:db8::113:10'))),
  // The limit of 64 octets includes the length octet.
  name: maybe(fc.string({ unit: fc.constantFrom('e', 't', 'h', '0', '/', '.', 'é'), maxLength: 31 })),
  mtu: maybe(unsigned),
});

t.test('any combination of fields is decoded as it was encoded, whatever follows it', async () => {
  fc.assert(
    fc.property(information, fc.uint8Array({ maxLength: 8 }), (original, more) => {
      const { classType, payload } = encode(original);
      const decoded = decodeInterfaceInformation(classType, Buffer.concat([payload, more]));
      return JSON.stringify(decoded) === JSON.stringify(original);
    }),
    { numRuns },
  );
});

t.test('a truncated payload decodes to null, never to a part of an interface', async () => {
  fc.assert(
    fc.property(information, fc.nat(300), (original, at) => {
      const { classType, payload } = encode(original);
      fc.pre(payload.length > 0);
      return decodeInterfaceInformation(classType, payload.subarray(0, at % payload.length)) === null;
    }),
    { numRuns },
  );
});

t.test('an impossible field makes the object null', async (t) => {
  const address = 0x04;
  const name = 0x02;
  t.equal(decodeInterfaceInformation(address, Buffer.from([0, 3, 0, 0, 1, 2, 3, 4])), null, 'family 3');
  t.equal(decodeInterfaceInformation(name, Buffer.alloc(8)), null, 'a name of length 0');
  t.equal(decodeInterfaceInformation(name, Buffer.alloc(80, 80)), null, 'a name longer than 64 octets');
  t.match(decodeInterfaceInformation(name, Buffer.from([4, 0, 0x41, 0x42])), { name: '' });
});

t.test('no payload makes it throw or return more than its bytes', async () => {
  fc.assert(
    fc.property(fc.nat(255), fc.uint8Array({ maxLength: 100 }), (classType, payload) => {
      const found = decodeInterfaceInformation(classType, payload);
      return found === null || Buffer.byteLength(found.name ?? '') <= payload.length * 3;
    }),
    { numRuns },
  );
});
