import { readFile } from 'node:fs/promises';

/** What this process may do on the network. null: not known here, as on systems other than Linux. */
export interface Privileges {
  /** The effective user. null on Windows. */
  uid: number | null;
  /** CAP_NET_RAW is in effect: raw sockets can be opened. */
  capNetRaw: boolean | null;
  /** CAP_NET_ADMIN is in effect. */
  capNetAdmin: boolean | null;
  /** CAP_NET_RAW could be put into effect. Node cannot do that itself: the file capability needs its `e` flag (`+ep`). */
  capNetRawPermitted: boolean | null;
}

/** The capability sets of proc(5) that matter to a process itself. */
export interface CapabilitySets {
  effective: bigint;
  permitted: bigint;
}

// Bit numbers of linux/capability.h.
const capNetAdminBit = 12n;
const capNetRawBit = 13n;

/** Reads CapEff and CapPrm from the text of /proc/self/status; null when they are not there. Never throws. */
export function parseCapabilitySets(status: string): CapabilitySets | null {
  const effective = capabilitySet(status, 'CapEff');
  const permitted = capabilitySet(status, 'CapPrm');
  return effective === null || permitted === null ? null : { effective, permitted };
}

/** What this process may do, from /proc. Never throws: what cannot be read is null. */
export async function readPrivileges(path = '/proc/self/status'): Promise<Privileges> {
  const sets = parseCapabilitySets(await readFile(path, 'utf8').catch(() => ''));
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

/** Who asked for root through sudo(8). */
export interface Invoker {
  uid: number;
  gid: number;
}

/** The user behind sudo, from SUDO_UID and SUDO_GID; null when there is none, or when root itself ran it. */
export function sudoInvoker(env: NodeJS.ProcessEnv = process.env): Invoker | null {
  const uid = idOf(env.SUDO_UID);
  const gid = idOf(env.SUDO_GID);
  return uid === null || gid === null || uid === 0 ? null : { uid, gid };
}

/**
 * Makes this process the invoker's for good, when it runs as root: groups first, the user last, for after that nothing
 * more may be changed (setuid(2)). Sockets that are open stay usable. Tells whether it did anything; throws the
 * system's error when the kernel refuses, in which case the process must not go on as if it had worked.
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
