import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/** The metadata service of an instance (IMDSv2): a session token is had with PUT, and every path is got with one. */

/** A network interface, as the paths below `network/interfaces/macs/MAC/` have it. */
export interface DescribedInterface {
  mac: string;
  interfaceId: string;
  vpcId: string;
  subnetId: string;
  groups: readonly string[];
  ipv4: readonly string[];
  ipv6: readonly string[];
  vpcCidrs: readonly string[];
}

export interface DescribedInstance {
  account: string;
  region: string;
  interfaces: readonly DescribedInterface[];
  /** The name of the role and its keys; null: the instance has no role. */
  role: { name: string; accessKeyId: string; secretAccessKey: string; token: string } | null;
}

/**
 * `proper`: as IMDSv2 answers. `disabled`: HttpEndpoint is off, and every request is refused. `silent`: connections open and
 * nothing is answered, as behind a hop too many.
 */
export type MetadataBehaviour = 'proper' | 'disabled' | 'silent';

/** The longest life of a token in seconds: six hours. */
const longestTtl = 21_600;

/** The service as a function, for a server of one's own. */
export function metadataListener(
  instance: DescribedInstance,
  behaviour: MetadataBehaviour = 'proper',
): RequestListener {
  const paths = pathsOf(instance);
  /** When each token ends, in milliseconds of the monotonic clock. */
  const tokens = new Map<string, number>();

  function answer({
    method,
    url = '',
    headers,
  }: IncomingMessage): [status: number, body: string, ttl?: string] {
    if (behaviour === 'disabled') return [403, ''];
    if (url === '/latest/api/token') {
      // A request that came through a proxy gets no token.
      if (headers['x-forwarded-for'] !== undefined) return [403, ''];
      if (method !== 'PUT') return [405, ''];
      const ttl = Number(headers['x-aws-ec2-metadata-token-ttl-seconds']);
      if (!Number.isInteger(ttl) || ttl < 1 || ttl > longestTtl) return [400, ''];
      const token = randomBytes(30).toString('base64');
      tokens.set(token, performance.now() + ttl * 1000);
      return [200, token, String(ttl)];
    }
    const token = headers['x-aws-ec2-metadata-token'];
    const end = typeof token === 'string' ? tokens.get(token) : undefined;
    if (end === undefined || end < performance.now()) return [401, ''];
    const body = paths.get(url);
    return body === undefined ? [404, notFound] : [200, body];
  }

  return (request, response) => {
    request.resume();
    if (behaviour === 'silent') return;
    const [status, body, ttl] = answer(request);
    response.writeHead(status, {
      'content-type': 'text/plain',
      server: 'EC2ws',
      'content-length': Buffer.byteLength(body),
      ...(ttl === undefined ? {} : { 'x-aws-ec2-metadata-token-ttl-seconds': ttl }),
    });
    response.end(body);
  };
}

const notFound =
  '<?xml version="1.0" encoding="iso-8859-1"?><html><body><h1>404 - Not Found</h1></body></html>';

/** Every path and its text. A path that is a folder lists what is in it, a name on each line. */
function pathsOf({ account, region, interfaces, role }: DescribedInstance): Map<string, string> {
  const data = '/latest/meta-data';
  const macs = `${data}/network/interfaces/macs`;
  const paths = new Map<string, string>([
    [`${data}/placement/region`, region],
    [`${data}/placement/availability-zone`, `${region}a`],
    [`${data}/services/domain`, 'amazonaws.com'],
    [`${data}/services/partition`, 'aws'],
    [`${data}/mac`, interfaces[0]?.mac ?? ''],
    [`${macs}/`, interfaces.map(({ mac }) => `${mac}/`).join('\n')],
    [
      '/latest/dynamic/instance-identity/document',
      JSON.stringify({ accountId: account, region, instanceId: 'i-0123456789abcdef0' }, null, 2),
    ],
  ]);
  for (const each of interfaces) {
    const of: [name: string, lines: readonly string[]][] = [
      ['interface-id', [each.interfaceId]],
      ['vpc-id', [each.vpcId]],
      ['subnet-id', [each.subnetId]],
      ['security-group-ids', each.groups],
      ['owner-id', [account]],
      ['local-ipv4s', each.ipv4],
      ['ipv6s', each.ipv6],
      ['vpc-ipv4-cidr-blocks', each.vpcCidrs.filter((cidr) => !cidr.includes(':'))],
      ['vpc-ipv6-cidr-blocks', each.vpcCidrs.filter((cidr) => cidr.includes(':'))],
    ];
    // A path of an interface that has no such thing, such as IPv6 addresses, does not exist.
    for (const [name, lines] of of)
      if (lines.length > 0) paths.set(`${macs}/${each.mac}/${name}`, lines.join('\n'));
  }
  if (role !== null) {
    const keys = {
      Code: 'Success',
      Type: 'AWS-HMAC',
      AccessKeyId: role.accessKeyId,
      SecretAccessKey: role.secretAccessKey,
      Token: role.token,
      Expiration: '2099-01-01T00:00:00Z',
    };
    const folder = `${data}/iam/security-credentials`;
    paths.set(`${folder}/`, role.name).set(`${folder}/${role.name}`, JSON.stringify(keys));
  }
  return paths;
}

/** Starts the service. `port` 0: one that the kernel chooses. */
export async function startMetadata(
  instance: DescribedInstance,
  { host = '127.0.0.1', port = 0, behaviour = 'proper' as MetadataBehaviour } = {},
): Promise<{ host: string; port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer(metadataListener(instance, behaviour)).listen(port, host);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  });
  await once(server, 'listening');
  return {
    host,
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
