import t from 'tap';
import { reverseName } from '../../src/target/dns-name.js';

t.test('addresses become the names of their PTR records', async (t) => {
  t.equal(reverseName('10.0.1.5'), '5.1.0.10.in-addr.arpa');
  t.equal(reverseName('::ffff:10.0.1.5'), '5.1.0.10.in-addr.arpa');
  const fd00 = '3.5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.2.c.e.0.0.0.d.f.ip6.arpa';
  t.equal(reverseName('FD00:ec2::253'), fd00);
  t.equal(reverseName('fe80::1%eth0'), `1${'.0'.repeat(28)}.8.e.f.ip6.arpa`);
  t.equal(reverseName('[fd00:ec2::253]'), fd00);
  t.equal(reverseName('[fe80::1%eth0]'), reverseName('fe80::1'));
  for (const other of ['example.com', '[10.0.1.5]', '[example]', '[[::1]]'])
    t.throws(() => reverseName(other), { name: 'InvalidInputError', message: /is not an IP address/ });
  t.throws(() => reverseName('10.1'), { message: /inet_aton\(3\) reads it as 10\.0\.0\.1/ });
});
