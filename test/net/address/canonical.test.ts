import fc from 'fast-check';
import t from 'tap';
import { canonicalAddress, familyOf } from '../../../src/net/address/address.js';

t.test('IPv6 is spelled as RFC 5952 says', async (t) => {
  const spellings = {
    '2001:0DB8:0:0:0:0:0:1': '2001:db8::1',
    '2001:db8:0:1:1:1:1:1': '2001:db8:0:1:1:1:1:1',
    '2001:0:0:1:0:0:0:1': '2001:0:0:1::1',
    '2001:db8:0:0:1:0:0:1': '2001:db8::1:0:0:1',
    '0:0:0:0:0:0:0:0': '::',
    'FE80::1%eth0': 'fe80::1%eth0',
    '64:ff9b::10.0.0.5': '64:ff9b::a00:5',
  };
  for (const [given, canonical] of Object.entries(spellings))
    t.equal(canonicalAddress(given), canonical, given);
});

t.test('a v4-mapped address is the IPv4 address that it stands for', async (t) => {
  t.equal(canonicalAddress('::ffff:10.0.0.5'), '10.0.0.5');
  t.equal(canonicalAddress('::FFFF:A00:5'), '10.0.0.5');
});

t.test('zones tell links apart; a name has no spelling as an address', async (t) => {
  t.not(canonicalAddress('fe80::1%eth0'), canonicalAddress('fe80::1%eth1'));
  t.throws(() => canonicalAddress('host'), { name: 'RangeError' });
});

t.test('the canonical spelling is the one that the URL standard gives', async () => {
  fc.assert(
    fc.property(
      fc.ipV6().filter((address) => !canonicalAddress(address).includes('.')),
      (address) => new URL(`http://[${address}]/`).hostname === `[${canonicalAddress(address)}]`,
    ),
    { numRuns: 2000 },
  );
});

t.test('canonical spelling is its own canonical spelling', async () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      const canonical = canonicalAddress(address);
      return canonicalAddress(canonical) === canonical && familyOf(canonical) !== null;
    }),
    { numRuns: 2000 },
  );
});
