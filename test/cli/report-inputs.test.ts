import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { type ReportText, reportTexts } from '../../src/cli/report-inputs.js';

const dir = mkdtempSync(join(tmpdir(), 'pprobe-inputs-'));
t.teardown(() => rmSync(dir, { recursive: true }));
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(dir, name), content);
  return join(dir, name);
};

async function read(...paths: string[]): Promise<ReportText[]> {
  const texts: ReportText[] = [];
  for await (const each of reportTexts(paths, new AbortController().signal)) texts.push(each);
  return texts;
}

const documents = [{ kind: 'report', a: 1 }, { kind: 'report', b: [2] }, { kind: 'report' }];
const lines = `\n${documents.map((each) => JSON.stringify(each)).join('\n\n')}\n\n`;

t.test('one document, or one a line, each plain or gzip', async (t) => {
  const parsed = async (path: string) => (await read(path)).map(({ text }) => JSON.parse(text));
  const indented = JSON.stringify(documents[1], null, 2);
  for (const packed of [(text: string) => text, (text: string) => gzipSync(text)]) {
    t.same(await parsed(file('one.json', packed(indented))), [documents[1]]);
    t.same(await parsed(file('line.json', packed(JSON.stringify(documents[0])))), [documents[0]]);
    t.same(await parsed(file('many.ndjson', packed(lines))), documents);
  }
  const named = await read(file('many.ndjson', lines));
  t.match(named[1]?.name, /many\.ndjson line 4$/);
});

t.test('a damaged line does not hide the others, wherever it is', async (t) => {
  for (const damaged of [0, 1, 2]) {
    const text = documents.map((each, index) => (index === damaged ? '{"kind":"rep' : JSON.stringify(each)));
    t.equal((await read(file('damaged.ndjson', text.join('\n')))).length, 3);
  }
});

t.test('a directory: its files in order of names, and not deeper', async (t) => {
  const folder = join(dir, 'folder');
  for (const each of ['deeper', 'x.json']) mkdirSync(join(folder, each), { recursive: true });
  for (const name of ['b.ndjson.gz', 'a.json', 'c.json.gz', 'd.txt', 'deeper/e.json'])
    writeFileSync(join(folder, name), name.endsWith('.gz') ? gzipSync('{"kind":"report"}') : '{}');
  t.same(
    (await read(folder)).map(({ name }) => name.slice(folder.length + 1)),
    ['a.json', 'b.ndjson.gz', 'c.json.gz'],
  );
  await t.rejects(read(join(folder, 'deeper'), join(folder, 'x.json')), { code: 'invalid-input' });
});

t.test('what unpacks to too much, and damaged gzip, are problems of their own', async (t) => {
  const whole = gzipSync(lines);
  const [bomb] = await read(file('bomb.json.gz', gzipSync(Buffer.alloc(20_000_000))));
  t.match(bomb?.problem?.message, /longer than 16 MB/);
  const [cut] = await read(file('cut.json.gz', whole.subarray(0, whole.length - 12)));
  t.match(cut?.problem?.message, /compressed data is damaged or cut/);
});

t.test('gzip that comes in many pieces is read without a warning of Node', async (t) => {
  const warnings: string[] = [];
  const note = ({ message }: Error): unknown => warnings.push(message);
  process.on('warning', note);
  const filler = () => randomBytes(15_000).toString('base64');
  const many = Array.from({ length: 300 }, () => JSON.stringify({ kind: 'report', filler: filler() }));
  const pipe = join(dir, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const writer = spawn('sh', ['-c', 'cat "$0" >"$1"', file('many.gz', gzipSync(many.join('\n'))), pipe]);
  const closed = once(writer, 'close');
  t.equal((await read(pipe)).length, many.length);
  await closed;
  process.off('warning', note);
  t.same(warnings, []);
});
