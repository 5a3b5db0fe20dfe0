import t from 'tap';
import { isVpcResolver, vpcResolverOf, wellKnownResolver } from '../../../src/net/address/scope.js';

t.test('the VPC resolver is recognized by its fixed addresses and by base plus two', async (t) => {
  t.ok(isVpcResolver('169.254.169.253'));
  t.ok(isVpcResolver('FD00:EC2:0::253'));
  t.ok(isVpcResolver('10.0.0.2', ['10.0.0.0/16']));
  t.notOk(isVpcResolver('10.0.0.2', ['10.1.0.0/16']));
  t.notOk(isVpcResolver('169.254.169.254'), 'that is the instance metadata service');
});

t.test('base plus two counts from the base, whichever address of the range is given', async (t) => {
  t.equal(vpcResolverOf('10.0.3.7/16'), '10.0.0.2');
  t.equal(vpcResolverOf('172.31.16.0/20'), '172.31.16.2');
  t.equal(vpcResolverOf('192.168.255.248/29'), '192.168.255.250');
  for (const range of ['10.0.0.0/31', '10.0.0.5', 'fd00::/64', '10.0.0.0/33', 'vpc']) {
    t.equal(vpcResolverOf(range), null, range);
  }
});

t.test('only well-known resolvers have a name', async (t) => {
  t.equal(wellKnownResolver('127.0.0.53'), 'the local stub of systemd-resolved');
  t.equal(wellKnownResolver('fd00:ec2::253'), 'the VPC resolver');
  t.equal(wellKnownResolver('10.0.0.2'), null);
});
