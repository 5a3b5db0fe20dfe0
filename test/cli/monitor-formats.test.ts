import { test } from 'tap';
import { closedTcpPort } from '../closed-port.js';
import { type Finished, pprobe, start } from './pprobe.js';
import { patient, tcpServer } from './servers.js';

test('nagios: the state in the first line and in the exit code', async (t) => {
  const { port, server } = await tcpServer();
  t.teardown(() => server.close());
  const open = await pprobe(['diagnose', `127.0.0.1:${port}`, '--format', 'nagios', '--timeout', '60s']);
  t.equal(open.code, 0, open.stdout);
  t.match(
    open.stdout,
    /^PPROBE OK - [^|\n]+ \[none\] \| time=\d+\.\d{3}s;;;0 addresses=1;;;0 open=1;;;0\n[^|]*$/,
  );
  t.equal(open.stderr, '');
  const closed = await pprobe(['--format=nagios', `diagnose`, `127.0.0.1:${await closedTcpPort()}`]);
  t.equal(closed.code, 2);
  t.match(
    closed.stdout,
    /^PPROBE CRITICAL - [^|\n]+ \[tcp\.refused\] \| time=\S+ addresses=1;;;0 open=0;;;0\ntcp\[0\]: [^|]*$/,
  );
});

test('nagios: every mistake in the command line is UNKNOWN and exit 3, on standard output alone', async (t) => {
  for (const words of [
    ['diagnose', '--format', 'nagios'],
    ['diagnose', 'ftp://a.example', '--format=nagios'],
    ['--format', 'nagios', 'diagnose', '127.0.0.1:1', '--bogus|x'],
    ['diagnose', 'a|b', '--format', 'nagios'],
    ['diagnose', '127.0.0.1:1', '--timeout', '5', '--format', 'nagios'],
    ['diagnose', '127.0.0.1:1', '--save', '/nonexistent/pprobe/x', '--format', 'nagios'],
    ['diagnose', '127.0.0.1:1', '--json', '--format', 'nagios'],
    ['diagnose', '127.0.0.1:1', '--html', '-', '--format', 'nagios'],
    ['dns', 'a.example', '--format', 'nagios'],
    ['diagnoes', 'a.example', '--format', 'nagios'],
    ['--format', 'nagios'],
  ]) {
    const { code, stdout, stderr } = await pprobe(words);
    t.equal(code, 3, words.join(' '));
    t.match(stdout, /^PPROBE UNKNOWN - [^|\n]+\n$/, words.join(' '));
    t.equal(stderr, '', words.join(' '));
  }
});

test('nagios: a plugin that is ended early still prints a state', async (t) => {
  const { port, server } = await tcpServer();
  t.teardown(() => server.close());
  const greeted = new Promise((resolve) =>
    server.once('connection', (socket) => socket.once('data', resolve)),
  );
  const { child, finished } = start([
    'diagnose',
    `https://127.0.0.1:${port}/`,
    '--format',
    'nagios',
    ...patient,
  ]);
  // The client has sent its ClientHello, and waits for an answer.
  await greeted;
  child.kill('SIGTERM');
  const { code, stdout } = await finished;
  t.match(stdout, /^PPROBE UNKNOWN - [^|\n]+ \[none\] \| time=\S+ addresses=1;;;0 open=1;;;0\n[^|]*$/);
  t.equal(code, 3);
});

test('emf: one line with the metrics, and the exit code of the verdict', async (t) => {
  const port = await closedTcpPort();
  const finished = await pprobe(['diagnose', `127.0.0.1:${port}`, '--format', 'emf']);
  t.equal(finished.code, 13);
  t.match(onlyObject(finished), {
    _aws: { CloudWatchMetrics: [{ Namespace: 'pprobe', Dimensions: [['target'], ['target', 'vantage']] }] },
    target: `127.0.0.1:${port}`,
    success: 0,
    addresses: 1,
    addressesOpen: 0,
    class: 'refused',
    cause: 'tcp.refused',
  });
});

test('emf: a mistake is one line, too, and no metric', async (t) => {
  for (const words of [
    ['diagnose', '--format', 'emf'],
    ['tcp', 'a.example', '--format', 'emf'],
  ]) {
    const finished = await pprobe(words);
    t.equal(finished.code, 2);
    const event = onlyObject(finished);
    t.match(event, { kind: 'error', error: { code: 'invalid-input' } });
    t.notOk('_aws' in event);
  }
});

test('help and completion name the formats of monitors for diagnose alone', async (t) => {
  t.match((await pprobe(['diagnose', '--help'])).stdout, 'text, json, ndjson, nagios or emf');
  t.notMatch((await pprobe(['dns', '--help'])).stdout, 'nagios');
  const offered = await pprobe(['--get-yargs-completions', 'pprobe', 'diagnose', '--format', 'n']);
  t.equal(offered.stdout, 'ndjson\nnagios\n');
});

/** The one line of standard output, parsed. Throws if there is anything else. */
function onlyObject({ stdout }: Finished): object {
  if (!/^[^\n]+\n$/.test(stdout)) throw new Error(`not one line: ${JSON.stringify(stdout)}`);
  return JSON.parse(stdout);
}
