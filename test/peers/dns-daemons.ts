import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import { freePort } from '../free-port.js';

const run = promisify(execFile);

/** A real DNS server on a port of loopback. */
export interface Daemon {
  name: string;
  port: number;
}

// Debian installs the daemons in a directory that is not in the PATH of an ordinary user.
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

/** Why the daemons cannot run on this host, or false. */
export async function daemonsUnavailable(): Promise<string | false> {
  for (const [command, version] of [
    ['dig', '-v'],
    ['named', '-v'],
    ['unbound', '-V'],
    ['dnsmasq', '-v'],
  ] as const) {
    const isThere = await run(command, [version], { env }).then(
      () => true,
      () => false,
    );
    if (!isThere) return `${command} is not installed`;
  }
  return false;
}

/** BIND, authoritative for `zone`, with the text of a zone file. */
export async function bind(
  t: Pick<Test, 'teardown'>,
  dir: string,
  zone: string,
  text: string,
): Promise<Daemon> {
  const port = await freePort();
  await writeFile(join(dir, 'zone'), text);
  await writeFile(
    join(dir, 'named.conf'),
    `options { directory "${dir}"; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
       recursion no; dnssec-validation no; pid-file none; session-keyfile none; notify no; };
     controls { };
     zone "${zone}" { type primary; file "zone"; check-names ignore; };\n`,
  );
  return await start(t, 'named', ['-g', '-n', '1', '-c', join(dir, 'named.conf')], port, zone);
}

/** unbound, which forwards queries for `zone` to `authority`. */
export async function unbound(
  t: Pick<Test, 'teardown'>,
  dir: string,
  zone: string,
  authority: Daemon,
): Promise<Daemon> {
  const port = await freePort();
  await writeFile(
    join(dir, 'unbound.conf'),
    `server:
       interface: 127.0.0.1
       port: ${port}
       username: ""
       chroot: ""
       directory: "${dir}"
       pidfile: ""
       use-syslog: no
       do-not-query-localhost: no
       module-config: "iterator"
       do-ip6: no
     remote-control:
       control-enable: no
     stub-zone:
       name: "${zone}"
       stub-addr: 127.0.0.1@${authority.port}\n`,
  );
  return await start(t, 'unbound', ['-d', '-c', join(dir, 'unbound.conf')], port, zone);
}

/** dnsmasq, which forwards queries for `zone` to `authority`. */
export async function dnsmasq(
  t: Pick<Test, 'teardown'>,
  dir: string,
  zone: string,
  authority: Daemon,
): Promise<Daemon> {
  const port = await freePort();
  await writeFile(join(dir, 'dnsmasq.conf'), '');
  const words = [
    '--keep-in-foreground',
    `--conf-file=${join(dir, 'dnsmasq.conf')}`,
    '--no-resolv',
    '--no-hosts',
  ];
  const where = [`--port=${port}`, '--listen-address=127.0.0.1', '--bind-interfaces', '--pid-file='];
  const whom = [`--server=/${zone}/127.0.0.1#${authority.port}`, '--user='];
  return await start(t, 'dnsmasq', [...words, ...where, ...whom], port, zone);
}

async function start(
  t: Pick<Test, 'teardown'>,
  name: string,
  args: string[],
  port: number,
  zone: string,
): Promise<Daemon> {
  const child = spawn(name, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => {
    said = `${said}${text}`.slice(-2000);
  });
  t.teardown(() => stop(child));
  // Queries until the daemon answers over both transports or has ended; each dig waits one second.
  const words = ['@127.0.0.1', '-p', String(port), zone, 'SOA', '+short', '+tries=1', '+time=1'];
  const answers = async (...more: string[]): Promise<boolean> => {
    const { stdout } = await run('dig', [...words, ...more]).catch(() => ({ stdout: '' }));
    return / \d+ \d+ \d+ \d+ \d+$/m.test(stdout);
  };
  while (child.exitCode === null) {
    if ((await answers()) && (await answers('+tcp'))) return { name, port };
    await new Promise((again) => setTimeout(again, 100));
  }
  throw new Error(`${name} ended: ${said}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
