import type { LabState } from './state.js';

/**
 * The protocol between a lab's keeper and its users: JSON in both directions over `control.sock` in the lab's directory,
 * which is the keeper's working directory. A connection carries one request, which ends with the sender's half-close.
 */

export type Request =
  | { do: 'break'; fault: string; part: FaultPart }
  | { do: 'heal' }
  | { do: 'apply'; state: LabState }
  | { do: 'serve-configuration' }
  | { do: 'status' }
  | { do: 'stop' };

/**
 * What of a fault is applied: what packets meet and what AWS says of the configuration, or one of them. Of one alone follows a
 * contradiction: the packets do not do what the configuration says.
 */
export type FaultPart = 'both' | 'packets' | 'facts';

/** `fault`: the name of the fault in force, or null. */
export type Reply = { ok: true; fault: string | null } | { ok: false; error: string };

/** The one argument of the keeper's agent, as JSON. */
export interface AgentOptions {
  dir: string;
  /** `parent`: the lab ends when its stdin closes, so at the latest when the parent ends. `stop`: at a `stop` request. */
  until: 'parent' | 'stop';
}

/** What the agent prints once, when the lab is ready or has failed. */
export type Readiness = { ready: true } | { ready: false; error: string };

/** Files in the lab's directory. */
export const files = {
  control: 'control.sock',
  certificateAuthority: 'ca.pem',
  resolvConf: 'resolv.conf',
  hosts: 'hosts',
  log: 'lab.log',
} as const;
