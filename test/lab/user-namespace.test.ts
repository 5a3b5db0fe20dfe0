import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import t from 'tap';
import { labUnavailable } from './lab.js';
import { program, remaining, Terminal } from './terminal.js';

/** The lab of an ordinary user, who is root only inside a user namespace. */

const ordinaryUser =
  process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];

/** Why no ordinary user can run a lab on this host, or false. */
async function unavailable(): Promise<string | false> {
  const reason = await labUnavailable();
  if (reason !== null) return reason;
  if (!succeeds('test', '-r', program)) return 'an ordinary user cannot read the directory of the package';
  return succeeds('unshare', '--user', '--map-root-user', '--net', 'true')
    ? false
    : 'an ordinary user has no user namespaces here';
}

function succeeds(...argv: string[]): boolean {
  const [command = '', ...args] = [...ordinaryUser, ...argv];
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

t.test('an ordinary user can run a lab', { skip: await unavailable() }, async (t) => {
  const terminal = new Terminal(t, ordinaryUser);
  const up = await terminal.run('up');
  t.match(up, { code: 0, stdout: /The lab is up in / });
  t.comment(up.stdout.split('\n')[0] ?? '');
  const namespace = terminal.namespace();

  t.match(await terminal.run('exec', '--', 'id', '-u'), { code: 0, stdout: '0\n' });
  const lookup = ['exec', '--', 'getent', 'ahostsv4', 'abc123defg.execute-api.us-east-1.amazonaws.com'];
  t.match(await terminal.run(...lookup), { code: 0, stdout: /^10\.0\.2\.20 /m });

  const script = (host: string): string =>
    `require('node:net').connect(443, '${host}', () => { console.log('open'); process.exit() }).on('error', (e) => console.log(e.code))`;
  const connect = async (host: string): Promise<string> =>
    (await terminal.run('exec', '--', process.execPath, '-e', script(host))).stdout.trim();
  t.equal(await connect('10.0.3.30'), 'open');
  t.equal(await connect('fd10:0:0:2::20'), 'open');

  for (const [fault, outcome] of Object.entries({
    'endpoint-refuses': 'ECONNREFUSED',
    'firewall-prohibits': 'EHOSTUNREACH',
    'no-route': 'ENETUNREACH',
  })) {
    t.match(await terminal.run('break', fault), { code: 0 });
    t.equal(await connect('10.0.3.30'), outcome, fault);
  }
  t.match(await terminal.run('break', 'nxdomain'), { code: 0 });
  t.match(await terminal.run(...lookup), { code: 2 });
  t.match(await terminal.run('heal'), { code: 0 });
  t.equal(await connect('10.0.3.30'), 'open');

  t.match(await terminal.run('down'), { code: 0 });
  t.strictSame(await remaining(namespace), []);
  t.strictSame(readdirSync(terminal.directory), []);
});
