/**
 * All names, numbers and addresses of the lab. The identifiers have the forms of AWS, and do not exist there.
 */

export const region = 'us-east-1';
export const apiId = 'abc123defg';
export const vpceId = 'vpce-0a1b2c3d4e5f60718';
export const vpcId = 'vpc-0f1e2d3c4b5a69788';
export const accountId = '123456789012';
export const stage = 'prod';
/** The random part of an endpoint's own names. */
const endpointSuffix = 'rsnonbkv';

export interface AddressPair {
  ipv4: string;
  ipv6: string;
}

const service = `execute-api.${region}.amazonaws.com`;
const endpoint = `${vpceId}-${endpointSuffix}`;
const endpointService = `execute-api.${region}.vpce.amazonaws.com`;

export const names = {
  /** The API's invoke name. It has private addresses only if the endpoint's private DNS is on. */
  api: `${apiId}.${service}`,
  /** API and endpoint in one name. It has private addresses in every network, and needs no header. */
  alias: `${apiId}-${vpceId}.${service}`,
  service,
  /** The endpoint's own names: regional, then one for each zone. */
  vpce: `${endpoint}.${endpointService}`,
  zoneA: `${endpoint}-${region}a.${endpointService}`,
  zoneB: `${endpoint}-${region}b.${endpointService}`,
  /** An ordinary web server on the far side of the routers. */
  public: 'www.example.com',
  /** Has TXT records of about 3000 bytes, more than a reply over UDP may have. */
  large: 'large.example.com',
  /** Under `.test` (RFC 6761), so it does not exist. */
  missing: 'missing.test',
};

/** Where the servers of AWS's management APIs and the client's metadata service are, while they run. */
export const awsAddress = '10.0.0.4';
export const metadataAddress = '169.254.169.254';

export const addresses = {
  client: { ipv4: '10.0.1.10', ipv6: 'fd10:0:0:1::10' },
  /** The VPC's router on the client's subnet. */
  gateway: { ipv4: '10.0.1.1', ipv6: 'fd10:0:0:1::1' },
  /** The VPC resolver: base of the VPC's range plus two. */
  resolver: { ipv4: '10.0.0.2', ipv6: 'fd10::2' },
  eniA: { ipv4: '10.0.2.20', ipv6: 'fd10:0:0:2::20' },
  eniB: { ipv4: '10.0.3.30', ipv6: 'fd10:0:0:3::30' },
  /** The address of each router towards the client, which its time-exceeded messages come from. */
  r1: { ipv4: '100.64.1.2', ipv6: 'fd64:0:0:1::2' },
  r2: { ipv4: '100.64.2.2', ipv6: 'fd64:0:0:2::2' },
  r3: { ipv4: '100.64.3.2', ipv6: 'fd64:0:0:3::2' },
  public: { ipv4: '203.0.113.10', ipv6: '2001:db8:113::10' },
  onprem: { ipv4: '192.168.53.53', ipv6: 'fd53::53' },
} satisfies Record<string, AddressPair>;

/** The private API's invoke URL. */
export const url = `https://${names.api}/${stage}`;
