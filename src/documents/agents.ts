import type { DocumentHeader } from './header.js';
import type { Instant, Text } from './scalars.js';

/** An agent as it last said that it is there. It says this itself, and only `agent` is guarded by the broker. */
export interface FleetAgent {
  agent: Text;
  /** @maxItems 64 */
  groups: Text[];
  host: Text | null;
  /** Of pprobe. */
  version: Text | null;
  /** What it can be asked to do. @maxItems 64 */
  checks: Text[];
  /** By the broker's clock. */
  seenAt: Instant;
}

/** `pprobe fleet agents` and `pprobe fleet init`. */
export interface AgentsDocument extends DocumentHeader<'agents'> {
  fleet: Text;
  /** The stream of the results and the bucket of the agents. */
  stream: Text;
  bucket: Text;
  /** In the order of their names. */
  agents: FleetAgent[];
}
