import {
  configuration,
  endpointIngress,
  everything,
  groupRule,
  healthyEc2,
  ids,
  secondSubnetAcl,
} from '../configuration/vpc.js';
import { addresses } from '../facts.js';
import { routesOf, topology } from '../topology.js';
import { type Fault, fault, pathFault } from './fault.js';

const prohibited = 'reject with icmpx type admin-prohibited';

function forward(rule: string): string {
  return `chain forward { type filter hook forward priority 0; ${rule}; }`;
}

/** The endpoint's second address as a prefix. A route to it precedes the route to its subnet, because it is more specific. */
const toEniB = [`${addresses.eniB.ipv4}/32`, `${addresses.eniB.ipv6}/128`];

const dropInput = 'chain input { type filter hook input priority 0; tcp dport 443 drop; }';

/** An entry of an ACL that denies what comes in for TCP 443. */
const tcp443 = {
  Egress: false,
  Protocol: '6',
  RuleAction: 'deny',
  PortRange: { From: 443, To: 443 },
};

/** The client's group has outbound rules for one port only. */
function clientAllowsOnly(port: number) {
  const { group, egress, egress6 } = ids.client;
  const [, , ingress] = healthyEc2.SecurityGroupRules;
  return configuration({
    SecurityGroupRules: [
      groupRule(egress, group, true, port, { CidrIpv4: '0.0.0.0/0' }),
      groupRule(egress6, group, true, port, { CidrIpv6: '::/0' }),
      ...(ingress === undefined ? [] : [ingress]),
    ],
  });
}

/** Faults in which the name is right and packets do not arrive. */
export const networkFaults: Fault[] = [
  fault(
    'security-group',
    "The endpoint's security group has no inbound rule for TCP 443 from the client.",
    'tcp.timeout-all',
    11,
    { filters: { 'eni-a': dropInput, 'eni-b': dropInput }, configuration: endpointIngress(null) },
  ),
  fault(
    'egress',
    "The client's security group has no outbound rule for TCP 443 to the endpoint.",
    'tcp.timeout-all',
    11,
    {
      filters: { vpc: forward('iifname "to-client" oifname { "to-eni-a", "to-eni-b" } tcp dport 443 drop') },
      configuration: clientAllowsOnly(80),
    },
  ),
  fault(
    'network-acl',
    "The network ACL of the endpoint's second subnet drops TCP 443; the first subnet's lets it in.",
    'tcp.timeout-some',
    11,
    {
      filters: { vpc: forward('oifname "to-eni-b" tcp dport 443 drop') },
      configuration: secondSubnetAcl(
        { ...tcp443, RuleNumber: 90, CidrBlock: '0.0.0.0/0' },
        { ...tcp443, RuleNumber: 91, Ipv6CidrBlock: '::/0' },
        ...everything(false),
        ...everything(true),
      ),
    },
  ),
  fault(
    'network-acl-return',
    "The network ACL of the endpoint's second subnet has no outbound rule for the ports that answers go to.",
    'tcp.timeout-some',
    11,
    {
      filters: { vpc: forward('iifname "to-eni-b" tcp sport 443 drop') },
      configuration: secondSubnetAcl(...everything(false)),
    },
  ),
  fault('nothing-out', "The client's security group lets nothing out but DNS.", 'tcp.timeout-all', 11, {
    filters: { vpc: forward('iifname "to-client" tcp dport != 53 drop') },
    configuration: clientAllowsOnly(53),
  }),
  fault(
    'route-unreachable',
    "The router has an unreachable route to the endpoint's second subnet and says so (ICMP host unreachable).",
    'route.icmp-unreachable',
    14,
    { vpcRoutes: toEniB.map((prefix) => `unreachable ${prefix}`) },
  ),
  fault(
    'route-loop',
    "The routes to the endpoint's second subnet point at each other: packets circle until their TTL is used up.",
    'route.loop',
    11,
    {
      vpcRoutes: toEniB.map(
        (prefix) => `${prefix} via ${prefix.includes(':') ? addresses.r1.ipv6 : addresses.r1.ipv4}`,
      ),
    },
  ),
  fault(
    'route-blackhole',
    "A peering that was deleted left a blackhole route to the endpoint's second subnet.",
    'tcp.timeout-some',
    11,
    { vpcRoutes: toEniB.map((prefix) => `blackhole ${prefix}`) },
  ),
  fault('client-firewall', "The client's own firewall drops what leaves for TCP 443.", 'local.firewall', 3, {
    filters: { client: 'chain output { type filter hook output priority 0; tcp dport 443 drop; }' },
  }),
  fault(
    'client-prohibit',
    "A route of type prohibit on the client forbids the endpoint's subnets.",
    'route.local',
    14,
    {
      clientRoutes: [
        ...routesOf(topology, 'client'),
        ...['10.0.2.0/23', 'fd10:0:0:2::/63'].map((prefix) => `prohibit ${prefix}`),
      ],
    },
  ),
  fault('endpoint-refuses', 'Nothing listens on TCP 443 at the addresses of the name.', 'tcp.refused', 13, {
    endpoint: { listening: false },
  }),
  fault(
    'firewall-prohibits',
    'A firewall between client and endpoint rejects TCP 443 with ICMP administratively prohibited.',
    'policy.icmp-prohibited',
    12,
    { filters: { vpc: forward(`oifname { "to-eni-a", "to-eni-b" } tcp dport 443 ${prohibited}`) } },
  ),
  fault(
    'no-route',
    "The client lost its default route: it reaches its resolver, and not the endpoint's subnets.",
    'route.local',
    14,
    {
      clientRoutes: [
        `${addresses.resolver.ipv4}/32 via ${addresses.gateway.ipv4}`,
        `${addresses.resolver.ipv6}/128 via ${addresses.gateway.ipv6}`,
      ],
    },
  ),
];

/** Faults on the path to `public`, for traces. */
export const pathFaults: Fault[] = [
  pathFault('path-drop', 'The last router before the public server drops TCP 443 silently.', 'filtered', 11, {
    filters: { r3: forward('tcp dport 443 drop') },
  }),
  pathFault(
    'path-prohibits',
    'The second router rejects TCP 443 with ICMP administratively prohibited.',
    'prohibited',
    12,
    { filters: { r2: forward(`tcp dport 443 ${prohibited}`) } },
  ),
];
