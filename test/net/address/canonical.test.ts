import fc from 'fast-check';
import t from 'tap';
import { canonicalAddress, familyOf } from '../../../src/net/address/address.js';
import { runs } from '../../runs.js';

t.test('IPv6 is written as in RFC 5952', async (t) => {
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

t.test('an IPv4-mapped address becomes the IPv4 address', async (t) => {
  t.equal(canonicalAddress('::ffff:10.0.0.5'), '10.0.0.5');
  t.equal(canonicalAddress('::FFFF:A00:5'), '10.0.0.5');
});

t.test('zones are kept; a name is refused', async (t) => {
  t.not(canonicalAddress('fe80::1%eth0'), canonicalAddress('fe80::1%eth1'));
  t.throws(() => canonicalAddress('host'), { name: 'RangeError' });
});

t.test('the canonical text is the same as in the URL standard', async () => {
  fc.assert(
    fc.property(
      fc.ipV6().filter((address) => !canonicalAddress(address).includes('.')),
      (address) => new URL(`http://[${address}]/`).hostname === `[${canonicalAddress(address)}]`,
    ),
    { numRuns: runs(2000) },
  );
});

t.test('canonical text does not change', async () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      const canonical = canonicalAddress(address);
      return canonicalAddress(canonical) === canonical && familyOf(canonical) !== null;
    }),
    { numRuns: runs(2000) },
  );
});
