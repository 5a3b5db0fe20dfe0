import type { IpAddresses, Text } from './scalars.js';

/**
 * One decision that AWS makes about a packet, a name or a request on its way from the client to the target, as the
 * configuration read has it.
 */
export interface Gate {
  gate: GateKind;
  end: 'client' | 'target';
  /** As seen from the end's network interface; null for what has no direction. */
  direction: 'in' | 'out' | null;
  /** `partly`: some ports pass and others do not. `unknown`: what decides it was not read. */
  state: 'allow' | 'deny' | 'partly' | 'unknown';
  /** The id of what decides: `sg-…`, `acl-…`, `rtb-…`, `vpce-…`; null where it is not known. */
  resource: Text | null;
  /** The rule that decides: `sgr-…`, the number of an ACL's rule, `statement 2`, the destination of a route. */
  rule: Text | null;
  text: Text;
  /** What a denying gate is as the cause of a verdict. */
  cause?: Text;
  /** The addresses of the target that it was judged for. Absent: it does not depend on the address. */
  addresses?: IpAddresses;
  /** The most that a verdict may claim from it; absent: `certain`. */
  limit?: 'high' | 'medium';
  /** What changes it. Absent where there is nothing to change. @maxItems 20 */
  remedies?: GateRemedy[];
}

/** What decides. */
export type GateKind =
  | 'dhcp-options'
  | 'vpc-attribute'
  | 'forwarding-rule'
  | 'dns-firewall'
  | 'private-zone'
  | 'endpoint'
  | 'private-dns'
  | 'interface'
  | 'security-group'
  | 'network-acl'
  | 'route'
  | 'peering'
  | 'endpoint-policy'
  | 'domain-name'
  | 'api'
  | 'stage'
  | 'method'
  | 'resource-policy';

/** A change of the configuration. */
export interface GateRemedy {
  text: Text;
  /** One shell command. @minLength 1 @maxLength 65536 */
  command?: string;
  /** Something to paste that is not a command. @minLength 1 @maxLength 65536 */
  snippet?: string;
  /** @format uri */
  docs?: string;
  /** The id of the resource to change. */
  resource?: Text;
}
