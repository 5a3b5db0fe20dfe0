import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import type { FleetDocument } from '../../src/documents/fleet.js';
import { bin, pprobe, start } from '../cli/pprobe.js';
import { closedTcpPort } from '../closed-port.js';
import { report } from '../compare/reports.js';
import { dns, HOST, http, tcp, tls } from '../diagnose/evidence.js';
import { validateDocument } from '../documents/validate.js';
import { processEnded, type SshLab, sshLab, usualPath } from './sshd.js';

const answers = [dns(HOST, ['10.0.1.5'])];
const works = report('ip-10-0-1-10', '10.0.1.10', {
  dns: answers,
  tcp: [tcp(HOST, { '10.0.1.5': 'open' })],
  tls: [tls('ok')],
  http: [http(200)],
});
const fails = report('ip-10-0-9-10', '10.0.9.10', {
  dns: answers,
  tcp: [tcp(HOST, { '10.0.1.5': 'timeout' })],
});
const target = `https://${HOST}/prod`;

// tap removes the directory before it calls what is registered after it.
t.teardown(() => lab.close());
const dir = t.testdir();
let lab: SshLab;

/** A host whose pprobe prints these octets. */
async function printing(name: string, octets: string | Uint8Array): Promise<void> {
  writeFileSync(join(dir, `${name}.out`), octets);
  await lab.host(name, `cat ${join(dir, `${name}.out`)}`);
}

function fleet(hosts: string, ...more: string[]): string[] {
  const asked = ['fleet', 'diagnose', target, '--via', 'ssh', '--hosts', hosts];
  return [...asked, '--ssh-config', lab.configFile, ...more];
}

function outcomesOf({ results }: FleetDocument): Record<string, string> {
  return Object.fromEntries(results.map(({ agent, outcome }) => [agent, outcome]));
}

function reasonOf({ results }: FleetDocument, agent: string): string {
  return results.find((each) => each.agent === agent)?.reason ?? '';
}

t.before(async () => {
  lab = await sshLab(dir);
});

t.test('every outcome, with the words of ssh; hosts of a file, a group, and what is missing', async (t) => {
  await printing('web-1', JSON.stringify({ ...works, reportId: randomUUID() }));
  await printing('web-2', `Welcome!\n${JSON.stringify({ ...fails, reportId: randomUUID() }, null, 2)}`);
  const port = await lab.sshd(usualPath);
  lab.alias('no-pprobe', port);
  lab.alias('no-key', port, [`IdentityFile ${join(dir, 'other-key')}`]);
  lab.alias('unknown', port, [`UserKnownHostsFile ${join(dir, 'empty')}`]);
  lab.alias('down', await closedTcpPort());
  // The process of sshd that serves the connection dies while the report is written.
  await lab.host(
    'cut',
    `echo '{"kind":"report",'
p=$PPID
while [ "$(cat /proc/$p/comm)" != sshd ]; do p=$(cut -d' ' -f4 /proc/$p/stat); done
kill -KILL $p`,
  );
  await printing('escape', '{"kind":"report","version":1,"target":"\\u001b]0;owned\\u0007"}');
  await printing(
    'long',
    JSON.stringify({ ...works, vantage: { ...works.vantage, hostname: 'h'.repeat(200_000) } }),
  );
  await printing('huge', JSON.stringify({ ...works, padding: 'x'.repeat(600 * 1024) }));
  await printing('bomb', gzipSync(Buffer.alloc(20_000_000, ' ')));
  await printing('newer', JSON.stringify({ ...works, version: 2 }));
  await printing(
    'usage',
    JSON.stringify({ kind: 'error', version: 1, error: { message: 'no such option' } }),
  );
  const hosts = join(dir, 'hosts');
  writeFileSync(
    hosts,
    '# the fleet\n\nweb-1 group=core\nweb-2 group=core\nno-pprobe\nno-key\nunknown\ndown\ncut\nescape\nlong\nhuge\nbomb\nnewer\nusage\n',
  );
  const { code, stdout } = await pprobe(fleet(hosts, '--json', '--deadline', '60s'));
  const document: FleetDocument = JSON.parse(stdout);
  t.same(validateDocument(document), []);
  t.same(outcomesOf(document), {
    'web-1': 'answered',
    'web-2': 'answered',
    'no-pprobe': 'failed',
    'no-key': 'refused',
    unknown: 'refused',
    down: 'silent',
    cut: 'no-answer',
    escape: 'invalid',
    long: 'invalid',
    huge: 'invalid',
    bomb: 'invalid',
    newer: 'invalid',
    usage: 'failed',
  });
  t.equal(code, 20, 'fewer than half answered');
  t.match(document.counts, { roster: 13, answered: 2, invalid: 5, refused: 2, failed: 2 });
  t.match(document.roster[0], { agent: 'web-1', group: 'core', host: 'web-1' });
  t.match(reasonOf(document, 'no-key'), /Permission denied/);
  t.match(reasonOf(document, 'unknown'), /Host key verification failed/);
  t.match(reasonOf(document, 'down'), /Connection refused/);
  t.match(reasonOf(document, 'no-pprobe'), /not found/);
  t.match(reasonOf(document, 'newer'), /upgrade/);
  t.match(reasonOf(document, 'bomb'), /4 MB/);
  t.notMatch(stdout, /\u001b|h{300}/);
  t.equal(document.comparison?.findings[0]?.kind, 'works-in-some');
  t.equal(document.comparison?.findings[0]?.confidence, 'medium', 'high, less a step for the missing hosts');
  const core = await pprobe(fleet(hosts, '--group', 'core'));
  t.equal(core.code, 11, core.stdout);
  t.match(core.stdout, /^2 of 2 hosts answered\. Target:\s+https:/);
  t.match(core.stdout, /=> web-1 reaches .*web-2\s+does not/s);
  const none = await pprobe(fleet(hosts, '--group', 'edge', '--json'));
  t.equal(none.code, 3);
  t.equal(JSON.parse(none.stdout).error.code, 'capability');
});

t.test('a target with quotes is one word on the host, and options are handed on', async (t) => {
  const seen = join(dir, 'seen');
  await lab.host('words', `printf '%s\\n' "$@" > ${seen}; cat ${join(dir, 'web-1.out')}`);
  const odd = `https://${HOST}/a'b;touch$IFS${dir}/owned;$(touch\${IFS}${dir}/owned)`;
  const asked = [
    'fleet',
    'diagnose',
    odd,
    '--via',
    'ssh',
    '--hosts',
    'words',
    '--no-trace',
    '-4',
    '--format',
    'ndjson',
  ];
  const { code, stdout } = await pprobe([...asked, '--ssh-config', lab.configFile, '--exit-zero']);
  t.equal(code, 0, stdout);
  t.match(stdout, /^\{"kind":"fleet"[^\n]*\}\n$/);
  const words = readFileSync(seen, 'utf8').split('\n');
  t.same(words.slice(0, 4), ['diagnose', odd, '--format', 'ndjson']);
  t.ok(words.includes('--no-trace') && words.includes('-4'));
  t.notOk(existsSync(join(dir, 'owned')));
});

t.test('the exit status of pprobe on the host is that of its verdict, and no failure of ssh', async (t) => {
  const file = join(dir, 'fails.json');
  writeFileSync(file, JSON.stringify(fails));
  await lab.host('real', `exec ${process.execPath} ${bin} explain ${file} --format ndjson`);
  const { code, stdout } = await pprobe(fleet('real', '--json', '--redact'));
  t.equal(code, 11, stdout);
  const document: FleetDocument = JSON.parse(stdout);
  t.match(document.results[0], { outcome: 'answered', report: { verdict: { cause: 'tcp.timeout-all' } } });
  t.notMatch(stdout, /10\.0\.9\.10/, '--redact');
});

t.test(
  '--redact: hosts that saw the same address show the same mask, and are compared as without it',
  async (t) => {
    for (const name of ['twin-1', 'twin-2']) {
      const made = { ...fails, reportId: randomUUID(), vantage: { ...fails.vantage, hostname: name } };
      await printing(name, JSON.stringify(made));
    }
    const asked = fleet('twin-1,twin-2', '--json');
    const open: FleetDocument = JSON.parse((await pprobe(asked)).stdout);
    const masked: FleetDocument = JSON.parse((await pprobe([...asked, '--redact'])).stdout);
    const addressesOf = ({ results }: FleetDocument): (string | undefined)[] =>
      results.map(({ report: of }) => of?.observations.tcp[0]?.attempts[0]?.address);
    t.same(addressesOf(open), ['10.0.1.5', '10.0.1.5']);
    const [first, second] = addressesOf(masked);
    t.not(first, '10.0.1.5');
    t.equal(second, first);
    const kindsOf = ({ comparison }: FleetDocument) => comparison?.findings.map(({ kind }) => kind);
    t.same(kindsOf(masked), kindsOf(open));
  },
);

t.test('--plain: an sshd that allows "pprobe diagnose" alone runs that, and nothing around it', async (t) => {
  const gate = join(dir, 'gate');
  writeFileSync(
    gate,
    `case "$SSH_ORIGINAL_COMMAND" in
*[';&|<>\`$()']*) echo refused >&2; exit 1;;
"pprobe diagnose "*) echo "$SSH_ORIGINAL_COMMAND" >${join(dir, 'allowed')}; exec $SSH_ORIGINAL_COMMAND;;
*) echo "not allowed" >&2; exit 1;;
esac
`,
  );
  const program = `cat ${join(dir, 'web-1.out')}`;
  await lab.host('gated', program, [], [`ForceCommand sh ${gate}`]);
  const wrapped: FleetDocument = JSON.parse((await pprobe(fleet('gated', '--json'))).stdout);
  t.equal(outcomesOf(wrapped).gated, 'failed');
  const { code, stdout } = await pprobe(fleet('gated', '--json', '--plain', '--no-trace'));
  t.equal(code, 0, stdout);
  t.same(outcomesOf(JSON.parse(stdout)), { gated: 'answered' });
  t.match(
    readFileSync(join(dir, 'allowed'), 'utf8'),
    /^pprobe diagnose https:\S+ --format ndjson --max-time \d+ms --no-trace\n$/,
  );
});

t.test('a host that is too slow: at the deadline its program is ended there', async (t) => {
  const pid = join(dir, 'slow.pid');
  await lab.host('slow', `echo $$ > ${pid}; exec sleep 1000`);
  const { code, stdout } = await pprobe(fleet('slow', '--json', '--deadline', '12s'));
  t.equal(code, 20);
  t.match(JSON.parse(stdout).results[0], { outcome: 'no-answer', reason: /no report within 12 s/ });
  await processEnded(Number(readFileSync(pid, 'utf8')));
});

t.test('Ctrl-C: what came is printed, the programs on the hosts end, exit 130', async (t) => {
  const pid = join(dir, 'stuck.pid');
  await lab.host('stuck', `echo $$ > ${pid}; exec sleep 1000`);
  const { child, finished } = start(fleet('web-1,stuck', '--json'));
  while (!existsSync(pid) || readFileSync(pid, 'utf8') === '') await sleep(50);
  child.kill('SIGINT');
  const { code, stdout, stderr } = await finished;
  t.equal(code, 130, stderr);
  const document: FleetDocument = JSON.parse(stdout);
  t.match(document.stopped, { by: 'request' });
  t.match(outcomesOf(document), { stuck: 'no-answer' });
  await processEnded(Number(readFileSync(pid, 'utf8')));
});
