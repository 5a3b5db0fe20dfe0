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
