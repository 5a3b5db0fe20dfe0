/**
 * What passes between a lab's keeper and those who use it: JSON each way over `control.sock` in the lab's directory,
 * which is the keeper's working directory; one request for each connection, ended by closing that half of it.
 */

export type Request = { do: 'break'; fault: string } | { do: 'heal' } | { do: 'status' } | { do: 'stop' };

/** `fault` is what is broken now, or null. */
export type Reply = { ok: true; fault: string | null } | { ok: false; error: string };

/** How the keeper's agent is started: its one argument, as JSON. */
export interface AgentOptions {
  dir: string;
  /** `parent`: the lab ends when stdin does, which it does however the parent dies. `stop`: when it is told to. */
  until: 'parent' | 'stop';
}

/** What the agent writes on stdout, once, when the lab can be used or cannot be. */
export type Readiness = { ready: true } | { ready: false; error: string };

/** Files in the lab's directory. */
export const files = {
  control: 'control.sock',
  certificateAuthority: 'ca.pem',
  resolvConf: 'resolv.conf',
  hosts: 'hosts',
  log: 'lab.log',
} as const;
