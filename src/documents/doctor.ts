import type { CompiledCode } from '../host/compiled-code.js';
import type { EngineStatus } from '../net/wire/engines.js';
import type { DocumentHeader } from './header.js';
import type { Count, Text } from './scalars.js';

/** Something this host lacks. */
export interface DoctorProblem {
  text: Text;
  /** The command that adds it, or null. */
  remedy: Text | null;
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
  /** The most descriptors of this process, and the source ports of connections; null where the system does not tell. */
  limits: { descriptors: Count | null; ports: { first: Count; last: Count } | null };
  /** null in the library, which Node loads itself. */
  compiledCode: CompiledCode | null;
  problems: DoctorProblem[];
}
