import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { widthOf } from '../../src/report/text/wrap.js';
import { bin } from '../cli/pprobe.js';
import { report } from '../compare/reports.js';
import { dns, HOST, http, tcp, tls } from '../diagnose/evidence.js';
import { processEnded, type SshLab, sshLab } from './sshd.js';

// tap removes the directory before it calls what is registered after it.
t.teardown(() => lab.close());
const dir = t.testdir();
const long = `h${'o'.repeat(253)}t`;
let lab: SshLab;

/** Writes the number of the process into a file, which is complete when it is there. */
function noted(name: string): string {
  return `echo $$ > ${join(dir, name)}.new; mv ${join(dir, name)}.new ${join(dir, name)}`;
}

interface Shown {
  terminal: string;
  code: number;
}

/** Runs pprobe on a terminal of 40 columns, and presses Ctrl-C when it shows `until`. */
async function onTerminal(hosts: string, until: string, file: string, again = false): Promise<Shown> {
  const asked = ['fleet', 'diagnose', HOST, '--via', 'ssh', '--hosts', hosts, '--ssh-config', lab.configFile];
  const order = {
    argv: [process.execPath, bin, ...asked],
    pipe: false,
    until,
    columns: 40,
    file: join(dir, file),
    again,
  };
  const { stdout } = await promisify(execFile)('python3', [
    join(process.cwd(), 'test/cli/ctrl_c.py'),
    JSON.stringify(order),
  ]);
  return JSON.parse(stdout);
}

t.before(async () => {
  lab = await sshLab(dir);
  const works = report('web-1', '10.0.1.10', {
    dns: [dns(HOST, ['10.0.1.5'])],
    tcp: [tcp(HOST, { '10.0.1.5': 'open' })],
    tls: [tls('ok')],
    http: [http(200)],
  });
  writeFileSync(join(dir, 'report'), JSON.stringify(works));
  await lab.host('web-1', `cat ${join(dir, 'report')}`);
  await lab.host('noisy', "printf 'bad \\033]0;owned\\007\\033[2Jnews\\n' >&2; exit 5");
  await lab.host(long, `${noted('pid')}; exec sleep 1000`);
  await lab.host('deaf', `trap "" TERM INT; ${noted('deaf')}; sleep 1000 & wait; sleep 1000`);
});

t.test(
  'a narrow terminal: no line is wrapped, nothing of a host is raw; Ctrl-C prints what came',
  async (t) => {
    const { terminal, code } = await onTerminal(
      `web-1,noisy,${long}`,
      '1 of 3 hosts answered, 1 without',
      'pid',
    );
    t.equal(code, 130, terminal);
    t.notMatch(terminal, /\u001b\]|\u001b\[2J|\u0007/);
    const drawn = terminal.split('\u001b[J').slice(1, -1).join('\n');
    for (const line of drawn.replaceAll(/\u001b\[\d*[A-Za-z]|\^C/g, '').split(/[\r\n]+/))
      t.ok(widthOf(line) < 40, line);
    t.match(terminal.slice(terminal.lastIndexOf('\u001b[J')), /1 of 3 hosts answered.*web-1/s);
    t.match(terminal, /failed/);
    await processEnded(Number(readFileSync(join(dir, 'pid'), 'utf8')));
  },
);

t.test('a second Ctrl-C ends at once, and the program of the host ends there', async (t) => {
  const { code } = await onTerminal('deaf', 'measures', 'deaf', true);
  t.equal(code, 130);
  await processEnded(Number(readFileSync(join(dir, 'deaf'), 'utf8')));
});
