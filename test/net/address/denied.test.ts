import fc from 'fast-check';
import t from 'tap';
import { deniedKindOf, leadToSameHost } from '../../../src/net/address/denied.js';
import { runs } from '../../runs.js';

t.test('addresses of this host, its link, several hosts and metadata services are denied', async (t) => {
  const cases: [address: string, kind: string | null][] = [
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['::1', 'loopback'],
    ['169.254.169.254', 'metadata'],
    ['169.254.170.2', 'metadata'],
    ['168.63.129.16', 'metadata'],
    ['fd00:ec2::254', 'metadata'],
    ['169.254.0.1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['febf:ffff::1', 'link-local'],
    ['224.0.0.1', 'multicast'],
    ['ff02::1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['0.0.0.0', 'unspecified'],
    ['::', 'unspecified'],
    ['10.0.0.1', null],
    ['203.0.113.1', null],
    ['fd00::1', null],
    ['fd00:ec3::1', null],
    ['2001:db8::1', null],
    ['64:ff9b::a00:1', null],
    ['64:ff9b:1::a00:1', null],
    ['::ffff:10.0.0.1', null],
  ];
  for (const [address, kind] of cases) t.equal(deniedKindOf(address), kind, address);
  for (const text of ['', 'localhost', '0x7f.1', '127.1', '10.0.0.0/8']) t.ok(deniedKindOf(text), text);
});

t.test('an IPv6 address that contains a denied IPv4 address is denied, in every form', async () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const loopback = fc.tuple(octet, octet, octet).map((rest) => [127, ...rest]);
  const linkLocal = fc.tuple(octet, octet).map((rest) => [169, 254, ...rest]);
  fc.assert(
    fc.property(fc.oneof(loopback, linkLocal), ([a = 0, b = 0, c = 0, d = 0]) => {
      const [high, low] = [((a << 8) | b).toString(16), ((c << 8) | d).toString(16)];
      const hex = (value: number): string => value.toString(16);
      const forms = [
        `::ffff:${a}.${b}.${c}.${d}`,
        `::ffff:${high}:${low}`,
        `0:0:0:0:0:FFFF:${high}:${low}`,
        `::${high}:${low}`,
        `64:ff9b::${high}:${low}`,
        `64:ff9b:1::${high}:${low}`,
        `64:ff9b:1:abcd:${hex(a)}:${hex((b << 8) | c)}:${hex(d << 8)}:0`,
        `2002:${high}:${low}::1`,
      ];
      return forms.every((form) => deniedKindOf(form) !== null);
    }),
    { numRuns: runs(100) },
  );
});

t.test('two literals lead to the same host where one contains the other', async (t) => {
  t.ok(leadToSameHost('10.0.0.1', '::ffff:a00:1'));
  t.ok(leadToSameHost('64:ff9b::a00:1', '10.0.0.1'));
  t.ok(leadToSameHost('fe80::1%eth0', 'fe80::1'));
  t.notOk(leadToSameHost('10.0.0.1', '10.0.0.2'));
  t.notOk(leadToSameHost('broker', 'broker'));
});
