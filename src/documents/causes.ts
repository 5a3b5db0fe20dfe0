export type VerdictClass =
  | 'reachable'
  | 'dns'
  | 'timeout'
  | 'policy'
  | 'refused'
  | 'unreachable'
  | 'tls'
  | 'service'
  | 'local'
  | 'inconclusive';

/**
 * Every cause a verdict may name, with its class and the words for it where it is only a possibility. The names are
 * part of the contract.
 */
export const CAUSES = {
  none: { class: 'inconclusive', words: 'nothing was found' },

  'dns.nxdomain': { class: 'dns', words: 'the name does not exist' },
  'dns.no-data': { class: 'dns', words: 'the name has no address' },
  'dns.servfail': { class: 'dns', words: 'the resolver failed to find an answer' },
  'dns.refused': { class: 'dns', words: 'the resolver refused to answer' },
  'dns.timeout': { class: 'dns', words: 'the resolver did not answer' },
  'dns.malformed': { class: 'dns', words: 'the resolver answered with something that is not DNS' },
  'dns.unreachable': { class: 'dns', words: 'the resolver cannot be reached' },
  'dns.public-answer': {
    class: 'dns',
    words: "the name leads to public addresses, not to the VPC's endpoint",
  },
  'dns.endpoint-mismatch': { class: 'dns', words: 'the name leads to another endpoint' },
  'dns.split-view': { class: 'dns', words: 'resolvers disagree about the name' },
  'dns.hosts-override': { class: 'dns', words: 'the hosts file overrides DNS' },
  'url.malformed': { class: 'dns', words: 'the name or URL cannot be one of API Gateway' },
  'url.wrong-suffix': { class: 'dns', words: 'the name ends in the suffix of another partition' },
  'url.wrong-region': { class: 'dns', words: 'the name is of another Region than the endpoint' },

  'tcp.timeout-all': {
    class: 'timeout',
    words: 'a security group, a route or a firewall drops every connection',
  },
  'tcp.timeout-some': {
    class: 'timeout',
    words: 'the network ACL or route table of one subnet drops connections',
  },
  'route.loop': { class: 'timeout', words: 'packets circle between routers' },
  'route.blackhole-after-hop': { class: 'timeout', words: 'a router on the path drops the packets' },

  'policy.icmp-prohibited': { class: 'policy', words: 'a firewall on the path rejects the connection' },
  'policy.reset-injected': {
    class: 'policy',
    words: 'a firewall on the path answers in the name of the target',
  },
  'policy.resource-implicit': {
    class: 'policy',
    words: "the API's resource policy allows nothing that matches",
  },
  'policy.resource-explicit': { class: 'policy', words: "a Deny in the API's resource policy" },
  'policy.endpoint-implicit': {
    class: 'policy',
    words: 'the VPC endpoint policy allows nothing that matches',
  },
  'policy.endpoint-explicit': { class: 'policy', words: 'a Deny in the VPC endpoint policy' },
  'policy.identity': { class: 'policy', words: "the caller's own permissions" },
  'policy.organization': { class: 'policy', words: "a policy of the caller's organization" },
  'policy.denied': { class: 'policy', words: 'a policy denies the request' },
  'policy.sni-filtered': {
    class: 'policy',
    words: 'a firewall filters on the server name in the TLS handshake',
  },
  'policy.proxy': { class: 'policy', words: 'a proxy answers in place of the target' },

  'tcp.refused': { class: 'refused', words: 'nothing listens on the port' },

  'route.local': { class: 'unreachable', words: 'this host has no route' },
  'route.icmp-unreachable': { class: 'unreachable', words: 'a router on the path has no route' },

  'tls.name-mismatch': { class: 'tls', words: 'the certificate is for other names' },
  'tls.untrusted': { class: 'tls', words: 'the certificate is from an authority this host does not trust' },
  'tls.expired': { class: 'tls', words: 'the certificate is not valid at this time' },
  'tls.protocol': { class: 'tls', words: 'the two sides share no TLS version or cipher' },
  'tls.silent': { class: 'tls', words: 'the TLS handshake is swallowed' },
  'tls.closed': { class: 'tls', words: 'the connection is cut during the TLS handshake' },

  'api.not-matched': { class: 'service', words: 'the request matches no API' },
  'api.path-unknown': { class: 'service', words: 'the API has no such path or method' },
  'api.key': {
    class: 'service',
    words: 'the API key is missing, wrong or not on the usage plan of this stage',
  },
  'api.waf': { class: 'service', words: 'AWS WAF blocks the request' },
  'api.authentication': {
    class: 'service',
    words: 'the request is not signed or authorized as the method wants it',
  },
  'api.throttled': { class: 'service', words: 'the API limits the rate' },
  'backend.timeout': { class: 'service', words: 'the backend does not answer in time' },
  'backend.network': { class: 'service', words: 'API Gateway cannot reach the backend' },
  'backend.error': { class: 'service', words: 'the backend or the integration fails' },
  'http.error': { class: 'service', words: 'the server answers with an error' },

  'local.permission': { class: 'local', words: "this host's security policy forbids the connection" },
  'local.firewall': { class: 'local', words: "this host's own firewall blocks the connection" },
  'local.capability': { class: 'local', words: 'this host lacks what the measurement needs' },
} as const satisfies Record<string, { class: VerdictClass; words: string }>;

export type Cause = keyof typeof CAUSES;
