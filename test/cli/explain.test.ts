import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { report } from '../compare/reports.js';
import { API, dns, HOST, http, tcp, tls } from '../diagnose/evidence.js';
import { validateDocument } from '../documents/validate.js';
import { DENIED, linesOf, SHAPES } from '../execution-log/logs.js';
import { pprobe, start } from './pprobe.js';

const answers = [dns(HOST, ['10.0.1.5'])];
const works = report('web-1', '10.0.1.10', {
  dns: answers,
  tcp: [tcp(HOST, { '10.0.1.5': 'open' })],
  tls: [tls('ok')],
  http: [http(200)],
});
const fails = report('web-2', '10.0.9.10', { dns: answers, tcp: [tcp(HOST, { '10.0.1.5': 'timeout' })] });
const log = `${linesOf(SHAPES.exported).join('\n')}\n`;

const dir = t.testdir({
  'works.json': JSON.stringify(works),
  'fails.json': JSON.stringify(fails),
  'api.log': log,
});
const file = (name: string): string => join(dir, name);

t.test('a saved report from a file and from standard input: verdict and exit code', async (t) => {
  const { code, stdout, stderr } = await pprobe(['explain', file('fails.json')]);
  t.equal(code, 11);
  t.match(stdout, /^TIMEOUT {2}/);
  t.equal(stderr, '');
  const piped = await pprobe(['explain', '-', '--json'], JSON.stringify(works));
  t.equal(piped.code, 0);
  t.same(JSON.parse(piped.stdout).verdict, works.verdict);
});

t.test('--format ndjson: the same document on one line; --exit-zero: 0 whatever was found', async (t) => {
  const json = await pprobe(['explain', file('fails.json'), '--json']);
  const line = await pprobe(['explain', file('fails.json'), '--format', 'ndjson', '--exit-zero']);
  t.equal(line.code, 0);
  t.match(line.stdout, /^\{[^\n]*\}\n$/);
  const untimed = (text: string) => ({ ...JSON.parse(text), startedAt: null, durationMs: null });
  t.same(untimed(line.stdout), untimed(json.stdout));
  const mistake = await pprobe(['explain', '--exit-zero', '--format=ndjson', '--bogus']);
  t.equal(mistake.code, 2, 'a mistake is none of the measurement');
  t.match(mistake.stdout, /^\{"kind":"error"[^\n]*\}\n$/);
  const absent = await pprobe(['explain', '--exit-zero', file('absent.json')]);
  t.equal(absent.code, 3);
});

t.test(
  'two reports: the differences, the exit code of the worse one, one document with --json',
  async (t) => {
    const { code, stdout } = await pprobe(['explain', file('works.json'), file('fails.json')]);
    t.equal(code, 11);
    t.match(stdout, /^2 reports about\s+https:.*\n {2}web-1 .*REACHABLE/);
    t.match(stdout, /=> web-1 reaches/);
    const json = await pprobe(['explain', file('works.json'), file('fails.json'), '--json', '--redact']);
    t.equal(json.code, 11);
    const document = JSON.parse(json.stdout);
    t.same(validateDocument(document), []);
    t.equal(document.kind, 'comparison');
    t.notMatch(json.stdout, /web-[12]|10\.0\.|a1b2c3d4e5/, '--redact');
  },
);

t.test('a log, from a file and from standard input', async (t) => {
  const { code, stdout } = await pprobe(['explain', '--log', file('api.log')]);
  t.equal(code, 12);
  t.match(stdout, /^POLICY {2}1 of 4 requests: /);
  const piped = await pprobe(['explain', '--log', '-', '--request', DENIED, '--json', '--redact'], log);
  t.equal(piped.code, 12);
  const document = JSON.parse(piped.stdout);
  t.same(validateDocument(document), []);
  t.match(document.asked, { id: DENIED, found: true });
  t.notOk(piped.stdout.includes(API), '--redact');
});

t.test('Ctrl-C while a log is read: the result of the lines read, exit 130', async (t) => {
  const { child, finished } = start(['explain', '--log', '-']);
  // The input is larger than a pipe's buffer: once all of it is written, the program has read the log at its beginning.
  await new Promise<void>((resolve) => child.stdin?.write(log + '\n'.repeat(4_000_000), () => resolve()));
  child.kill('SIGINT');
  const { code, stdout, stderr } = await finished;
  t.equal(code, 130);
  t.match(stdout, /^POLICY {2}1 of 4 requests: /);
  t.equal(stderr, 'pprobe: interrupted; this is what was measured until then\n');
});

t.test(
  '--html: a page besides the text, a page instead of the text, and a page that replaces an older one',
  async (t) => {
    const page = file('report.html');
    await writeFile(page, 'older', { mode: 0o640 });
    const { code, stdout } = await pprobe(['explain', file('fails.json'), '--html', page]);
    t.equal(code, 11);
    t.match(stdout, /^TIMEOUT {2}/);
    const written = await readFile(page, 'utf8');
    t.match(written, /^<!DOCTYPE html>\n/);
    t.match(written, /<\/html>\n$/);
    t.equal((await stat(page)).mode & 0o777, 0o640, 'the permissions are unchanged');
    const printed = await pprobe(['explain', file('fails.json'), '--html', '-']);
    t.equal(printed.stdout, written);
  },
);

t.test(
  '--html with a file that cannot be written: one line on stderr, exit 3, and the verdict is printed',
  async (t) => {
    await mkdir(file('folder'));
    const { code, stdout, stderr } = await pprobe(['explain', file('fails.json'), '--html', file('folder')]);
    t.equal(code, 3);
    t.match(stdout, /^TIMEOUT {2}/);
    t.match(stderr, /^pprobe: --html: cannot write ".*folder": it is a directory\n$/);
  },
);

t.test(
  '--redact: no name, address or id in text, JSON and page; the masked report has the same verdict',
  async (t) => {
    const secret = /web-2|10\.0\.[019]\.|a1b2c3d4e5/;
    const page = file('masked.html');
    const text = await pprobe(['explain', file('fails.json'), '--redact', '--verbose', '--html', page]);
    t.equal(text.code, 11);
    t.notMatch(text.stdout, secret);
    t.notMatch(await readFile(page, 'utf8'), secret);
    const { stdout } = await pprobe(['explain', file('fails.json'), '--redact', '--json']);
    t.notMatch(stdout, secret);
    t.same(validateDocument(JSON.parse(stdout)), []);
    const again = await pprobe(['explain', '-'], stdout);
    t.equal(again.code, 11);
    t.match(again.stdout, new RegExp(`${fails.verdict.cause}, confidence ${fails.verdict.confidence}`));
  },
);
