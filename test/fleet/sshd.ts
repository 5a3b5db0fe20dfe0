import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The PATH of a host, without pprobe. */
export const usualPath = '/usr/local/bin:/usr/bin:/bin';

/** Waits until a process is gone; the limit of the file ends a test that waits in vain. */
export async function processEnded(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(50);
  }
}

/** Keys of a host and of a user, and the ssh configuration that knows both. */
export interface SshLab {
  dir: string;
  /**
   * Starts an sshd on loopback whose sessions have this PATH and these variables. `mounts`: lines of sh(1) that change the file
   * systems of its sessions, which only root can. `more`: lines of its configuration. Returns its port.
   */
  sshd(
    path: string,
    variables?: Record<string, string>,
    mounts?: string,
    more?: readonly string[],
  ): Promise<number>;
  /**
   * Starts an sshd whose host has a `pprobe` that runs these lines of sh(1), with the alias `name`. `lines` and `more` are those of
   * alias() and sshd().
   */
  host(name: string, program: string, lines?: readonly string[], more?: readonly string[]): Promise<void>;
  /** Adds an alias to the ssh configuration; `lines` replace the usual ones of the same option. */
  alias(name: string, port: number, lines?: readonly string[]): void;
  configFile: string;
  close(): Promise<void>;
}

/** An OpenSSH on loopback. A port of the kernel accepts connections, and each gets an `sshd -i` of its own. */
export async function sshLab(dir: string): Promise<SshLab> {
  const at = (name: string): string => join(dir, name);
  for (const name of ['host-key', 'user-key', 'other-key'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
  writeFileSync(at('authorized'), readFileSync(at('user-key.pub')));
  writeFileSync(at('empty'), '');
  const known = readFileSync(at('host-key.pub'), 'utf8');
  const configFile = at('ssh_config');
  writeFileSync(configFile, '');
  // sshd of root asks for its empty directory, which systemd makes on a host.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const closing: (() => void)[] = [];

  async function sshd(
    path: string,
    variables: Record<string, string> = {},
    mounts = '',
    more: readonly string[] = [],
  ): Promise<number> {
    const config = at(`sshd_config-${closing.length}`);
    writeFileSync(
      config,
      [
        `HostKey ${at('host-key')}`,
        `AuthorizedKeysFile ${at('authorized')}`,
        'UsePAM no',
        'StrictModes no',
        'PasswordAuthentication no',
        'KbdInteractiveAuthentication no',
        `SetEnv ${Object.entries({ PATH: path, ...variables })
          .map(([name, value]) => `${name}=${value}`)
          .join(' ')}`,
        ...more,
        '',
      ].join('\n'),
    );
    const log = openSync(at('sshd.log'), 'a');
    const server = createServer({ pauseOnConnect: true }, (socket) => {
      const words = ['/usr/sbin/sshd', '-i', '-e', '-f', config];
      const [program = '', ...args] =
        mounts === '' ? words : ['unshare', '-m', 'sh', '-c', `${mounts}\nexec "$@"`, 'sh', ...words];
      const child = spawn(program, args, { stdio: [socket, socket, log] });
      closing.push(() => child.kill('SIGKILL'));
      child.once('exit', () => socket.destroy());
      socket.on('error', () => {});
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => {
      server.close();
      closeSync(log);
    });
    const { port } = server.address() as AddressInfo;
    writeFileSync(at('known'), `[127.0.0.1]:${port} ${known}`, { flag: 'a' });
    return port;
  }

  function alias(name: string, port: number, lines: readonly string[] = []): void {
    const usual = [
      'HostName 127.0.0.1',
      `Port ${port}`,
      `User ${userInfo().username}`,
      `IdentityFile ${at('user-key')}`,
      'IdentitiesOnly yes',
      `UserKnownHostsFile ${at('known')}`,
    ];
    // Several identities would all be offered.
    const own = new Set(lines.map((line) => line.split(' ')[0]));
    const rest = usual.filter((line) => !own.has(line.split(' ')[0]));
    writeFileSync(configFile, [`Host ${name}`, ...lines, ...rest, ''].join('\n'), { flag: 'a' });
  }

  async function host(
    name: string,
    program: string,
    lines: readonly string[] = [],
    more: readonly string[] = [],
  ): Promise<void> {
    const folder = at(`bin-${name.slice(0, 20)}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'pprobe'), `#!/bin/sh\n${program}\n`);
    chmodSync(join(folder, 'pprobe'), 0o755);
    alias(name, await sshd(`${folder}:${usualPath}`, {}, '', more), lines);
  }

  return {
    dir,
    sshd,
    host,
    alias,
    configFile,
    async close() {
      for (const each of closing.toReversed()) each();
    },
  };
}
