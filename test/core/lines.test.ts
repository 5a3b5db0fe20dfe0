import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import t from 'tap';
import { type InputLine, linesOf, longestLine, openLines } from '../../src/core/lines.js';

async function read(chunks: Iterable<Buffer>): Promise<InputLine[]> {
  const lines: InputLine[] = [];
  for await (const line of linesOf(Readable.from(chunks, { objectMode: true }), null)) lines.push(line);
  return lines;
}

t.test('lines have their numbers; empty lines and comments are counted and skipped', async (t) => {
  const text = '\ufeffone.test\r\n\n# a comment\n  two.test  # behind\n\t\nthree.test';
  t.same(await read([Buffer.from(text)]), [
    { number: 1, text: 'one.test', offset: 13 },
    { number: 4, text: 'two.test', offset: 47 },
    { number: 6, text: 'three.test', offset: 59 },
  ]);
  t.same(await read([]), []);
  t.match(await read([Buffer.from('a#b')]), [{ text: 'a#b' }], 'a # inside a word does not begin a comment');
});

t.test('the lines do not depend on how the octets are split into chunks', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a.test', '', 'ä.test ', '# no', 'x y', '\r'), { maxLength: 12 }),
      fc.array(fc.nat({ max: 80 }), { maxLength: 8 }),
      async (texts, cuts) => {
        const whole = Buffer.from(texts.join('\n'));
        const at = [0, ...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b), whole.length];
        const pieces = at.slice(1).map((end, index) => whole.subarray(at[index], end));
        const expected = texts.flatMap((text, index) => {
          const held = text.startsWith('#') ? '' : text.trim();
          return held === '' ? [] : [{ number: index + 1, text: held }];
        });
        const lines = await read(pieces);
        t.same(
          lines.map(({ number, text }) => ({ number, text })),
          expected,
        );
      },
    ),
  );
});

t.test('an input that is no text ends with its line, after the lines before it', async (t) => {
  const noText = async (chunks: Buffer[]) => {
    const lines: string[] = [];
    const reading = (async () => {
      for await (const { text } of linesOf(Readable.from(chunks, { objectMode: true }), null))
        lines.push(text);
    })();
    await t.rejects(reading, { code: 'invalid-input', message: /^line \d+ has/ });
    return lines;
  };
  t.same(await noText([Buffer.from('a.test\nb\0.test\nc.test\n')]), ['a.test']);
  t.same(await noText([Buffer.from('a.test\n'), Buffer.from('b.te\0st')]), ['a.test']);
  t.same(await noText([Buffer.from('a\n'), ...Array<Buffer>(70).fill(Buffer.alloc(1_048_576, 'x'))]), ['a']);
  const utf16 = Buffer.from('\ufeffa.test\n', 'utf16le');
  t.same(await noText([utf16]), []);
  for (const device of ['/dev/zero', '/dev/urandom']) {
    const reading = (async () => {
      for await (const line of await openLines(device)) t.type(line.text, 'string');
    })();
    await t.rejects(reading, { code: 'invalid-input' }, device);
  }
});

t.test('a long line is truncated', async (t) => {
  const [line, next] = await read(
    [...Array(64)].map(() => Buffer.alloc(65_536, 'x')).concat(Buffer.from('\nb')),
  );
  t.equal(line?.text.length, longestLine);
  t.match(next, { number: 2, text: 'b', offset: 64 * 65_536 + 2 });
});

t.test(
  'a file has a size; a missing file rejects with the system’s error, and reading a directory fails',
  async (t) => {
    const dir = t.testdir({ 'names.txt': 'a.test\nb.test\n' });
    const lines = await openLines(join(dir, 'names.txt'));
    t.equal(lines.size, 14);
    const found: InputLine[] = [];
    for await (const line of lines) found.push(line);
    t.equal(found.at(-1)?.offset, lines.size);
    await t.rejects(openLines(join(dir, 'missing')), { code: 'ENOENT' });
    await t.rejects(async () => {
      for await (const _ of await openLines(dir)) t.fail('a directory has no lines');
    });
  },
);

t.test('an abort ends the iteration, and leaving the loop closes the file', async (t) => {
  const dir = t.testdir({ 'names.txt': 'a.test\n'.repeat(20_000) });
  const abort = new AbortController();
  const source = await openLines(join(dir, 'names.txt'), abort.signal);
  await t.rejects(
    async () => {
      for await (const { number } of source) if (number === 3) abort.abort(new Error('enough'));
    },
    { message: 'enough' },
  );
  const stream = createReadStream(join(dir, 'names.txt'));
  for await (const { number } of linesOf(stream, null)) if (number === 2) break;
  t.ok(stream.destroyed);
});
