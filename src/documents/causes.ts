/** The class of a verdict; it decides the exit code. */
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
 * Every cause a verdict can name, with its class and a phrase for it where it is only a possibility. The names are part of
 * the interface.
 */
export const CAUSES = {
  none: { class: 'inconclusive', words: 'nothing was found' },

  'dns.nxdomain': { class: 'dns', words: 'the name does not exist' },
  'dns.no-data': { class: 'dns', words: 'the name has no address' },
  'dns.servfail': { class: 'dns', words: 'the resolver failed to answer' },
  'dns.refused': { class: 'dns', words: 'the resolver refused to answer' },
  'dns.timeout': { class: 'dns', words: 'the resolver did not answer' },
  'dns.malformed': { class: 'dns', words: 'the reply is not a DNS message' },
  'dns.unreachable': { class: 'dns', words: 'the resolver cannot be reached' },
  'dns.public-answer': {
    class: 'dns',
    words: "the name resolves to addresses that are not the VPC endpoint's",
  },
  'dns.endpoint-mismatch': { class: 'dns', words: 'the name resolves to another endpoint' },
  'dns.split-view': { class: 'dns', words: 'resolvers give different answers for the name' },
  'dns.hosts-override': { class: 'dns', words: 'the hosts file overrides DNS' },
  'dns.not-recursive': { class: 'dns', words: 'the server does not resolve names of other zones' },
  'dns.tcp-blocked': { class: 'dns', words: 'the answer does not fit into UDP, and TCP port 53 is closed' },
  'dns.search-list': { class: 'dns', words: 'another name answered, made with the search list' },
  'dns.alias-dangling': { class: 'dns', words: 'the name is an alias of a name without an address' },
  'dns.blocked': { class: 'dns', words: 'a filter blocks the name' },
  'url.malformed': { class: 'dns', words: 'the name or URL is not valid for API Gateway' },
  'url.wrong-suffix': { class: 'dns', words: 'the name has the DNS suffix of another partition' },
  'url.wrong-region': { class: 'dns', words: 'the name and the endpoint are in different Regions' },

  'dns.private-dns-off': { class: 'dns', words: 'private DNS of the VPC endpoint is off' },
  'dns.vpc-attribute': { class: 'dns', words: 'a DNS attribute of the VPC is off' },
  'dns.dhcp-options': {
    class: 'dns',
    words: 'the DHCP options give clients another resolver than that of the VPC',
  },
  'dns.forwarding-rule': { class: 'dns', words: 'a rule of the VPC forwards the name to other servers' },
  'dns.private-zone': { class: 'dns', words: 'a private zone of the VPC hides the name' },
  'endpoint.absent': { class: 'dns', words: 'the VPC has no endpoint for the service' },

  'tcp.timeout-all': {
    class: 'timeout',
    words: 'a security group, a route or a firewall drops every connection',
  },
  'tcp.timeout-some': {
    class: 'timeout',
    words: 'the network ACL or route table of one subnet drops connections',
  },
  'tcp.packet-loss': { class: 'timeout', words: 'some packets are lost on the way' },
  'route.loop': { class: 'timeout', words: 'routers forward the packets in a loop' },
  'route.blackhole-after-hop': { class: 'timeout', words: 'a router on the path drops the packets' },

  'tcp.security-group': { class: 'timeout', words: 'no rule of a security group allows the connection' },
  'tcp.network-acl': { class: 'timeout', words: 'a rule of a network ACL denies the packets' },
  'route.missing': { class: 'timeout', words: 'a route table has no route to the address' },
  'route.blackhole': { class: 'timeout', words: 'the route to the address leads to something that is gone' },
  'endpoint.not-available': { class: 'timeout', words: 'the VPC endpoint is not available' },

  'policy.icmp-prohibited': { class: 'policy', words: 'a firewall on the path rejects the connection' },
  'policy.reset-injected': {
    class: 'policy',
    words: 'a firewall on the path sends resets with the address of the target',
  },
  'policy.resource-implicit': {
    class: 'policy',
    words: "no Allow in the API's resource policy matches the request",
  },
  'policy.resource-explicit': {
    class: 'policy',
    words: "a Deny in the API's resource policy matches the request",
  },
  'policy.endpoint-implicit': {
    class: 'policy',
    words: 'no Allow in the VPC endpoint policy matches the request',
  },
  'policy.endpoint-explicit': {
    class: 'policy',
    words: 'a Deny in the VPC endpoint policy matches the request',
  },
  'policy.identity': { class: 'policy', words: "the caller's own permissions do not allow the request" },
  'policy.organization': {
    class: 'policy',
    words: "a policy of the caller's organization denies the request",
  },
  'policy.denied': { class: 'policy', words: 'a policy denies the request' },
  'policy.not-deployed': {
    class: 'policy',
    words: 'the resource policy was changed after the last deployment',
  },
  'policy.sni-filtered': {
    class: 'policy',
    words: 'a firewall filters by the server name in the TLS handshake',
  },
  'policy.proxy': { class: 'policy', words: 'a proxy answers instead of the target' },

  'tcp.refused': { class: 'refused', words: 'nothing listens on the port' },

  'route.local': {
    class: 'unreachable',
    words: 'this host has no route to the address, or a route that rejects it',
  },
  'route.neighbour': { class: 'unreachable', words: 'no host on this link answers for the address' },
  'route.icmp-unreachable': {
    class: 'unreachable',
    words: 'a router on the path cannot deliver the packets',
  },

  'tls.name-mismatch': { class: 'tls', words: 'the certificate is for other names' },
  'tls.untrusted': { class: 'tls', words: 'this host does not trust the issuer of the certificate' },
  'tls.expired': { class: 'tls', words: 'the certificate is not valid at this time' },
  'tls.protocol': { class: 'tls', words: 'client and server have no TLS version or cipher in common' },
  'tls.client-certificate': { class: 'tls', words: 'the server wants a certificate from the client' },
  'tls.silent': { class: 'tls', words: 'the TLS handshake gets no answer' },
  'tls.closed': { class: 'tls', words: 'the connection ends during the TLS handshake' },

  'api.not-matched': { class: 'service', words: 'the request matches no API' },
  'api.path-unknown': { class: 'service', words: 'the API does not have this path or method' },
  'api.key': {
    class: 'service',
    words: 'the API key is missing, wrong, or not in a usage plan of this stage',
  },
  'api.waf': { class: 'service', words: 'AWS WAF blocks the request' },
  'api.authentication': {
    class: 'service',
    words: 'the request lacks the signature or authorization that the method requires',
  },
  'api.throttled': { class: 'service', words: 'the API rejects the request: too many requests' },
  'api.endpoint-type': { class: 'service', words: 'the API is not a private one' },
  'api.absent': { class: 'service', words: 'the API does not exist in this account and Region' },
  'api.stage-missing': { class: 'service', words: 'the API has no stage of this name' },
  'api.default-endpoint-disabled': { class: 'service', words: 'the default name of the API is switched off' },
  'api.access-mode': {
    class: 'service',
    words: 'the API accepts only requests whose server name is that of the API',
  },
  'backend.timeout': { class: 'service', words: 'the backend does not answer in time' },
  'backend.network': { class: 'service', words: 'API Gateway cannot reach the backend' },
  'backend.error': { class: 'service', words: 'the backend or the integration fails' },
  'http.error': { class: 'service', words: 'the server answers with an error status' },

  'local.permission': { class: 'local', words: "this host's security policy forbids the connection" },
  'local.firewall': { class: 'local', words: "this host's own firewall blocks the connection" },
  'local.capability': { class: 'local', words: 'this host lacks something that the measurement needs' },
  'local.no-port': { class: 'local', words: 'this host has no free source port' },
} as const satisfies Record<string, { class: VerdictClass; words: string }>;

/** The identifier of a cause, such as `tcp.timeout-all`. */
export type Cause = keyof typeof CAUSES;
