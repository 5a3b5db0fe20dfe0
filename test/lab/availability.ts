import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runTool, toolEnvironment } from './tools.js';

/** `root`: the process is root; `user`: an ordinary user, who is root only in a new user namespace. */
export type LabMode = 'root' | 'user';

export type Availability = { mode: LabMode } | { mode: null; reason: string };

const packageOf = {
  ip: 'iproute2',
  nft: 'nftables',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
};

/** Arguments of unshare(1) for the first namespaces of a lab. */
export function namespaceFlags(mode: LabMode): string[] {
  return [...(mode === 'user' ? ['--user', '--map-root-user'] : []), '--net', '--mount'];
}

let known: Promise<Availability> | null = null;

/** How a lab can run on this host, or why it cannot. The first call tries it in namespaces that end with the attempt. */
export function availability(): Promise<Availability> {
  known ??= findOut();
  return known;
}

/**
 * Why no lab can run on this host, with a command that changes that if one exists; null if a lab can run.
 */
export async function labUnavailable(): Promise<string | null> {
  const found = await availability();
  return found.mode === null ? found.reason : null;
}

async function findOut(): Promise<Availability> {
  if (process.platform !== 'linux')
    return { mode: null, reason: 'the lab is made of Linux network namespaces' };
  const missing = Object.entries(packageOf).filter(([tool]) => !isInstalled(tool));
  if (missing.length > 0) {
    const packages = [...new Set(missing.map(([, name]) => name))].join(' ');
    const tools = missing.map(([tool]) => tool).join(', ');
    return { mode: null, reason: `not installed: ${tools}; sudo apt-get install ${packages}` };
  }
  const modes: LabMode[] = process.getuid?.() === 0 ? ['root', 'user'] : ['user'];
  const failures: string[] = [];
  for (const mode of modes) {
    try {
      await runTool(['unshare', ...namespaceFlags(mode), 'sh', '-euc', rehearsal]);
      return { mode };
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { mode: null, reason: explain(failures) };
}

function isInstalled(tool: string): boolean {
  return (toolEnvironment.PATH ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Uses every feature of the kernel that a lab needs. */
const rehearsal = `
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir /run/netns
ip netns add rehearsal
ip link add name near type veth peer name far netns rehearsal
ip address add fd00::1/64 dev near nodad
nft 'table inet lab { chain forward { type filter hook forward priority 0; tcp dport 443 reject with icmpx type admin-prohibited; }; }'
`;

/** Sysctls that can forbid user namespaces: the value that does so, and the command that allows them. */
const switches = [
  { path: 'user/max_user_namespaces', off: '0', command: 'sysctl -w user.max_user_namespaces=10000' },
  {
    path: 'kernel/apparmor_restrict_unprivileged_userns',
    off: '1',
    command: 'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
  },
  {
    path: 'kernel/unprivileged_userns_clone',
    off: '0',
    command: 'sysctl -w kernel.unprivileged_userns_clone=1',
  },
];

function explain(failures: readonly string[]): string {
  const closed = switches.find(({ path, off }) => readSwitch(path) === off);
  if (closed !== undefined) {
    return `user namespaces are off (/proc/sys/${closed.path} is ${closed.off}); sudo ${closed.command}, or run as root`;
  }
  // The last line that the rehearsal printed names the command that failed.
  const said = failures.map((failure) =>
    failure
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^.*\): /, ''),
  );
  return `namespaces cannot be set up here: ${said.join('; ')}. In a container, run it with --privileged`;
}

function readSwitch(path: string): string | null {
  try {
    return readFileSync(`/proc/sys/${path}`, 'utf8').trim();
  } catch {
    return null;
  }
}
