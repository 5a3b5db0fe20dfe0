import fc from 'fast-check';
import t from 'tap';
import { type AddressScope, scopeOf } from '../../../src/net/address/scope.js';
import { scopeOfAddress as publicScopeOf } from '../../../src/target/host.js';
import { runs } from '../../runs.js';

// The first and last address of each block, and their neighbours.
const expected: Record<AddressScope, string[]> = {
  private: ['10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.0', '192.168.255.255'],
  shared: ['100.64.0.0', '100.127.255.255'],
  loopback: ['127.0.0.1', '127.255.255.255', '::1'],
  'link-local': [
    '169.254.0.0',
    '169.254.169.253',
    '169.254.255.255',
    'fe80::1',
    'fe80::1%eth0',
    'febf:ffff::',
  ],
  'unique-local': ['fc00::', 'fd00:ec2::253', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  documentation: [
    '192.0.2.1',
    '198.51.100.255',
    '203.0.113.0',
    '2001:db8::',
    '2001:DB8:ffff::',
    '3fff:fff::',
  ],
  multicast: ['224.0.0.0', '239.255.255.255', '255.255.255.255', 'ff00::', 'ff02::1%lo'],
  unspecified: ['0.0.0.0', '0.255.255.255', '::'],
  public: [
    ...['9.255.255.255', '11.0.0.0', '172.15.255.255', '172.32.0.0', '192.167.255.255', '192.169.0.0'],
    ...['100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.0', '169.253.255.255', '169.255.0.0'],
    ...['223.255.255.255', '1.1.1.1', '52.94.5.1', '2600:1f18::1', '2001:db7:ffff::', '2001:db9::', '::2'],
    ...['fbff:ffff::', 'fe00::', 'fec0::1'],
  ],
};

for (const [scope, addresses] of Object.entries(expected)) {
  t.test(`the bounds of ${scope}`, async (t) => {
    for (const address of addresses) t.equal(scopeOf(address), scope, address);
  });
}

t.test('reserved blocks without a purpose are not private: they are routed like the Internet', async (t) => {
  for (const address of ['198.18.0.1', '198.19.255.255', '240.0.0.1', '255.255.255.254', '192.0.0.1']) {
    t.equal(scopeOf(address), 'public', address);
  }
});

t.test('an IPv6 address that contains an IPv4 address has the scope of that address', async (t) => {
  t.equal(scopeOf('::ffff:10.0.0.5'), 'private');
  t.equal(scopeOf('::ffff:7f00:1'), 'loopback');
  t.equal(scopeOf('::FFFF:8.8.8.8'), 'public');
  t.equal(scopeOf('64:ff9b::10.0.0.5'), 'private', 'behind NAT64');
  t.equal(scopeOf('64:ff9b::808:808'), 'public', 'behind NAT64');
});

t.test('text that is not an address is refused with a message of one line', async (t) => {
  for (const text of ['', 'localhost', '10.0.0', '010.0.0.1', '10.0.0.0/8', '[::1]', 'fd00::/8', 'a\nb']) {
    t.throws(() => scopeOf(text), { name: 'RangeError' });
    t.throws(() => publicScopeOf(text), {
      name: 'InvalidInputError',
      argument: 'address',
      message: /^address: "[^\n]*" is not an IP address; write it/,
    });
  }
});

t.test('every address has exactly one scope', async () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) =>
      Object.keys(expected).includes(scopeOf(address)),
    ),
    { numRuns: runs(2000) },
  );
});
