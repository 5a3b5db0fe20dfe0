import { isIP } from 'node:net';
import fc from 'fast-check';
import { Address4, Address6 } from 'ip-address';
import t from 'tap';
import { familyOf } from '../../../src/net/address/address.js';
import { formatOctets, parseOctets } from '../../../src/net/address/octets.js';
import { inRange, parseRange } from '../../../src/net/address/range.js';
import { reverseName } from '../../../src/target/dns-name.js';
import { runs } from '../../runs.js';

/** Texts that are addresses, and such that nearly are. */
const group = fc.oneof(
  fc.constantFrom('', '0', '0000', '00001', 'g', 'FFFF', '1.2.3.4', '256', '01', '-1', '%eth0', '%', '%a_b'),
  fc.nat(0xffff).map((value) => value.toString(16)),
);
const nearly = fc.oneof(
  fc.array(group, { maxLength: 10 }).map((groups) => groups.join(':')),
  fc
    .array(fc.constantFrom('0', '1', '00', '01', '255', '256', '', 'a', ' 1'), { maxLength: 5 })
    .map((all) => all.join('.')),
  fc
    .tuple(fc.ipV6(), fc.constantFrom('', '%eth0', '%', '%a b', '%1', ':', '::'))
    .map(([one, two]) => one + two),
  fc.ipV4Extended(),
);

t.test('an address is what node:net calls one', async () => {
  fc.assert(
    fc.property(nearly, (text) => (familyOf(text) ?? 0) === isIP(text)),
    { numRuns: runs(1000) },
  );
});

t.test('octets and text are those of ip-address', async () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const octets = parseOctets(text);
      const reference = new Address6(text);
      return (
        octets !== null &&
        BigInt(`0x${Buffer.from(octets).toString('hex')}`) === reference.bigInt() &&
        formatOctets(octets) === reference.correctForm()
      );
    }),
    { numRuns: runs(200) },
  );
});

t.test('ranges contain what they contain in ip-address', async () => {
  const both = fc.oneof(
    fc.tuple(fc.ipV4(), fc.ipV4(), fc.nat(34), fc.nat(34)),
    fc.tuple(fc.ipV6(), fc.ipV6(), fc.nat(130), fc.nat(130)),
  );
  fc.assert(
    fc.property(both, fc.boolean(), ([one, other, long, short], isSame) => {
      const texts = [`${one}/${long}`, `${isSame ? one : other}/${short}`] as const;
      const [inner, outer] = texts.map(parseRange);
      const Reference = one.includes(':') ? Address6 : Address4;
      if (!texts.every((text) => Reference.isValid(text))) return inner == null || outer == null;
      if (inner == null || outer == null) return false;
      const [a, b] = one.includes(':')
        ? [new Address6(texts[0]), new Address6(texts[1])]
        : [new Address4(texts[0]), new Address4(texts[1])];
      return (
        inRange(inner, outer) ===
        (a instanceof Address6 ? a.isInSubnet(b as Address6) : a.isInSubnet(b as Address4))
      );
    }),
    { numRuns: runs(300) },
  );
});

t.test('names for reverse lookups are those of ip-address', async () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const address = new Address6(text);
      const form = address.isMapped4() ? address.to4().reverseForm() : address.reverseForm();
      return `${reverseName(text)}.` === form;
    }),
    { numRuns: runs(100) },
  );
});
