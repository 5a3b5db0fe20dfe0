import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { resolverRole } from '../../src/host/resolver-role.js';
import { vpcResolverOf } from '../../src/net/address/scope.js';

t.test('the role of a nameserver follows from its address', async (t) => {
  const dir = t.testdir({
    upstreams: 'nameserver 10.0.0.2\nnameserver fd00::2\nsearch example\n',
    ec2: 'Amazon EC2\n',
    other: 'QEMU\n',
  });
  const upstreamsFile = join(dir, 'upstreams');
  t.same(await resolverRole('127.0.0.53', { upstreamsFile }), {
    role: 'local-stub',
    upstreams: ['10.0.0.2', 'fd00::2'],
  });
  t.same(await resolverRole('127.0.0.53', { upstreamsFile: join(dir, 'missing') }), {
    role: 'local-stub',
    upstreams: [],
  });
  for (const address of ['169.254.169.253', 'fd00:ec2::253'])
    t.same(await resolverRole(address), { role: 'vpc-resolver', upstreams: [] });
  t.equal(await resolverRole('9.9.9.9', { vendorFile: join(dir, 'ec2') }), null);
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const cidr = own.find(({ family, internal }) => family === 'IPv4' && !internal)?.cidr ?? '';
  const basePlusTwo = vpcResolverOf(cidr);
  if (basePlusTwo === null) return;
  t.match(await resolverRole(basePlusTwo, { vendorFile: join(dir, 'other') }), { role: 'base-plus-two' });
  if (Number(cidr.split('/')[1]) >= 16)
    t.match(await resolverRole(basePlusTwo, { vendorFile: join(dir, 'ec2') }), { role: 'vpc-resolver' });
});
