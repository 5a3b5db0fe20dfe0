import type { DiagnoseOptions } from '../../src/pipeline/diagnose.js';
import { addresses, apiId, names, region, stage, url, vpceId } from '../lab/facts.js';

/** One misconfiguration of the catalogue, made in the lab, and what must be said of it. */
export interface CatalogueRow {
  /** Its numbers in the catalogue of misconfigurations; what has none there is a cause of the contract. */
  rows: string;
  what: string;
  /** A fault of the lab; null: it is healthy, and the target is what is wrong. */
  fault: string | null;
  /** Default: the API's URL. */
  target?: string;
  options?: DiagnoseOptions;
  /** Added to the environment. */
  env?: Record<string, string>;
  /** `class cause confidence`. */
  verdict: string;
  /** What the remedies, or the checks of the alternatives, must name. */
  remedy: RegExp | null;
  /** It is over only when a timeout is. */
  waits?: true;
}

const { eniA, eniB, resolver, client } = addresses;
const vpceUrl = `https://${names.vpce}/${stage}`;

/** The ends of a security group's rule: who calls, and what is called. */
function from(...ids: string[]): RegExp {
  return new RegExp(ids.map((id) => `(?=[\\s\\S]*${id.replaceAll('.', '\\.')})`).join(''));
}

const naming: CatalogueRow[] = [
  {
    rows: '1',
    what: 'no endpoint in the VPC: the name does not exist',
    fault: 'nxdomain',
    verdict: 'dns dns.nxdomain certain',
    remedy: from(`com.amazonaws.${region}.execute-api`),
  },
  {
    rows: '1',
    what: 'no endpoint: public addresses, no way out',
    fault: 'no-way-out',
    verdict: 'dns dns.public-answer high',
    remedy: from(`com.amazonaws.${region}.execute-api`),
    waits: true,
  },
  {
    rows: '2 3',
    what: 'private DNS off',
    fault: 'private-dns-off',
    verdict: 'dns dns.public-answer high',
    remedy: from(names.service, apiId),
  },
  {
    rows: '2 3',
    what: 'private DNS off, endpoint named',
    fault: 'private-dns-off',
    options: { vpce: names.vpce },
    verdict: 'dns dns.public-answer high',
    remedy: from(vpceId),
  },
  {
    rows: '5',
    what: 'on-premises resolver without forwarding',
    fault: 'wrong-resolver',
    verdict: 'dns dns.public-answer high',
    remedy: from(names.service, apiId),
  },
  {
    rows: '5 7',
    what: 'not the VPC resolver, which knows better',
    fault: 'wrong-resolver',
    options: { vpcResolver: resolver.ipv4 },
    verdict: 'dns dns.split-view certain',
    remedy: from(resolver.ipv4),
  },
  {
    rows: '6',
    what: 'private answers stripped',
    fault: 'no-data',
    verdict: 'dns dns.no-data certain',
    remedy: from(names.service, names.api),
  },
  {
    rows: '36',
    what: 'alias of an endpoint that is not associated',
    fault: 'nxdomain',
    target: `https://zyx987wvut-${vpceId}.execute-api.${region}.amazonaws.com/${stage}`,
    verdict: 'dns dns.nxdomain certain',
    remedy: from(vpceId),
  },
  {
    rows: '35',
    what: 'custom domain without private zone',
    fault: null,
    target: 'https://orders.corp.example/orders',
    options: { apiId },
    verdict: 'dns dns.nxdomain certain',
    remedy: /orders\.corp\.example/,
  },
  {
    rows: '24',
    what: 'suffix of another partition',
    fault: null,
    target: `https://${names.api}.cn/${stage}`,
    verdict: 'dns url.wrong-suffix certain',
    remedy: from(names.api),
  },
  {
    rows: '20',
    what: 'name of another Region than the endpoint',
    fault: 'nxdomain',
    target: `https://${apiId}.execute-api.eu-west-1.amazonaws.com/${stage}`,
    options: { vpce: names.vpce },
    verdict: 'dns url.wrong-region certain',
    remedy: from(region, 'eu-west-1'),
  },
  {
    rows: '39',
    what: 'hosts file of an endpoint that is gone',
    fault: 'hosts-file',
    verdict: 'dns dns.hosts-override high',
    remedy: /\/etc\/hosts/,
    waits: true,
  },
  {
    rows: 'dns',
    what: 'resolver silent',
    fault: 'resolver-silent',
    verdict: 'dns dns.timeout high',
    remedy: from(resolver.ipv4),
    waits: true,
  },
  {
    rows: 'dns',
    what: 'resolver refuses',
    fault: 'resolver-refuses',
    verdict: 'dns dns.refused certain',
    remedy: from(resolver.ipv4),
  },
  {
    rows: 'dns',
    what: 'resolver fails',
    fault: 'resolver-servfail',
    verdict: 'dns dns.servfail certain',
    remedy: from(names.api),
  },
  {
    rows: 'dns',
    what: 'no resolver at that address',
    fault: 'resolver-closed',
    verdict: 'dns dns.unreachable high',
    remedy: from(resolver.ipv4),
  },
  {
    rows: 'dns',
    what: 'answers mangled',
    fault: 'resolver-malformed',
    verdict: 'dns dns.malformed high',
    remedy: from(resolver.ipv4),
  },
];

const network: CatalogueRow[] = [
  {
    rows: '8',
    what: "client's security group: no egress",
    fault: 'egress',
    verdict: 'timeout tcp.timeout-all high',
    remedy: from(client.ipv4, eniA.ipv4),
    waits: true,
  },
  {
    rows: '9 12',
    what: "endpoint's security group: no ingress",
    fault: 'security-group',
    verdict: 'timeout tcp.timeout-all high',
    remedy: from(client.ipv4, eniA.ipv4),
    waits: true,
  },
  {
    rows: '8',
    what: 'nothing leaves this host but DNS (control)',
    fault: 'nothing-out',
    options: { control: { host: addresses.public.ipv4, port: 443 } },
    verdict: 'timeout tcp.timeout-all high',
    remedy: from(client.ipv4),
    waits: true,
  },
  {
    rows: '10',
    what: 'network ACL of one subnet',
    fault: 'network-acl',
    verdict: 'timeout tcp.timeout-some high',
    remedy: from(eniB.ipv4),
    waits: true,
  },
  {
    rows: '10',
    what: 'network ACL: no way back for answers',
    fault: 'network-acl-return',
    verdict: 'timeout tcp.timeout-some high',
    remedy: from(eniB.ipv4),
    waits: true,
  },
  {
    rows: '11',
    what: 'blackhole route to one subnet',
    fault: 'route-blackhole',
    verdict: 'timeout tcp.timeout-some high',
    remedy: from(eniB.ipv4),
    waits: true,
  },
  {
    rows: '11',
    what: 'no route on this host',
    fault: 'no-route',
    verdict: 'unreachable route.local certain',
    remedy: from(eniA.ipv4),
  },
  {
    rows: '11',
    what: 'router without route',
    fault: 'route-unreachable',
    verdict: 'unreachable route.icmp-unreachable certain',
    remedy: from(eniB.ipv4),
    waits: true,
  },
  {
    rows: '11',
    what: 'routes that circle',
    fault: 'route-loop',
    verdict: 'timeout route.loop high',
    remedy: from(addresses.gateway.ipv4, addresses.r1.ipv4),
    waits: true,
  },
  {
    rows: 'path',
    what: 'firewall rejects (ICMP)',
    fault: 'firewall-prohibits',
    verdict: 'policy policy.icmp-prohibited certain',
    remedy: from(client.ipv4, eniA.ipv4),
    waits: true,
  },
  {
    rows: 'path',
    what: 'nothing listens',
    fault: 'endpoint-refuses',
    verdict: 'refused tcp.refused high',
    remedy: from(eniA.ipv4),
  },
  {
    rows: 'local',
    what: 'own firewall drops',
    fault: 'client-firewall',
    verdict: 'local local.firewall high',
    remedy: /nft list ruleset/,
    waits: true,
  },
  {
    rows: 'local',
    what: 'route of type prohibit',
    fault: 'client-prohibit',
    verdict: 'local local.permission medium',
    remedy: from(eniA.ipv4),
  },
];

const tls: CatalogueRow[] = [
  {
    rows: '25 35',
    what: "another service's certificate",
    fault: 'certificate-name',
    verdict: 'tls tls.name-mismatch certain',
    remedy: from(eniA.ipv4, names.api),
  },
  {
    rows: '26',
    what: 'bare service name',
    fault: null,
    target: `https://${names.service}/${stage}`,
    options: { apiId },
    verdict: 'tls tls.name-mismatch certain',
    remedy: from(names.api),
  },
  {
    rows: '39',
    what: 'inspecting firewall',
    fault: 'certificate-untrusted',
    verdict: 'tls tls.untrusted certain',
    remedy: /--ca-file/,
  },
  {
    rows: 'tls',
    what: 'certificate expired',
    fault: 'certificate-expired',
    verdict: 'tls tls.expired certain',
    remedy: from(eniA.ipv4),
  },
  {
    rows: '27',
    what: 'no TLS version in common',
    fault: 'tls-old',
    verdict: 'tls tls.protocol certain',
    remedy: from(eniA.ipv4),
  },
  {
    rows: 'tls',
    what: 'handshake swallowed',
    fault: 'tls-silent',
    verdict: 'tls tls.silent medium',
    remedy: from(eniA.ipv4),
    waits: true,
  },
  {
    rows: 'tls',
    what: 'MTU black hole',
    fault: 'mtu-black-hole',
    verdict: 'tls tls.silent high',
    remedy: /MTU/,
    waits: true,
  },
  {
    rows: 'tls',
    what: 'handshake closed',
    fault: 'tls-closed',
    verdict: 'tls tls.closed medium',
    remedy: from(eniA.ipv4),
  },
  {
    rows: 'tls',
    what: 'server name filtered',
    fault: 'name-filtered',
    verdict: 'policy policy.sni-filtered high',
    remedy: from(names.api),
  },
];

const policies: CatalogueRow[] = [
  {
    rows: '14 16 18 30',
    what: 'resource policy allows another endpoint',
    fault: 'resource-policy-implicit',
    verdict: 'policy policy.resource-implicit certain',
    remedy: /aws:SourceVpce/,
  },
  {
    rows: '14',
    what: 'the same, called by the alias, which names the endpoint',
    fault: 'resource-policy-implicit',
    target: `https://${names.alias}/${stage}`,
    verdict: 'policy policy.resource-implicit certain',
    remedy: from(vpceId),
  },
  {
    rows: '17',
    what: 'no resource policy',
    fault: 'no-resource-policy',
    verdict: 'policy policy.resource-implicit certain',
    remedy: from(apiId),
  },
  {
    rows: '15',
    what: 'Deny for other endpoints',
    fault: 'resource-policy-explicit',
    verdict: 'policy policy.resource-explicit certain',
    remedy: from(apiId),
  },
  {
    rows: '19',
    what: 'endpoint policy allows another API',
    fault: 'endpoint-policy-implicit',
    verdict: 'policy policy.endpoint-implicit certain',
    remedy: from(apiId),
  },
  {
    rows: '19',
    what: 'endpoint policy denies this API',
    fault: 'endpoint-policy-explicit',
    verdict: 'policy policy.endpoint-explicit certain',
    remedy: from(eniA.ipv4),
  },
  {
    rows: '14 15 19',
    what: 'a policy, in the old wording',
    fault: 'old-denial',
    verdict: 'policy policy.denied high',
    remedy: from(apiId),
  },
  {
    rows: '30',
    what: "caller's own policy",
    fault: 'identity-policy',
    verdict: 'policy policy.identity certain',
    remedy: from(apiId),
  },
  {
    rows: '30',
    what: 'service control policy',
    fault: 'organization-policy',
    verdict: 'policy policy.organization certain',
    remedy: /service control policy/,
  },
];

const service: CatalogueRow[] = [
  {
    rows: '4 20 34',
    what: 'no such private API (public, deleted, disabled)',
    fault: 'wrong-api',
    verdict: 'service api.not-matched low',
    remedy: from(apiId),
  },
  {
    rows: '21',
    what: 'stage never deployed',
    fault: 'missing-stage',
    verdict: 'service api.not-matched low',
    remedy: from(stage),
  },
  {
    rows: '23 28',
    what: "endpoint's name, and no header names the API",
    fault: null,
    target: vpceUrl,
    verdict: 'service api.not-matched high',
    remedy: /x-apigw-api-id/,
  },
  {
    rows: '23',
    what: "endpoint's name, API known",
    fault: null,
    target: vpceUrl,
    options: { apiId },
    verdict: 'service api.not-matched certain',
    remedy: from(names.api),
  },
  {
    rows: '22',
    what: 'path that the API has not',
    fault: null,
    target: `${url}/nothing`,
    verdict: 'service api.path-unknown medium',
    remedy: from(eniA.ipv4),
  },
  {
    rows: '29',
    what: 'IAM authorization, unsigned',
    fault: 'unsigned',
    verdict: 'service api.path-unknown medium',
    remedy: /SigV4|sign/i,
  },
  {
    rows: '29',
    what: 'signature that does not match',
    fault: 'signature',
    verdict: 'service api.authentication certain',
    remedy: /sign/i,
  },
  {
    rows: '31 32 37',
    what: 'API key or WAF (Forbidden)',
    fault: 'forbidden',
    verdict: 'service api.not-matched low',
    remedy: /key|WAF/,
  },
  {
    rows: '33',
    what: 'throttled',
    fault: 'throttled',
    verdict: 'service api.throttled certain',
    remedy: null,
  },
  { rows: '33', what: 'quota', fault: 'quota', verdict: 'service api.throttled certain', remedy: null },
  {
    rows: '38',
    what: 'integration timeout',
    fault: 'backend-timeout',
    verdict: 'service backend.timeout certain',
    remedy: null,
  },
  {
    rows: '38',
    what: 'VPC link broken',
    fault: 'backend-network',
    verdict: 'service backend.network certain',
    remedy: null,
  },
  {
    rows: '38',
    what: 'integration error',
    fault: 'backend-error',
    verdict: 'service backend.error medium',
    remedy: null,
  },
  {
    rows: '38',
    what: 'load balancer without target',
    fault: 'foreign-error',
    verdict: 'service http.error high',
    remedy: null,
  },
  {
    rows: '39',
    what: 'proxy wants a login',
    fault: 'proxy-login',
    verdict: 'policy policy.proxy certain',
    remedy: /proxy/i,
  },
  {
    rows: '39',
    what: 'proxy in the environment, way direct',
    fault: 'private-dns-off',
    env: { HTTPS_PROXY: 'http://user:secret@proxy.corp.example:3128' },
    verdict: 'dns dns.public-answer high',
    remedy: from(names.service),
  },
  {
    rows: '–',
    what: 'healthy',
    fault: null,
    options: { vpce: names.vpce },
    verdict: 'reachable none certain',
    remedy: null,
  },
];

export const catalogue: readonly CatalogueRow[] = [...naming, ...network, ...tls, ...policies, ...service];
