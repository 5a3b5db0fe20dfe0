import type { LabMode } from './availability.js';
import type { NamespaceName } from './topology.js';

/** The first process of a running lab, whose namespaces other processes enter. */
export interface Keeper {
  pid: number;
  mode: LabMode;
}

export interface EnterOptions {
  /** Default: this process's own. */
  cwd?: string | undefined;
  /** Run as this user (and group), without capabilities. Only in a lab that root started. */
  uid?: number | undefined;
}

/**
 * The command line that runs `argv` in one of a lab's namespaces. It sees the machine's file system, with the lab's
 * resolv.conf and hosts.
 *
 * Each of its commands replaces itself with the next by exec, so the process that is started becomes `argv`: signals
 * reach it, and its exit status is that of `argv`. The kernel kills it when its parent ends. It does not enter the process
 * namespace: that takes a process in between, which does not forward signals.
 *
 * @throws Error if `uid` is given and the lab is in a user namespace, which has no user but root.
 */
export function enterCommand(
  keeper: Keeper,
  namespace: NamespaceName,
  argv: readonly string[],
  { cwd = process.cwd(), uid }: EnterOptions = {},
): [command: string, ...args: string[]] {
  if (uid !== undefined && keeper.mode === 'user') {
    throw new Error(`the lab runs in a user namespace, where uid ${uid} does not exist: start it as root`);
  }
  return [
    'nsenter',
    `--target=${keeper.pid}`,
    ...(keeper.mode === 'user' ? ['--user', '--preserve-credentials'] : []),
    '--mount',
    `--net=/proc/${keeper.pid}/root/run/netns/${namespace}`,
    'env',
    `--chdir=${cwd}`,
    'setpriv',
    '--pdeathsig=KILL',
    ...(uid === undefined ? [] : [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--inh-caps=-all']),
    '--',
    ...argv,
  ];
}
