import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { version } from '../../src/core/version.js';
import { closedTcpPort } from '../closed-port.js';
import { validateDocument } from '../documents/validate.js';
import { pprobe, start } from './pprobe.js';
import { dnsServer, patient, tcpServer } from './servers.js';

test('--version, with and without a command', async (t) => {
  t.strictSame(await pprobe(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' });
  t.strictSame(await pprobe(['dns', '--version']), { code: 0, stdout: `${version}\n`, stderr: '' });
});

test('--help prints to stdout with exit 0, in English in every locale, without any argument', async (t) => {
  const program = await pprobe(['--help'], '', { LANG: 'fr_FR.UTF-8' });
  t.equal(program.code, 0);
  t.match(program.stdout, /^Usage: pprobe <command>/);
  const command = await pprobe(['dns', '-h']);
  t.equal(command.code, 0);
  t.match(command.stdout, /^Usage: pprobe dns <name> \[server\] \[options\]\n/);
  t.equal(command.stderr, '');
});

test('completion: a script for the shell named, and the words that a shell offers', async (t) => {
  const script = await pprobe(['completion', 'zsh'], '', { SHELL: '/bin/bash' });
  t.equal(script.code, 0);
  t.match(script.stdout, /^#compdef pprobe\n/);
  const commands = await pprobe(['--get-yargs-completions', 'pprobe', ''], '', { SHELL: '/bin/bash' });
  t.match(
    commands.stdout,
    /^diagnose\ndns\ntcp\ntrace\nexplain\ncollect\nfleet\nagent\nserve\ndoctor\ncompletion\n$/,
  );
  const options = await pprobe(['--get-yargs-completions', 'pprobe', 'dns', '--'], '', {
    SHELL: '/bin/bash',
  });
  t.match(options.stdout, /^--no-search$/m);
  t.notMatch(options.stdout, /^--.$/m);
});

test('dns: an answer from a server given as the second argument; no colour in a pipe', async (t) => {
  const dns = await dnsServer();
  t.teardown(dns.close);
  const { code, stdout, stderr } = await pprobe(['dns', 'api.example', dns.server, ...patient]);
  t.equal(code, 0);
  t.equal(stderr, '');
  t.match(
    stdout,
    /^✓ api\.example {2}A, AAAA\n {2}10\.0\.1\.23 {2}private \(RFC 1918\)\n {2}private: as expected of an interface endpoint\n {2}from 127\.0\.0\.1#\d+ over UDP, /,
  );
  t.notMatch(stdout, '\x1b');
});

test('dns: a name that looks like a number stays text', async (t) => {
  const dns = await dnsServer();
  t.teardown(dns.close);
  const { stdout } = await pprobe(['dns', '1e3', '-t', 'A', '--json', '--server', dns.server, ...patient]);
  t.equal(JSON.parse(stdout).question.name, '1e3');
});

test('dns: exit 10 for a name that does not exist and for --compare with different addresses; --reverse asks for PTR', async (t) => {
  const dns = await dnsServer();
  t.teardown(dns.close);
  const missing = await pprobe(['dns', 'missing.example', dns.server, ...patient]);
  t.equal(missing.code, 10);
  t.match(missing.stdout, 'NXDOMAIN');
  const other = await pprobe([
    'dns',
    'api.example',
    dns.server,
    ...patient,
    '--compare',
    'other.example',
    '-4',
    '--json',
  ]);
  t.equal(other.code, 10);
  t.match(JSON.parse(other.stdout).compare, { name: 'other.example', same: false, onlyFirst: ['10.0.1.23'] });
  t.same(validateDocument(JSON.parse(other.stdout)), []);
  const reverse = await pprobe(['dns', '-x', '10.0.1.23', dns.server, ...patient]);
  t.match(reverse.stdout, '23.1.0.10.in-addr.arpa');
  t.match(reverse.stdout, '  PTR  api.example.');
});

test('dns: an address without options is looked up by its reverse name; -4 and -6 exclude the other family', async (t) => {
  const dns = await dnsServer();
  t.teardown(dns.close);
  for (const [args, question] of [
    [['10.0.1.23'], { name: '23.1.0.10.in-addr.arpa', type: 'PTR' }],
    [['api.example', '-4'], { name: 'api.example', type: 'A' }],
    [['api.example', '-4', '-t', 'TXT,AAAA,A'], { name: 'api.example', type: 'TXT,A' }],
    [['api.example', '-6'], { name: 'api.example', type: 'AAAA' }],
  ] as const) {
    const { stdout } = await pprobe(['dns', ...args, '--server', dns.server, ...patient, '--json']);
    t.same(JSON.parse(stdout).question, question);
  }
  const nothing = await pprobe(['dns', 'api.example', '-4', '-t', 'AAAA', '--server', dns.server]);
  t.equal(nothing.code, 2);
  t.match(nothing.stderr, /^pprobe: -4: .*AAAA.*\n$/);
});

test('dns: the data of a record cannot control the terminal', async (t) => {
  const dns = await dnsServer();
  t.teardown(dns.close);
  const { stdout } = await pprobe(['dns', 'api.example', dns.server, ...patient, '-t', 'TXT', '--verbose']);
  t.match(stdout, 'before');
  t.notMatch(stdout, '\x1b');
});

test('tcp and trace: exit code and JSON of an open and a closed port', async (t) => {
  const { port, server } = await tcpServer();
  t.teardown(() => server.close());
  const closed = await closedTcpPort();
  for (const [args, code, status] of [
    [['tcp', '127.0.0.1', String(port)], 0, 'open'],
    [['tcp', '127.0.0.1', String(closed)], 13, 'refused'],
    [['trace', '127.0.0.1', '-p', String(port), '--method', 'connect'], 0, 'open'],
    [['trace', '127.0.0.1', `-p${closed}`, '--method', 'connect'], 13, 'closed'],
  ] as const) {
    const finished = await pprobe([...args, '--json']);
    t.equal(finished.code, code, args.join(' '));
    t.equal(finished.stderr, '');
    const document = JSON.parse(finished.stdout);
    t.same(validateDocument(document), []);
    t.equal(document.kind === 'tcp' ? document.status : document.outcome, status);
    if (document.kind === 'trace') t.equal(document.names, null, 'no names without --resolve');
  }
});

test('diagnose --save writes the report that is printed, and explain comes to the same verdict', async (t) => {
  const port = await closedTcpPort();
  const file = join(t.testdir(), 'report.json');
  const diagnosed = await pprobe(['diagnose', `127.0.0.1:${port}`, '--no-trace', '--save', file, '--json']);
  t.equal(diagnosed.code, 13);
  t.equal(readFileSync(file, 'utf8'), diagnosed.stdout);
  const report = JSON.parse(diagnosed.stdout);
  t.same(validateDocument(report), []);
  const explained = await pprobe(['explain', file, '--json']);
  t.equal(explained.code, 13);
  t.strictSame(JSON.parse(explained.stdout).verdict, report.verdict);
  const piped = await pprobe(['explain', '-'], diagnosed.stdout);
  t.equal(piped.code, 13);
  t.match(piped.stdout, report.verdict.cause);
  const cut = await pprobe(['explain', '-'], diagnosed.stdout.slice(0, -100));
  t.equal(cut.code, 2);
  t.match(cut.stderr, /^pprobe: [^\n]+\n$/);
});

test('diagnose: with a full disk the file is not written, but the report is printed', async (t) => {
  const port = await closedTcpPort();
  for (const option of ['--save', '--html']) {
    const finished = await pprobe([
      'diagnose',
      `127.0.0.1:${port}`,
      '--no-trace',
      option,
      '/dev/full',
      '--json',
    ]);
    t.equal(finished.code, 3);
    t.match(finished.stderr, new RegExp(`pprobe: ${option}: cannot write "/dev/full": the disk is full\n`));
    t.equal(JSON.parse(finished.stdout).verdict.class, 'refused');
  }
});

test('diagnose: a fault that the name alone shows is printed before the measurement, and is in the report', async (t) => {
  const dns = await dnsServer('127.0.0.1');
  t.teardown(() => dns.close());
  // A reserved port, so that no service of this machine answers.
  const url = 'https://abc123defg.execute-api.cn-north-1.amazonaws.com:1/prod';
  const args = ['diagnose', url, '--server', dns.server, '--no-trace', '-4'];
  const finished = await pprobe([...args, '--json']);
  t.match(
    finished.stderr,
    /^pprobe: The name ends in amazonaws\.com, but .* Use https:\S+\.com\.cn\/prod\n$/,
  );
  t.same(validateDocument(JSON.parse(finished.stdout)), []);
  t.equal((await pprobe([...args, '--json', '--quiet'])).stderr, '');
});

test('doctor: a valid document, and the exit code that belongs to it', async (t) => {
  const { code, stdout } = await pprobe(['doctor', '--json']);
  const document = JSON.parse(stdout);
  t.same(validateDocument(document), []);
  t.equal(code, document.nameservers.length > 0 ? 0 : 3);
});

test('a command that sends nothing accepts the options for sending', async (t) => {
  const { code, stderr } = await pprobe(['doctor', '-4', '--timeout', '1000', '--quiet']);
  t.ok(code === 0 || code === 3);
  t.equal(stderr, '');
});

test('the program ends without an error when the reader of its output has gone', async (t) => {
  for (const args of [['--help'], ['tcp', '--help', '--json'], ['completion', 'bash']]) {
    const { child, finished } = start(args);
    child.stdin?.end();
    child.stdout?.destroy();
    const { code, stderr } = await finished;
    t.equal(stderr, '', args.join(' '));
    t.equal(code, 0, args.join(' '));
  }
});

for (const args of [['doctor'], ['--version'], ['--help'], ['completion', 'bash']]) {
  test(`an output of ${args.join(' ')} that cannot be written is exit 3 with a message`, async (t) => {
    const child = spawn(process.execPath, ['bin/pprobe.js', ...args], {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    });
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    const [code] = await once(child, 'close');
    t.equal(code, 3);
    t.equal(stderr, 'pprobe: cannot write to standard output: ENOSPC\n');
  });
}

test('a bug in a callback: exit 1 at once, the stack on stderr, and with --json a valid document', async (t) => {
  const dns = await dnsServer();
  t.teardown(dns.close);
  const bug = "process.on('SIGUSR2', () => { throw new TypeError('boom'); })";
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(bug)}` };
  const args = ['dns', 'silent.example', dns.server, '--timeout', '60000', '--json'];
  const { child, finished } = start(args, env);
  await dns.asked;
  child.kill('SIGUSR2');
  const { code, stdout, stderr } = await finished;
  t.equal(code, 1);
  t.match(stderr, /^pprobe: this is a bug in pprobe: TypeError: boom\n {4}at /);
  const document = JSON.parse(stdout);
  t.same(validateDocument(document), []);
  t.equal(document.error.code, 'internal');
});
