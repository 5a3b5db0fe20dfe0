import { list } from '../../core/text.js';
import type { DnsDocument } from '../../documents/dns.js';
import { endpointAnswer, resolverOf, serversOf } from '../../documents/observed/dns.js';
import type { Evidence } from '../../documents/report.js';
import type { PrivateApi, Target } from '../../documents/target.js';
import { familyOf } from '../../net/address/address.js';
import { scopeOf } from '../../net/address/scope.js';
import { byAlias, byEndpointName } from '../../target/private-api/invoke-url.js';
import { suffixOf } from '../../target/private-api/partitions.js';
import type { Advice, Argv } from './advice.js';
import { pprobeAgain } from './again.js';
import { DOCS } from './docs.js';
import { API_ID, callBy, nameEndpoint, regionOption, VPCE_ID } from './gateway.js';
import { routeGet } from './local.js';

/** Remedies for names: private DNS, hosted zones, resolvers, the hosts file. */

/** The resolver that every VPC has at this address. */
const VPC_RESOLVER = '169.254.169.253';

/** What to do where the name of a private API does not resolve to its endpoint, by the form of the name. */
export function privateNameRemedies(evidence: Evidence, api: PrivateApi): Advice[] {
  const { target } = evidence;
  switch (api.form) {
    case 'vpce':
    case 'zonal':
      return [
        findEndpoint(api, 'Check that the endpoint exists and is available, and compare its DNS names'),
        askVpcResolver(target),
      ];
    case 'alias':
      return [associate(api), ...byOtherName(evidence)];
    case 'custom':
      return [
        {
          text: `Associate the private hosted zone that holds ${target.host} with this VPC, and make its record an alias of the DNS name of the VPC endpoint`,
          docs: DOCS.vpcDns,
        },
        {
          text: `If ${target.host} is a private custom domain name of API Gateway, it needs a domain name access association with ${api.vpceId ?? 'the VPC endpoint'}; if another account owns it, accept its share within 12 hours`,
          docs: DOCS.customDomains,
        },
        askVpcResolver(target),
      ];
    default:
      return [...byOtherName(evidence), enablePrivateDns(api), askVpcResolver(target), forwardZone(api)];
  }
}

/** The names that resolve from everywhere, where enough is known to write them down. */
function byOtherName(evidence: Evidence): Advice[] {
  const own = byEndpointName(evidence.target);
  const alias = byAlias(evidence.target);
  const resolves = (endpointAnswer(evidence)?.doc.addresses.length ?? 0) > 0;
  if (own !== null) {
    return [
      callBy(
        own,
        `Call the endpoint by its own name${resolves ? ', which resolves here' : ''}, and name the API in the Host header`,
      ),
    ];
  }
  if (alias !== null && evidence.target.privateApi?.form !== 'alias') {
    return [callBy(alias, 'Call the API by the name that has both ids; it does not need private DNS')];
  }
  return [];
}

function enablePrivateDns(api: PrivateApi): Advice {
  if (api.vpceId === null) {
    const text = `Look for an interface endpoint of com.amazonaws.${api.region ?? 'REGION'}.execute-api in this VPC that is available and has private DNS enabled; create it or enable private DNS, and set enableDnsSupport and enableDnsHostnames on the VPC`;
    return { ...findEndpoint(api, text), opens: 'private-dns' };
  }
  return {
    opens: 'private-dns',
    text: `Enable private DNS on ${api.vpceId}; the VPC also needs enableDnsSupport and enableDnsHostnames`,
    command: [
      ...['aws', 'ec2', 'modify-vpc-endpoint', '--vpc-endpoint-id', api.vpceId, '--private-dns-enabled'],
      ...regionOption(api.region),
    ],
    docs: DOCS.vpcConnections,
  };
}

function findEndpoint(api: PrivateApi, text: string): Advice {
  const which =
    api.vpceId === null
      ? ['--filters', 'Name=service-name,Values=*.execute-api']
      : ['--vpc-endpoint-ids', api.vpceId];
  return {
    text,
    command: [
      ...['aws', 'ec2', 'describe-vpc-endpoints', ...which, ...regionOption(api.region), '--query'],
      'VpcEndpoints[].[VpcEndpointId,VpcId,State,PrivateDnsEnabled,DnsEntries[].DnsName]',
    ],
    docs: DOCS.vpcConnections,
  };
}

function associate(api: PrivateApi): Advice {
  return {
    opens: 'alias',
    text: `Associate ${api.vpceId ?? 'the endpoint'} with the API, deploy the API, and wait some minutes for the name to appear`,
    command: [
      ...['aws', 'apigateway', 'update-rest-api', '--rest-api-id', api.apiId ?? API_ID],
      ...[...regionOption(api.region), '--patch-operations'],
      `op=add,path=/endpointConfiguration/vpcEndpointIds,value=${api.vpceId ?? VPCE_ID}`,
    ],
    docs: DOCS.privateApiCreate,
  };
}

/** The command that asks the VPC's own resolver for the target's name. */
export function vpcResolverAgain(target: Target): Argv {
  return pprobeAgain(target, { command: 'dns', name: target.host, server: VPC_RESOLVER });
}

function askVpcResolver(target: Target): Advice {
  return {
    text: "Ask the VPC's own resolver: if its answer is right, make this host use it (DHCP options set, resolv.conf)",
    command: vpcResolverAgain(target),
    docs: DOCS.vpcDns,
  };
}

function forwardZone(api: PrivateApi): Advice {
  const suffix = api.region === null ? null : suffixOf(api.region);
  const zone = suffix === null ? 'the execute-api zone' : `execute-api.${api.region}.${suffix}`;
  return {
    text: `If this host is outside the VPC, forward ${zone} to a Route 53 Resolver inbound endpoint in the VPC`,
    docs: DOCS.inboundResolver,
  };
}

export function correctRecord(host: string): Advice {
  return {
    text: `Correct the record or private hosted zone through which ${host} resolves to another endpoint, or disable private DNS on that endpoint`,
    docs: DOCS.vpcConnections,
  };
}

const ADVICE = {
  forwarding: (servers: string) =>
    `Check ${servers}: the server to which it forwards this zone is down, or DNSSEC validation fails`,
  dnssec: (servers: string) =>
    `Correct the DNSSEC records of the zone (DS at the parent, signatures, their dates), which ${servers} cannot validate; for a private zone below a signed one, set a negative trust anchor or switch validation off for it on ${servers}`,
  authority: (servers: string) =>
    `Check ${servers}: it says that it gets no answer from the servers of the zone, or from those to which it forwards it; look at its forwarding rules and at the way from it to them, UDP and TCP 53`,
  upstream: (servers: string) =>
    `Check ${servers}: it runs, and gets no answer for this zone; look at its forwarding rules, and at the way from it to the servers of the zone, UDP and TCP 53`,
  allowed: (servers: string) =>
    `Let ${servers} answer queries from this host (allow-query, allow-recursion), or use the resolver intended for it`,
  speaking: (servers: string) =>
    `Check ${servers}: a forwarder or firewall that does not understand the query (EDNS, AAAA) replies like this; use another resolver meanwhile`,
  'port-53': (servers: string) =>
    `Check that the DNS service on ${servers} runs, and that UDP and TCP 53 pass in both directions (security group, network ACL, firewall)`,
  tcp: (servers: string) =>
    `Ask ${servers} over TCP; if that works, something on the path damages or forges UDP replies`,
  source: (servers: string) =>
    `Make ${servers} answer from the address that is asked: bind the DNS service to each address of its host, and let no NAT or load balancer on the way change the source of replies alone`,
  'tcp-53': (servers: string) =>
    `Open TCP port 53 to ${servers} beside UDP, in both directions (security group, network ACL, firewall); answers that do not fit into a datagram need it (RFC 7766)`,
  'over-tcp': (servers: string) =>
    `Make ${servers} answer over TCP, which answers that do not fit into a datagram need (RFC 7766): it accepts the connection, so the DNS service or what forwards its connections is at fault`,
  recursion: (servers: string) =>
    `Let ${servers} resolve other names for this host (allow-recursion, a forwarder), or name a recursive resolver in resolv.conf; this one serves its own zones only`,
  listening: (servers: string) =>
    `Start the DNS service on ${servers}, or remove the address from the resolver configuration of this host`,
} as const;

export type ResolverAdvice = keyof typeof ADVICE;

/** What to do about a resolver that does not answer as it should, with the query that shows when it does. */
export function checkResolver(target: Target, doc: DnsDocument, advice: ResolverAdvice): Advice {
  const servers = serversOf(doc);
  const [server] = servers;
  return {
    text: ADVICE[advice](servers.length === 0 ? 'the resolver' : list(servers)),
    command: pprobeAgain(target, {
      command: 'dns',
      name: target.host,
      ...(server === undefined ? {} : { server }),
      options: advice === 'tcp' || advice === 'tcp-53' || advice === 'over-tcp' ? ['--tcp'] : [],
    }),
    docs: DOCS.vpcDns,
  };
}

/** Packets do not get to the resolvers: there is no route, or nobody on the last link answers for the address. */
export function reachResolvers(target: Target, doc: DnsDocument, where: 'route' | 'link'): Advice[] {
  const [server = ''] = serversOf(doc);
  const [address = ''] = server.split('#', 1);
  const isAddress = familyOf(address) !== null;
  const look: Advice =
    where === 'route'
      ? {
          text: `Look up how this host routes ${server}, and add the missing route or default gateway, or configure a resolver that this host reaches`,
          ...(isAddress ? { command: routeGet(address) } : {}),
        }
      : {
          text: `Nobody answers for ${server}: look whether this host finds it, or its gateway, on the link, and whether the host of the resolver runs`,
          command: ['ip', 'neigh'],
        };
  return [look, checkAgain(target, server)];
}

function checkAgain(target: Target, server: string): Advice {
  const again = pprobeAgain(target, {
    command: 'dns',
    name: target.host,
    ...(server === '' ? {} : { server }),
  });
  return { text: 'Ask it again', command: again, docs: DOCS.vpcDns };
}

/** Names that only some place knows, by their end; the resolvers of a VPC do not have them. */
function specialName(host: string): Advice | null {
  if (!host.includes('.'))
    return {
      text: `${host} has no dot, so it is looked up under the search list of resolv.conf: write the whole name, or add its domain to the list. The names of containers are known to containers of the same network of Docker alone, and not in its default network`,
      command: ['grep', '-E', '^(search|domain|options)', '/etc/resolv.conf'],
    };
  if (/^(?:host|gateway)\.docker\.internal$/.test(host))
    return {
      text: `Docker Desktop alone has ${host} by itself: start the container with --add-host=${host}:host-gateway, or use the address of the bridge`,
    };
  if (/\.svc(?:\.cluster\.local)?$|\.cluster\.local$/.test(host))
    return {
      text: `Only the DNS service of a Kubernetes cluster has ${host}: ask from a pod, check that the service exists, or reach it through a load balancer or kubectl port-forward`,
      command: ['kubectl', 'get', 'services', '--all-namespaces'],
    };
  if (host.endsWith('.consul'))
    return {
      text: `Consul agents alone have ${host}, on port 8600: forward the zone consul to one, and check that the service has a passing instance`,
      command: ['dig', '@127.0.0.1', '-p', '8600', host],
    };
  if (host.endsWith('.ts.net'))
    return {
      text: `Only the resolver of Tailscale (100.100.100.100) has ${host}: let this host use it (tailscale set --accept-dns=true), and check that MagicDNS is on`,
      command: ['tailscale', 'dns', 'status'],
    };
  if (host.endsWith('.local'))
    return {
      text: `Names in .local are those of multicast DNS (RFC 6762), which ordinary resolvers do not have: use another name, or avahi or systemd-resolved on this link`,
    };
  return /^ip-[0-9-]+\.(?:ec2|[a-z0-9-]+\.compute)\.internal$/.test(host)
    ? {
        text: `Only the resolver of the VPC in which ${host} is has the name: use its address, or let the resolver of this host forward the zone to that VPC`,
      }
    : null;
}

/** For a name that does not exist and is not known to be a private API's. */
export function checkSpelling(target: Target, doc: DnsDocument): Advice[] {
  const servers = serversOf(doc);
  const special = specialName(target.host.toLowerCase().replace(/\.$/, ''));
  return [
    ...(special === null ? [] : [special]),
    { text: `Check the spelling of ${target.host}` },
    {
      text: `If the name is in a private hosted zone, associate the zone with this VPC, or use a resolver that knows it; ${list(servers)} ${servers.length > 1 ? 'do' : 'does'} not`,
      command: vpcResolverAgain(target),
      docs: DOCS.vpcDns,
    },
  ];
}

/** A resolver that removes private addresses from answers makes a name that exists and has no address. */
export function exemptFromRebinding(host: string, doc: DnsDocument): Advice {
  const zone = host.split('.').slice(1).join('.') || host;
  return {
    text: `If ${resolverOf(doc)} removes private addresses from answers (DNS rebinding protection), exempt ${zone} there`,
  };
}

/** Another resolver has the answer that works, or is likely to. */
export function useResolver(target: Target, server: string): Advice {
  return {
    text: `Make this host use ${server} (DHCP options set, resolv.conf), or make its resolver forward the zone to ${server}`,
    command: pprobeAgain(target, { command: 'dns', name: target.host, server }),
    docs: DOCS.vpcDns,
  };
}

/**
 * Resolvers do not forward names of one label: that of systemd replies SERVFAIL for them, unless ResolveUnicastSingleLabel is on
 * (resolved.conf(5)).
 */
export function oneLabel({ host }: Target): Advice[] {
  if (host.replace(/\.$/, '').includes('.')) return [];
  return [
    {
      text: `${host} has one label, and no name of the search list was found: give the full name, or add its domain to the search list of resolv.conf. systemd-resolved answers SERVFAIL for names of one label and does not forward them`,
    },
  ];
}

/** Nameservers that are asked in turn must give the same answers. */
export function stopRotating(target: Target, good: string | null, bad: string | null): Advice {
  return {
    text: `Remove rotate from the options of resolv.conf, so that the first nameserver decides, and name no nameserver there that does not know ${target.host}${good === null || bad === null ? '' : `: ${good} does and ${bad} does not`}`,
    command: pprobeAgain(target, { command: 'dns', name: target.host, server: bad ?? good ?? 'SERVER' }),
  };
}

export function tryAddress(target: Target, address: string, server: string): Advice {
  return {
    text: `Try the other addresses; if they work, make this host use ${server}, or correct the record at the first resolver`,
    command: pprobeAgain(target, { command: 'tcp', address }),
    docs: DOCS.vpcDns,
  };
}

/** The name leads to addresses that cannot be those of a service. */
export function giveOneHost(target: Target, addresses: readonly string[]): Advice[] {
  return [
    {
      text: `Correct the record of ${target.host}, or its line in the hosts file, which gives ${list(addresses, 4)}: it must give the address of one host`,
      command: pprobeAgain(target, { command: 'dns', name: target.host, options: ['--system'] }),
    },
  ];
}

/**
 * Whether a line of the hosts file can be there to lead to the endpoint of a private API: its addresses are private, and those that
 * DNS has are the public front end, which cannot be right.
 */
export function isPinned({ privateApi }: Target, ours: readonly string[], inDns: readonly string[]): boolean {
  return privateApi !== null && !ours.some(isOutside) && inDns.every(isOutside);
}

/** Whether an address is outside the private blocks of a VPC. */
export function isOutside(address: string): boolean {
  return familyOf(address) !== null && !['private', 'unique-local'].includes(scopeOf(address));
}

/** What to do about a line of the hosts file that has other addresses than DNS. */
export function repairHostsLine(
  target: Target,
  ours: readonly string[],
  inDns: readonly string[],
  path: string | null,
): Advice[] {
  const remove = removeHostsLine(target.host, path);
  const [first] = ours;
  if (first === undefined || !isPinned(target, ours, inDns)) return [remove];
  return [
    nameEndpoint(target.privateApi, first),
    {
      ...remove,
      text: `If the endpoint has other addresses now, correct the line for ${target.host} in the hosts file; without it DNS decides, which does not lead to an endpoint`,
    },
  ];
}

export function removeHostsLine(host: string, path: string | null): Advice {
  return {
    text: `Remove the line for ${host} from the hosts file, or correct it`,
    command: ['grep', '-n', host, path ?? '/etc/hosts'],
  };
}

export function findNameSource(host: string): Advice {
  return {
    text: 'Find out where the addresses come from: the hosts line of nsswitch.conf lists what is asked before DNS, and a cache (nscd, sssd, systemd-resolved) can be out of date',
    command: ['getent', '-s', 'dns', 'ahosts', host],
  };
}
