import type { EngineStatus } from '../net/wire/engines.js';
import type { DocumentHeader } from './header.js';

/** Something this host lacks. */
export interface DoctorProblem {
  text: string;
  /** The command that adds it, or null where there is none. */
  remedy: string | null;
}

/** `pprobe doctor --json`. */
export interface DoctorDocument extends DocumentHeader<'doctor'> {
  /** The ways to trace. */
  engines: EngineStatus[];
  /** null: not known on this system. */
  privileges: { uid: number | null; capNetRaw: boolean | null; capNetAdmin: boolean | null };
  /** `supported`: whether the engine that needs no privileges works on it. */
  kernel: { release: string; supported: boolean | null };
  node: { version: string; platform: string; arch: string };
  /** Those of resolv.conf; none means that names cannot be resolved here. */
  nameservers: { address: string; vpcResolver: boolean }[];
  problems: DoctorProblem[];
}
