import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Test, test } from 'tap';
import {
  identitiesFrom,
  interfaceOf,
  openMetadata,
  readEc2Interfaces,
} from '../../src/host/instance-metadata.js';

const mac = '/latest/meta-data/network/interfaces/macs';
const service: Readonly<Record<string, string>> = {
  [`${mac}/`]: '02:00:00:00:00:01/\n02:00:00:00:00:02/',
  [`${mac}/02:00:00:00:00:01/interface-id`]: 'eni-01',
  [`${mac}/02:00:00:00:00:01/local-ipv4s`]: '10.0.0.5',
  [`${mac}/02:00:00:00:00:02/interface-id`]: 'eni-02',
  [`${mac}/02:00:00:00:00:02/vpc-id`]: 'vpc-02',
  [`${mac}/02:00:00:00:00:02/subnet-id`]: 'subnet-02',
  [`${mac}/02:00:00:00:00:02/security-group-ids`]: 'sg-01\nsg-02',
  [`${mac}/02:00:00:00:00:02/owner-id`]: '123456789012',
  [`${mac}/02:00:00:00:00:02/local-ipv4s`]: '10.0.9.15\n10.0.9.16',
  [`${mac}/02:00:00:00:00:02/ipv6s`]: 'FD00:0::15',
  [`${mac}/02:00:00:00:00:02/vpc-ipv4-cidr-blocks`]: '10.0.0.0/16',
  '/latest/meta-data/placement/region': 'us-east-1',
};

async function serving(t: Test, listener: RequestListener): Promise<{ host: string; port: number }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

const answering: RequestListener = (request, response) => {
  const { url = '', method, headers } = request;
  if (
    method === 'PUT' &&
    url === '/latest/api/token' &&
    headers['x-aws-ec2-metadata-token-ttl-seconds'] === '60'
  )
    return response.end('secret');
  const text = headers['x-aws-ec2-metadata-token'] === 'secret' ? service[url] : undefined;
  response.statusCode = text === undefined ? 404 : 200;
  return response.end(text ?? 'Not Found');
};

test('the interface that the packets left from, with its VPC, subnet, groups, Region and account', async (t) => {
  const get = await openMetadata(await serving(t, answering), AbortSignal.timeout(60_000));
  const identities = get === null ? [] : await identitiesFrom(get);
  t.equal(identities.length, 2);
  t.same(interfaceOf(identities, ['10.0.9.16']), {
    interfaceId: 'eni-02',
    vpcId: 'vpc-02',
    subnetId: 'subnet-02',
    groups: ['sg-01', 'sg-02'],
    addresses: ['10.0.9.15', '10.0.9.16', 'fd00::15'],
    vpcCidrs: ['10.0.0.0/16'],
    region: 'us-east-1',
    account: '123456789012',
  });
  t.equal(interfaceOf(identities, ['172.17.0.2']), null, 'an address that no interface has');
  t.notMatch(JSON.stringify(identities), /secret/);
});

test('a service that gives no token, is silent or answers nonsense gives nothing, and no error', async (t) => {
  const refusing = await serving(t, (_request, response) => {
    response.statusCode = 403;
    response.end();
  });
  t.equal(await openMetadata(refusing, AbortSignal.timeout(60_000)), null);
  const silent = await serving(t, () => {});
  t.equal(await openMetadata(silent, AbortSignal.timeout(50)), null);
  const cut = await serving(t, (_request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('x');
    response.destroy();
  });
  t.equal(await openMetadata(cut, AbortSignal.timeout(60_000)), null);
  t.same(await identitiesFrom(async () => '<html>\u0000</html>'), []);
});

test('it is not asked where the environment forbids it', async (t) => {
  t.same(await readEc2Interfaces(undefined, { AWS_EC2_METADATA_DISABLED: 'true' }), []);
});
