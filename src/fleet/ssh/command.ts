import { shellLine } from '../../core/shell-line.js';
import type { CarriedJob, JobOptions } from '../carrier.js';
import { type CopyChoice, copyScript, copyWords } from './copy.js';
import type { SshHost } from './hosts.js';

/** How the user's ssh is called. */
export interface SshChoice {
  /** `-F FILE`: in place of the user's configuration. */
  configFile: string | null;
  /** The path of pprobe on the hosts. */
  remotePath: string;
  /** pprobe is brought to the hosts; null where it is there. */
  copy: CopyChoice | null;
  /** The command of the hosts is that of pprobe and nothing around it: their sshd allows no other. */
  isPlain: boolean;
}

const connectTimeoutS = 10;

/**
 * The arguments of ssh(1). They override what a configuration for people may have: questions, terminals, forwarded ports, commands
 * of its own, and becoming the master of a shared connection, which would outlive this process. A master that runs is used.
 *
 * `-v`: only its messages tell that the host has accepted the login.
 */
export function sshArguments(
  host: SshHost,
  choice: SshChoice,
  remoteLine: string,
  deadlineMs: number,
): string[] {
  const waitS = Math.max(1, Math.min(connectTimeoutS, Math.ceil(deadlineMs / 1000)));
  return [
    ...['-v', '-T', '-a', '-x'],
    ...(choice.configFile === null ? [] : ['-F', choice.configFile]),
    ...['BatchMode=yes', `ConnectTimeout=${waitS}`, 'ClearAllForwardings=yes', 'ControlMaster=no'].flatMap(
      (option) => ['-o', option],
    ),
    ...['PermitLocalCommand=no', 'RemoteCommand=none'].flatMap((option) => ['-o', option]),
    ...(host.user === null ? [] : ['-l', host.user]),
    ...(host.port === null ? [] : ['-p', String(host.port)]),
    '--',
    host.name,
    remoteLine,
  ];
}

/**
 * What sh(1) runs on the host: the words after it as a command whose input is empty, and beside it a watch that ends the whole
 * process group when standard input ends. sshd(8) gives every command without a terminal a process group of its own, and does not
 * end it when the connection ends: without the watch, a diagnosis that was canceled here would go on there. SIGTERM lets
 * pprobe print what it has measured.
 */
const guarded = [
  'trap : TERM',
  'exec 3<&0',
  '"$@" 3<&- </dev/null & p=$!',
  '(trap "" TERM; cat <&3; kill -TERM 0; sleep 2; kill -KILL 0) >/dev/null 2>&1 & w=$!',
  'wait $p; s=$?',
  'if kill -0 $p 2>/dev/null; then wait $p; s=$?; fi',
  'kill -KILL $w',
  'exit $s',
].join('; ');

/** The command line for the login shell of the host. Every word is quoted, and none comes from elsewhere than the job. */
export function remoteLine(job: CarriedJob, { remotePath, copy, isPlain }: SshChoice): string {
  const words = pprobeWords(job);
  if (isPlain) return shellLine([remotePath, ...words]);
  const [script, before] =
    copy === null ? [guarded, [remotePath]] : [`${copyScript}; ${guarded}`, copyWords(copy)];
  return `exec ${shellLine(['sh', '-c', script, 'pprobe-fleet', ...before, ...words])}`;
}

/** The command line of pprobe on the host. It ends before the deadline, so that what it has by then still comes. */
export function pprobeWords({ check, target, deadlineMs, options }: CarriedJob): string[] {
  const limitMs = Math.max(500, Math.round(deadlineMs - Math.max(1000, deadlineMs / 10)));
  return [check, target, '--format', 'ndjson', '--max-time', `${limitMs}ms`, ...optionWords(options)];
}

function optionWords({ vpce, apiId, family, control, http, imds, trace, timeoutMs }: JobOptions): string[] {
  return [
    ...(vpce === undefined ? [] : ['--vpce', vpce]),
    ...(apiId === undefined ? [] : ['--api-id', apiId]),
    ...(family === undefined ? [] : [`-${family}`]),
    ...(control === undefined ? [] : ['--control', control]),
    ...(http === false ? ['--no-http'] : []),
    ...(imds === false ? ['--no-imds'] : []),
    ...(trace === undefined ? [] : [trace ? '--trace' : '--no-trace']),
    ...(timeoutMs === undefined ? [] : ['--timeout', `${timeoutMs}ms`]),
  ];
}
