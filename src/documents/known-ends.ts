import type { Ec2Identity } from '../host/vantage.js';

/** What is known of both ends of a connection before the configuration of AWS is read. */
export interface KnownEnds {
  /** The addresses of the target. */
  addresses: readonly string[];
  /** The addresses that the client may have: the one given, or those of this host. */
  own: readonly string[];
  /** What the metadata service says of this host's interfaces. */
  identities: readonly Ec2Identity[];
}
