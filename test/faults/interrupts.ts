import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.js';
import { silent, udpSilent } from './peers.js';
import type { Running } from './play.js';

const part = 'interrupts end things';

/** Runs a command on a terminal, closes the terminal after its first second of output, and ends as the command does. */
const closer = `
import os, pty, sys, time
child, master = pty.fork()
if child == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
time.sleep(2)
os.close(master)
_, status = os.waitpid(child, 0)
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
`;

/** 10.77.0.2 is silent: its link-layer address is known, and nobody at the other end of the link has it. */
export const silentNetwork =
  "exec unshare --net sh -c 'ip link set lo up; ip link add d0 type veth peer name d1; " +
  'ip address add 10.77.0.1/24 dev d0; ip link set d0 up; ip link set d1 up; ip neighbour add 10.77.0.2 lladdr 02:00:00:00:00:02 dev d0; ip route add default via 10.77.0.2; ' +
  'exec "$@"\' sh "$@"';

type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

const lookup = ['dns', 'a.example', '127.0.0.1#PORT', '--timeout', '60000', '--tries', '1', '-4', '--json'];

/** Sends a signal when the peer was asked. */
const afterQuestion =
  (signal: Signal) =>
  async ({ child, peer }: Running): Promise<string> => {
    await peer?.asked;
    child.kill(signal);
    return '';
  };

/** Sends a signal when a SYN is on its way (tcp(7): state 02 of /proc/net/tcp). */
export const afterSyn =
  (signal: Signal) =>
  async ({ child }: Running): Promise<string> => {
    await until(child, () => /:[0-9A-F]{4} 02 /.test(readFileSync(`/proc/${child.pid}/net/tcp`, 'utf8')));
    child.kill(signal);
    return '';
  };

/** Sends a signal when the command has certainly begun to measure. A trace sends raw packets, which no socket shows. */
const afterASecond =
  (signal: Signal) =>
  async ({ child }: Running): Promise<string> => {
    await isListening(child);
    await sleep(1000);
    child.kill(signal);
    return '';
  };

/** Sends a signal when the pipe in the fault's directory is open, or might be: before, opening it blocked the process. */
const afterOpen =
  (signal: Signal) =>
  async ({ child, directory }: Running): Promise<string> => {
    const isOpen = (fd: string) => readlinkSync(`/proc/${child.pid}/fd/${fd}`) === join(directory, 'pipe');
    await Promise.race([
      sleep(10_000),
      until(child, () => readdirSync(`/proc/${child.pid}/fd`).some((fd) => quietly(() => isOpen(fd)))),
    ]);
    child.kill(signal);
    return '';
  };

/** Waits until pprobe catches SIGINT (proc_pid_status(5)). Before exec(2), the child has the handlers of this process. */
const isListening = (child: ChildProcess): Promise<void> =>
  until(
    child,
    () =>
      isPprobe(child) && /^SigCgt:\s+\w+[2367abef]$/m.test(readFileSync(`/proc/${child.pid}/status`, 'utf8')),
  );

const isPprobe = ({ pid }: ChildProcess): boolean =>
  /^[^\0]*node\0/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));

/** Waits until a condition is true, or a process has ended. */
async function until(child: ChildProcess, isTrue: () => boolean): Promise<void> {
  while (child.exitCode === null && child.signalCode === null && !quietly(isTrue)) await sleep(20);
}

/** false where a process or a file has gone. */
function quietly(isTrue: () => boolean): boolean {
  try {
    return isTrue();
  } catch {
    return false;
  }
}

const waitingForWriter = (args: readonly string[], costly: boolean): Fault => ({
  id: `pipe-${args[0]}-${args.find((arg) => arg.startsWith('--')) ?? 'file'}`.replace('---', '-'),
  part,
  fault: 'a named pipe that nobody writes to, and Ctrl-C',
  args: [...args, '--json'],
  shell: 'mkfifo "$DIR/pipe"; exec "$@"',
  meanwhile: afterOpen('SIGINT'),
  code: [130],
  document: 'error',
  ...(costly ? { costly } : {}),
});

const interrupted: readonly Fault[] = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).flatMap(
  (signal): Fault[] => {
    const common = {
      part,
      code: [130],
      shell: silentNetwork,
      root: true,
      meanwhile: afterSyn(signal),
    } as const;
    const costly = signal === 'SIGINT' ? {} : ({ costly: true } as const);
    return [
      {
        id: `dns-${signal}`,
        part,
        fault: `${signal} while a query waits for its reply`,
        args: lookup,
        peer: udpSilent,
        meanwhile: afterQuestion(signal),
        code: [130],
        document: 'dns',
        says: /ECANCELED/,
        costly: true,
      },
      {
        ...common,
        id: `tcp-${signal}`,
        fault: `${signal} while a connection waits for its SYN-ACK`,
        args: ['tcp', '10.77.0.2', '443', '--timeout', '60000', '--json'],
        document: 'tcp',
        says: /10\.77\.0\.2/,
        ...costly,
      },
      {
        ...common,
        id: `trace-${signal}`,
        fault: `${signal} while a trace waits`,
        args: ['trace', '10.77.0.2', '-p', '443', '--wait', '60000', '--json'],
        document: 'trace',
        says: /"interrupted"/,
        meanwhile: afterASecond(signal),
        costly: true,
      },
      {
        ...common,
        id: `diagnose-${signal}`,
        fault: `${signal} while a diagnosis waits`,
        args: ['diagnose', '10.77.0.2:443', '--timeout', '60000', '--save', 'DIR/report.json', '--json'],
        meanwhile: async (running) => {
          await afterSyn(signal)(running);
          await once(running.child, 'exit');
          return existsSync(join(running.directory, 'report.json'))
            ? 'the report was saved'
            : 'no report was saved';
        },
        document: 'report',
        says: /the report was saved/,
        ...costly,
      },
    ];
  },
);

export const interrupts: readonly Fault[] = [
  waitingForWriter(['explain', 'DIR/pipe'], true),
  waitingForWriter(['explain', '--log', 'DIR/pipe'], true),
  waitingForWriter(['dns', '--file', 'DIR/pipe', '--server', '127.0.0.1'], true),
  waitingForWriter(['tcp', '--file', 'DIR/pipe'], true),
  waitingForWriter(['diagnose', 'https://127.0.0.1/', '--ca-file', 'DIR/pipe'], true),
  waitingForWriter(['diagnose', 'https://127.0.0.1/', '--facts', 'DIR/pipe'], true),
  waitingForWriter(['fleet', 'diagnose', '127.0.0.1:1', '--via', 'ssh', '--hosts', 'DIR/pipe'], true),
  {
    id: 'pipe-save',
    part,
    fault: 'a named pipe that nobody reads, and Ctrl-C',
    args: ['diagnose', '127.0.0.1:CLOSED', '--no-trace', '--save', 'DIR/pipe', '--json'],
    shell: 'mkfifo "$DIR/pipe"; exec "$@"',
    meanwhile: async ({ child }) => {
      await sleep(3000);
      child.kill('SIGINT');
      return '';
    },
    code: [3, 130],
    document: 'report',
    costly: true,
  },
  ...interrupted,
  ...(['dns', 'tcp'] as const).map(
    (command): Fault => ({
      id: `full-pipe-${command}`,
      part,
      fault: 'standard output is a pipe that nobody reads, and Ctrl-C twice',
      args:
        command === 'dns'
          ? ['dns', '--file', '-', '--server', '127.0.0.1#9', '--json']
          : ['tcp', '--file', '-', '--json'],
      input: Array.from({ length: 3000 }, () => '127.0.0.1\n').join(''),
      unread: true,
      meanwhile: twice,
      code: [130],
      costly: true,
    }),
  ),
  {
    id: 'full-pipe-watch',
    part,
    fault: 'standard output is a pipe that nobody reads, and Ctrl-C twice',
    args: [
      'trace',
      '127.0.0.1',
      '-p',
      'PORT',
      '--watch',
      '--interval',
      '20',
      '--json',
      '--method',
      'connect',
    ],
    peer: silent,
    unread: true,
    meanwhile: twice,
    code: [130],
    costly: true,
  },
  ...(['INT', 'HUP'] as const).map(
    (signal): Fault => ({
      id: `watch-${signal}`,
      part,
      fault: `SIG${signal} during a watch`,
      args: ['trace', '127.0.0.1', '-p', 'PORT', '--watch', '--json', '--method', 'connect'],
      peer: silent,
      meanwhile: afterASecond(`SIG${signal}`),
      code: [130],
      says: /"kind":"trace-watch"|"kind": "trace/,
      costly: true,
    }),
  ),
  ...[
    ['trace', '127.0.0.1', '-p', 'PORT', '--watch', '--method', 'connect'],
    ['trace', '127.0.0.1', '-p', 'PORT', '--watch', '--verbose', '--method', 'connect'],
    ['dns', 'a.example', '127.0.0.1#PORT', '--timeout', '60000', '--verbose'],
  ].map(
    (args): Fault => ({
      id: `terminal-closes-${args.includes('--verbose') ? 'verbose-' : ''}${args[0]}`,
      part,
      fault: 'the terminal closes',
      args,
      peer: args[0] === 'dns' ? udpSilent : silent,
      shell: 'exec python3 -c "$CLOSER" "$@"',
      env: { CLOSER: closer },
      code: [129, 130],
      costly: true,
    }),
  ),
  {
    id: 'reader-goes',
    part,
    fault: 'the reader of standard output goes',
    args: [
      'trace',
      '127.0.0.1',
      '-p',
      'PORT',
      '--watch',
      '--interval',
      '20',
      '--json',
      '--method',
      'connect',
    ],
    peer: silent,
    shell: '{ "$@"; echo "code $?" >&2; } | head -n 1',
    code: [0],
    says: /code (0|130|141)\n/,
    costly: true,
  },
];

/** Ctrl-C when the pipe is full, and again a second later. */
async function twice({ child }: Running): Promise<string> {
  await isListening(child);
  await sleep(4000);
  child.kill('SIGINT');
  await sleep(1000);
  child.kill('SIGINT');
  return '';
}
