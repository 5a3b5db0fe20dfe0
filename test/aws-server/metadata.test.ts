import { test } from 'tap';
import { identitiesFrom, openMetadata } from '../../src/host/instance-metadata.js';
import { type DescribedInstance, type MetadataBehaviour, startMetadata } from './metadata.js';

const instance: DescribedInstance = {
  account: '123456789012',
  region: 'us-east-1',
  interfaces: [
    {
      mac: '02:00:00:00:00:01',
      interfaceId: 'eni-0c',
      vpcId: 'vpc-0a',
      subnetId: 'subnet-0c',
      groups: ['sg-0c', 'sg-0d'],
      ipv4: ['10.0.9.9'],
      ipv6: [],
      vpcCidrs: ['10.0.0.0/16'],
    },
  ],
  role: { name: 'reader', accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret', token: 'token' },
};

test('paths need a token, which needs a PUT with the life that it shall have', async (t) => {
  const service = await startMetadata(instance);
  t.teardown(() => service.close());
  const url = `http://${service.host}:${service.port}/latest`;
  const ttl = (seconds: string) => ({ headers: { 'x-aws-ec2-metadata-token-ttl-seconds': seconds } });
  t.equal((await fetch(`${url}/meta-data/mac`)).status, 401);
  t.equal((await fetch(`${url}/api/token`)).status, 405);
  t.equal((await fetch(`${url}/api/token`, { method: 'PUT' })).status, 400);
  t.equal((await fetch(`${url}/api/token`, { method: 'PUT', ...ttl('21601') })).status, 400);
  const answer = await fetch(`${url}/api/token`, { method: 'PUT', ...ttl('60') });
  t.equal(answer.headers.get('x-aws-ec2-metadata-token-ttl-seconds'), '60');
  const headers = { 'x-aws-ec2-metadata-token': await answer.text() };
  t.equal(await (await fetch(`${url}/meta-data/mac`, { headers })).text(), '02:00:00:00:00:01');
  const role = await fetch(`${url}/meta-data/iam/security-credentials/reader`, { headers });
  t.match(await role.json(), { AccessKeyId: 'AKIAEXAMPLE', Token: 'token' });
  const ipv6 = `${url}/meta-data/network/interfaces/macs/02:00:00:00:00:01/ipv6s`;
  t.equal((await fetch(ipv6, { headers })).status, 404, 'an interface without IPv6 has no such path');
});

test('the program reads the interface of the instance from it', async (t) => {
  const service = await startMetadata(instance);
  t.teardown(() => service.close());
  const get = await openMetadata(service, AbortSignal.timeout(60_000));
  t.same(get === null ? [] : await identitiesFrom(get), [
    {
      interfaceId: 'eni-0c',
      vpcId: 'vpc-0a',
      subnetId: 'subnet-0c',
      groups: ['sg-0c', 'sg-0d'],
      addresses: ['10.0.9.9'],
      vpcCidrs: ['10.0.0.0/16'],
      region: 'us-east-1',
      account: '123456789012',
    },
  ]);
});

test('a service that is switched off or silent gives no token', async (t) => {
  const limits: [MetadataBehaviour, number][] = [
    ['disabled', 60_000],
    ['silent', 50],
  ];
  for (const [behaviour, limitMs] of limits) {
    const service = await startMetadata(instance, { behaviour });
    t.teardown(() => service.close());
    t.equal(await openMetadata(service, AbortSignal.timeout(limitMs)), null, behaviour);
  }
});
