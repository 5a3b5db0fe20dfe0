import { setMaxListeners } from 'node:events';
import { request } from 'node:http';
import { anyOf } from '../core/deadline.js';
import { canonicalAddress, familyOf } from '../net/address/address.js';
import { isEc2Instance } from './ec2.js';
import type { Ec2Identity } from './vantage.js';

/**
 * The metadata service of EC2 (IMDSv2): which network interface, VPC, subnet, security groups, Region and account an instance
 * has. It needs no credentials. It is at a link-local address, so that a container behind a bridge may get no answer: the hop
 * limit of the answer is 1 by default.
 */

/** Gets one path of the service; null where it has none, or does not answer. */
export type MetadataGet = (path: string) => Promise<string | null>;

/** How long all requests together may take, as long as the SDKs of AWS wait for one. */
export const metadataLimitMs = 1000;

/** The address of the service over IPv4. */
export const metadataAddress = '169.254.169.254';

const service = { host: metadataAddress, port: 80 };

/**
 * What the metadata service says of each of this host's network interfaces, within a second. Empty on other hosts, which are
 * told by their firmware and asked nothing, where the service is switched off, and where it does not answer. Never throws.
 */
export async function readEc2Interfaces(
  stop?: AbortSignal,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Ec2Identity[]> {
  if (environment.AWS_EC2_METADATA_DISABLED?.toLowerCase() === 'true') return [];
  if (!(await isEc2Instance())) return [];
  const limit = AbortSignal.timeout(metadataLimitMs);
  const signal = anyOf(limit, stop);
  const get = await openMetadata(service, signal);
  return get === null ? [] : identitiesFrom(get);
}

/** A function that gets paths with a session token; null where none is given out. */
export async function openMetadata(
  place: { host: string; port: number },
  signal: AbortSignal,
): Promise<MetadataGet | null> {
  // One listener for each request, and a host with many interfaces makes many.
  setMaxListeners(0, signal);
  const token = await ask(place, signal, '/latest/api/token', 'PUT', {
    'x-aws-ec2-metadata-token-ttl-seconds': '60',
  });
  if (token === null) return null;
  return (path) => ask(place, signal, path, 'GET', { 'x-aws-ec2-metadata-token': token });
}

/** The longest answer that is read: an identity document has 500 octets. */
const longest = 65_536;

function ask(
  { host, port }: { host: string; port: number },
  signal: AbortSignal,
  path: string,
  method: 'GET' | 'PUT',
  headers: Record<string, string>,
): Promise<string | null> {
  return new Promise((resolve) => {
    const asked = request({ host, port, path, method, headers, signal, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      let octets = 0;
      response.on('data', (chunk: Buffer) => {
        octets += chunk.length;
        if (octets > longest) asked.destroy();
        else chunks.push(chunk);
      });
      response.on('error', () => resolve(null));
      response.on('close', () => resolve(null));
      response.on('end', () =>
        resolve(response.statusCode === 200 ? Buffer.concat(chunks).toString('utf8').trim() : null),
      );
    });
    asked.on('error', () => resolve(null));
    asked.on('close', () => resolve(null));
    asked.end();
  });
}

/** The identities of all interfaces that the service lists. What it does not say is null. */
export async function identitiesFrom(get: MetadataGet): Promise<Ec2Identity[]> {
  const base = '/latest/meta-data';
  const [macs, region, document] = await Promise.all([
    get(`${base}/network/interfaces/macs/`),
    get(`${base}/placement/region`),
    get('/latest/dynamic/instance-identity/document'),
  ]);
  const identity = membersIn(document);
  const names = lines(macs).map((each) => each.replace(/\/$/, ''));
  return Promise.all(
    names.slice(0, 16).map(async (mac): Promise<Ec2Identity> => {
      const of = (name: string): Promise<string | null> =>
        get(`${base}/network/interfaces/macs/${mac}/${name}`);
      const [interfaceId, vpcId, subnetId, groups, owner, local4, local6, blocks4, blocks6] =
        await Promise.all(
          [
            ...['interface-id', 'vpc-id', 'subnet-id', 'security-group-ids', 'owner-id'],
            ...['local-ipv4s', 'ipv6s', 'vpc-ipv4-cidr-blocks', 'vpc-ipv6-cidr-blocks'],
          ].map(of),
        );
      return {
        interfaceId: word(interfaceId),
        vpcId: word(vpcId),
        subnetId: word(subnetId),
        groups: lines(groups).slice(0, 100),
        addresses: [...lines(local4), ...lines(local6)]
          .filter((each) => familyOf(each) !== null)
          .map(canonicalAddress)
          .slice(0, 1000),
        vpcCidrs: [...lines(blocks4), ...lines(blocks6)].slice(0, 100),
        region: word(region) ?? word(identity.region),
        account: word(owner) ?? word(identity.accountId),
      };
    }),
  );
}

/** The interface that has one of these addresses, which packets had as their source; null where none has. */
export function interfaceOf(
  identities: readonly Ec2Identity[],
  sources: readonly string[],
): Ec2Identity | null {
  const used = identities.find(({ addresses }) => sources.some((each) => addresses.includes(each)));
  return used ?? null;
}

function lines(text: string | null | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((line) => /^[\w:./-]{1,255}$/.test(line));
}

function word(value: unknown): string | null {
  return typeof value === 'string' && /^[\w:.-]{1,255}$/.test(value) ? value : null;
}

function membersIn(text: string | null): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text ?? '{}'));
  } catch {
    return {};
  }
}
