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
  problems: DoctorProblem[];
}
