import { join } from 'node:path';
import { test } from 'tap';
import { commands } from '../../src/cli/commands.js';
import { validateDocument } from '../documents/validate.js';
import { type Finished, pprobe, start } from './pprobe.js';
import { dnsServer } from './servers.js';

/** Every spelling of --json and --format, and where it may be on a command line. */
const spellings: readonly { name: string; words: (line: readonly string[]) => string[] }[] = [
  { name: '--json last', words: (line) => [...line, '--json'] },
  { name: '--json first', words: (line) => ['--json', ...line] },
  { name: '--json=true', words: (line) => [...line, '--json=true'] },
  { name: '--json second', words: ([first = '', ...rest]) => [first, '--json', ...rest] },
  { name: '--format json', words: (line) => [...line, '--format', 'json'] },
  { name: '--format=ndjson', words: (line) => ['--format=ndjson', ...line] },
  { name: '--json --json=false --json', words: (line) => ['--json', '--json=false', ...line, '--json'] },
];

interface Failure {
  words: string[];
  code: number;
  error: string;
}

const missing = '/nonexistent/pprobe';

/** Failures of a command before it measures anything: those of every command, and its own. */
function failuresOf(name: string): Failure[] {
  const usage = (...words: string[]): Failure => ({
    words: [name, ...words],
    code: 2,
    error: 'invalid-input',
  });
  const capability = (...words: string[]): Failure => ({
    words: [name, ...words],
    code: 3,
    error: 'capability',
  });
  const own: Record<string, Failure[]> = {
    dns: [
      usage('a..b'),
      usage('a', '--timeout', '5'),
      usage('a', '--short'),
      usage('--file'),
      capability('--file', missing),
      capability(`--file=${missing}`),
    ],
    tcp: [usage('127.0.0.1', '0'), usage('--file'), capability('--file', missing)],
    trace: [usage('127.0.0.1', '-q', '11'), usage('127.0.0.1', '--watch', '--count', '0')],
    diagnose: [
      usage('ftp://a.example'),
      usage('127.0.0.1:1', '--html', '-'),
      capability('127.0.0.1:1', '--save', join(missing, 'report.json')),
    ],
    explain: [capability(missing), capability('--log', missing), usage('a', 'b', '--html', 'x')],
  };
  return [usage('--bogus'), usage('--source', 'eth0', 'x'), usage('--timeout'), ...(own[name] ?? [])];
}

const failures: readonly Failure[] = [
  ...commands.flatMap(({ name }) => failuresOf(name)),
  { words: ['dsn'], code: 2, error: 'invalid-input' },
  { words: ['completion', 'tcsh'], code: 2, error: 'invalid-input' },
  { words: ['completion', '--bogus'], code: 2, error: 'invalid-input' },
  { words: [], code: 2, error: 'invalid-input' },
];

/** Each failure is tested with two of the spellings, in turn: all combinations would take several hundred processes. */
const lines = failures.flatMap((failure, index) =>
  [spellings[index % spellings.length], spellings[(index + 3) % spellings.length]].flatMap((spelling) =>
    spelling === undefined
      ? []
      : [{ ...failure, spelling: spelling.name, argv: spelling.words(failure.words) }],
  ),
);

test('every failure of every command, with every spelling of --json: exactly one valid document', async (t) => {
  const waiting = lines.values();
  const lane = async () => {
    for (const { argv, code, error } of waiting) {
      const label = argv.join(' ');
      const finished = await pprobe(argv);
      const document = onlyDocument(finished);
      t.equal(finished.code, code, label);
      t.same(validateDocument(document), [], label);
      t.match(document, { kind: 'error', error: { code: error } }, label);
      t.match(finished.stderr, /^pprobe: [^\n]+\n/, label);
    }
  };
  await Promise.all([lane(), lane(), lane()]);
  t.ok(new Set(lines.map(({ spelling }) => spelling)).size === spellings.length);
});

test('without --json, with --json=false and after --, standard output stays empty', async (t) => {
  for (const words of [
    ['--json=false'],
    ['--no-json'],
    ['--format', 'text'],
    ['--json', '--no-json'],
    ['--', '--json'],
  ]) {
    const { code, stdout } = await pprobe(['dns', 'a..b', 'x', 'y', ...words]);
    t.same([code, stdout], [2, ''], words.join(' '));
  }
});

test('an invalid value of --json or --format is reported as JSON', async (t) => {
  for (const [words, says] of [
    [['--json=yes'], '--json: "yes" is not true or false; leave the value out'],
    [['--json', '--format', 'xml'], '--format: "xml" is not a format; give text, json or ndjson'],
    [
      ['--json', '--format', 'ndjson'],
      '--format: --json is --format json, and ndjson is given too; give one of them',
    ],
    [
      ['--format=text', '--json'],
      '--format: --json is --format json, and text is given too; give one of them',
    ],
    [['--format=json', '--format', 'text'], '--format: given more than once; give it once'],
  ] as const) {
    const finished = await pprobe(['dns', 'a.example', ...words]);
    t.equal(finished.code, 2);
    t.match(onlyDocument(finished), { kind: 'error', error: { code: 'invalid-input', message: says } });
  }
});

test('interrupted once or twice, or ended by a bug: one document', async (t) => {
  const bug = "process.on('SIGUSR2', () => { throw new TypeError('boom'); })";
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(bug)}` };
  for (const [signals, code, kind] of [
    [['SIGINT'], 130, 'dns'],
    // The second signal may arrive before or after the result of the first is printed.
    [['SIGINT', 'SIGTERM'], 130, /^(dns|error)$/],
    [['SIGUSR2'], 1, 'error'],
  ] as const) {
    const dns = await dnsServer();
    t.teardown(dns.close);
    const argv = ['dns', 'silent.example', dns.server, '--timeout', '1m', '--format', 'json'];
    const { child, finished } = start(argv, env);
    await dns.asked;
    for (const signal of signals) child.kill(signal);
    const ended = await finished;
    const document = onlyDocument(ended);
    t.equal(ended.code, code, signals.join());
    t.same(validateDocument(document), []);
    t.match(document, { kind });
  }
});

/** The one document of standard output. Throws if standard output has anything else. */
function onlyDocument({ stdout }: Finished): unknown {
  if (!stdout.endsWith('\n')) throw new Error(`no document: ${JSON.stringify(stdout)}`);
  return JSON.parse(stdout);
}
