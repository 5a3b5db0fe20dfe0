import { readText } from '../core/read-text.js';

/** The privileges of this process. null: not known, as on systems other than Linux. */
export interface Privileges {
  /** The effective user ID; null on Windows. */
  uid: number | null;
  /** CAP_NET_RAW is effective: raw sockets can be opened. */
  capNetRaw: boolean | null;
  /** CAP_NET_ADMIN is effective. */
  capNetAdmin: boolean | null;
  /** CAP_NET_RAW is permitted. Node cannot make it effective: the file capability needs its `e` flag (`+ep`). */
  capNetRawPermitted: boolean | null;
}

/** The capability sets of a process in proc(5) that pprobe needs. */
export interface CapabilitySets {
  effective: bigint;
  permitted: bigint;
}

// From linux/capability.h.
const capNetAdminBit = 12n;
const capNetRawBit = 13n;

/** Parses CapEff and CapPrm of /proc/self/status; null if they are missing. Never throws. */
export function parseCapabilitySets(status: string): CapabilitySets | null {
  const effective = capabilitySet(status, 'CapEff');
  const permitted = capabilitySet(status, 'CapPrm');
  return effective === null || permitted === null ? null : { effective, permitted };
}

/** Reads the privileges of this process from /proc. Never throws: what cannot be read is null. */
export async function readPrivileges(path = '/proc/self/status'): Promise<Privileges> {
  const sets = parseCapabilitySets(await readText(path).catch(() => ''));
  return {
    uid: process.geteuid?.() ?? null,
    capNetRaw: sets && has(sets.effective, capNetRawBit),
    capNetAdmin: sets && has(sets.effective, capNetAdminBit),
    capNetRawPermitted: sets && has(sets.permitted, capNetRawBit),
  };
}

function capabilitySet(status: string, field: string): bigint | null {
  const match = new RegExp(`^${field}:\\s*([0-9a-f]{1,32})$`, 'im').exec(status);
  return match ? BigInt(`0x${match[1]}`) : null;
}

function has(set: bigint, bit: bigint): boolean {
  return ((set >> bit) & 1n) === 1n;
}

/** The user who ran sudo(8). */
export interface Invoker {
  uid: number;
  gid: number;
}

/** The user who ran sudo, from SUDO_UID and SUDO_GID; null without sudo, or if it was root. */
export function sudoInvoker(env: NodeJS.ProcessEnv = process.env): Invoker | null {
  const uid = idOf(env.SUDO_UID);
  const gid = idOf(env.SUDO_GID);
  return uid === null || gid === null || uid === 0 ? null : { uid, gid };
}

/**
 * Drops root permanently in favour of the invoker: groups first and the user last, because without root nothing can be
 * changed (setuid(2)). Open sockets stay usable. Returns false if the process does not run as root. Throws the system's
 * error if the kernel refuses; the process must then not continue with its privileges.
 */
export function becomeInvoker({ uid, gid }: Invoker): boolean {
  const { setgroups, setgid, setuid, geteuid } = process;
  if (geteuid?.() !== 0 || !setgroups || !setgid || !setuid) return false;
  setgroups([gid]);
  setgid(gid);
  setuid(uid);
  return true;
}

function idOf(text: string | undefined): number | null {
  const isId = text !== undefined && /^\d{1,10}$/.test(text) && Number(text) < 2 ** 32 - 1;
  return isId ? Number(text) : null;
}
