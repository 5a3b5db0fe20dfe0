import { healthyConfiguration, type LabConfiguration } from './configuration/vpc.js';
import type { CannedAnswer } from './endpoint/canned.js';
import type { Api, GatewayConfig } from './endpoint/gateway.js';
import type { Policy } from './endpoint/policy.js';
import type { TlsBehaviour } from './endpoint/tls-behaviour.js';
import { accountId, addresses, apiId, region, stage, vpceId, vpcId } from './facts.js';
import type { ResolverConfig } from './resolver/zone.js';
import { type NamespaceName, routesOf, topology } from './topology.js';
import { privateZone, publicZone } from './zones.js';

/**
 * Everything about the lab that a fault can change, as data. The agent changes from one state to another by applying the
 * differences, so healing is a change to `healthy` from any state.
 */
export interface LabState {
  /** The nameservers in the client's resolv.conf. */
  nameservers: string[];
  /** The client's routes beyond its own subnet, in the syntax of `ip route add`. */
  clientRoutes: string[];
  /** Further routes of the VPC's router, in the syntax of `ip route add`. */
  vpcRoutes: string[];
  /** Further lines of the client's hosts file. */
  hosts: string[];
  /** Devices whose MTU is not that of Ethernet. */
  mtus: DeviceMtu[];
  /** nftables chains by namespace: the inside of one `table inet lab { … }`. */
  filters: Partial<Record<NamespaceName, string>>;
  /** The resolver inside the VPC; the one on premises never changes. */
  resolver: ResolverConfig;
  /** The endpoint behind both of its interfaces. */
  endpoint: EndpointState;
  /** What AWS says of the VPC and the API. No packet meets it; `configuration/packets.ts` makes the rest of a state of it. */
  configuration: LabConfiguration;
}

export interface DeviceMtu {
  namespace: NamespaceName;
  device: string;
  mtu: number;
}

export interface EndpointState {
  listening: boolean;
  certificate: CertificateKind;
  tls: TlsBehaviour;
  /** The answer to every request in place of the gateway's answer, or null. */
  canned: CannedAnswer | null;
  gateway: GatewayConfig;
}

/**
 * `valid`: the service's names, signed by the lab's authority. `large`: the same with so many names that it takes several packets,
 * as real certificates do. The others differ from `valid` in what their name says.
 */
export type CertificateKind = 'valid' | 'large' | 'other-name' | 'untrusted' | 'expired';

const allowEverything: Policy = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
};

/** The form that AWS recommends: allow everything, and deny requests that do not come through this endpoint. */
export function onlyThroughEndpoint(allowed: string): Policy {
  const invoke = { Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' } as const;
  return {
    Version: '2012-10-17',
    Statement: [
      { ...invoke, Effect: 'Allow' },
      { ...invoke, Effect: 'Deny', Condition: { StringNotEquals: { 'aws:SourceVpce': allowed } } },
    ],
  };
}

export const healthyApi: Api = {
  resourcePolicy: onlyThroughEndpoint(vpceId),
  vpceIds: [vpceId],
  stages: {
    [stage]: {
      'GET /': { service: 'orders', stage },
      'GET /health': { status: 'ok' },
    },
  },
};

export const healthyGateway: GatewayConfig = {
  region,
  accountId,
  vpcId,
  vpceId,
  endpointPolicy: allowEverything,
  apis: { [apiId]: healthyApi },
  oldWording: false,
};

export const healthy: LabState = {
  nameservers: [addresses.resolver.ipv4],
  clientRoutes: routesOf(topology, 'client'),
  vpcRoutes: [],
  hosts: [],
  mtus: [],
  filters: {},
  resolver: {
    addresses: [addresses.resolver.ipv4, addresses.resolver.ipv6],
    behaviour: 'zone',
    zone: privateZone,
  },
  endpoint: { listening: true, certificate: 'valid', tls: 'proper', canned: null, gateway: healthyGateway },
  configuration: healthyConfiguration,
};

/** The on-premises resolver, which does not forward the API's name to the VPC. */
export const onpremResolver: ResolverConfig = {
  addresses: [addresses.onprem.ipv4, addresses.onprem.ipv6],
  behaviour: 'zone',
  zone: publicZone,
};

/** The public front end, which serves no private API. */
export const publicFrontEnd: EndpointState = {
  listening: true,
  certificate: 'valid',
  tls: 'proper',
  canned: null,
  gateway: { ...healthyGateway, vpceId: null, apis: {} },
};
