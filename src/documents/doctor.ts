import type { CompiledCode } from '../host/compiled-code.js';
import type { EngineStatus } from '../net/wire/engines.js';
import type { DocumentHeader } from './header.js';
import type { Count, Instant, Text } from './scalars.js';

/** Something this host lacks. */
export interface DoctorProblem {
  text: Text;
  /** The command that adds it, or null. */
  remedy: Text | null;
}

/** One call of AWS that pprobe makes, and whether it is allowed. */
export interface DoctorAwsCall {
  service: Text;
  action: Text;
  /** The IAM action; null where none is needed. */
  permission: Text | null;
  status: 'allowed' | 'denied' | 'silent' | 'throttled' | 'error';
  text: Text | null;
}

/** A kind of socket that this process may not make. */
export interface DoctorSocket {
  protocol: 'udp' | 'tcp';
  family: 4 | 6;
  errno: Text;
}

/** What the credentials of this host may read of AWS. */
export interface DoctorAws {
  /** null: none were found. The keys are never part of it. */
  credentials: { source: Text; expiresAt: Instant | null } | null;
  region: Text | null;
  account: Text | null;
  /** `assumed-role/NAME`, without the name of the session. */
  principal: Text | null;
  /** Why nothing was tried; null where calls were made. */
  problem: Text | null;
  endpoints: { service: Text; reachable: boolean; text: Text | null }[];
  calls: DoctorAwsCall[];
}

/** `pprobe doctor --json`. */
export interface DoctorDocument extends DocumentHeader<'doctor'> {
  /** The engines that can trace. */
  engines: EngineStatus[];
  /** null where this system does not tell. */
  privileges: { uid: Count | null; capNetRaw: boolean | null; capNetAdmin: boolean | null };
  /** `supported`: whether the `connect` engine works with this kernel; null where the release cannot be parsed. */
  kernel: { release: Text; supported: boolean | null };
  node: {
    /** @pattern ^v?\d+\. */
    version: string;
    platform: Text;
    arch: Text;
  };
  /** The nameservers of resolv.conf. With none, names cannot be resolved. */
  nameservers: { address: Text; vpcResolver: boolean }[];
  /** The certificate authorities of the system (`system`), of the variables that are set, and those built into Node (`Node`). */
  authorities: { store: Text; path: Text | null; count: Count; problem: Text | null }[];
  /** Whether the kernel tells its routes and addresses over AF_NETLINK; null on systems that have none. */
  netlink: boolean | null;
  /** What socket(2) refuses; absent where it refuses nothing, and on systems other than Linux. */
  refusedSockets?: DoctorSocket[];
  /** The most descriptors of this process, and the source ports of connections; null where the system does not tell. */
  limits: { descriptors: Count | null; ports: { first: Count; last: Count } | null };
  /** null in the library, which Node loads itself. */
  compiledCode: CompiledCode | null;
  /** Absent without --aws. */
  aws?: DoctorAws;
  problems: DoctorProblem[];
}
