import type { LabMode } from './availability.js';
import type { NamespaceName } from './topology.js';

/** A running lab's first process, as seen from outside: the way in. */
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
 * The command line that runs `argv` in one of a lab's namespaces, with the machine's file system but for the lab's
 * resolv.conf and hosts.
 *
 * Each command of it becomes the next by exec, so the process started is the one asked for: a signal sent to it
 * arrives, and its exit status is its own. It dies with whoever started it. The process namespace is not entered: that
 * would need a process between, which passes no signals on.
 *
 * @throws Error where another user is asked for in a user namespace, which has root alone.
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
