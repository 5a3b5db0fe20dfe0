import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import t from 'tap';
import { exitCodeOf } from '../../src/documents/terms/exit-code.js';
import { explainLog } from '../../src/execution-log/explain-log.js';
import { logText } from '../../src/report/text/log.js';
import { validateDocument } from '../documents/validate.js';
import { plain } from '../report/documents.js';
import { runs } from '../runs.js';
import { DENIED, filtered, IDS, linesOf, SECRET, SHAPES, WORKED } from './logs.js';

/** A log in pieces of `size` octets. */
function explained(content: string | Buffer, options = {}, size = 1 << 16) {
  const octets = Buffer.from(content);
  const pieces = Array.from({ length: Math.ceil(octets.length / size) }, (_, index) =>
    octets.subarray(index * size, (index + 1) * size),
  );
  return explainLog([{ name: 'log', stream: Readable.from(pieces) }], options);
}

const log = linesOf(SHAPES.exported).join('\n');
const causes = { 'policy.endpoint-implicit': 1, 'backend.timeout': 1, 'api.throttled': 1, none: 1 };

async function causesOf(content: string | Buffer, size?: number) {
  const document = await explained(content, {}, size);
  t.same(validateDocument(document), []);
  return Object.fromEntries(document.causes.map(({ cause, requests }) => [cause, requests]));
}

t.test('the same requests, whatever the form, the compression and the pieces', async (t) => {
  const record = JSON.stringify({
    requestId: WORKED,
    status: '403',
    responseType: 'WAF_FILTERED',
    user: SECRET,
  });
  for (const [name, content] of Object.entries({
    lf: log,
    crlf: log.replaceAll('\n', '\r\n'),
    bom: `\ufeff${log}`,
    gzip: gzipSync(log),
    'two gzip members': Buffer.concat([gzipSync(`${log.slice(0, 500)}`), gzipSync(log.slice(500))]),
    'UTF-16 with its mark': Buffer.from(`\ufeff${log}`, 'utf16le'),
    'JSON on one line': filtered(),
    'JSON on many lines': filtered(undefined, 4),
  })) {
    t.same(await causesOf(content), causes, name);
    t.same(await causesOf(content, 7), causes, `${name}, in small pieces`);
  }
  t.same(await causesOf(record), { 'api.waf': 1 }, 'an access log');
  t.same(await causesOf(`2026-01-02T03:04:05.000Z ${record}\n`), { 'api.waf': 1 }, 'an access log, tailed');
});

t.test(
  'cut gzip, binary lines and endless lines: what can be read is used, the rest is reported',
  async (t) => {
    const cut = await explained(gzipSync(`${log}\n`.repeat(50)).subarray(0, -20));
    t.match(cut.problems, [/cut or damaged/]);
    t.equal(cut.requests > 0, true);
    const odd = await explained(
      Buffer.concat([Buffer.from([0, 255, 254, 10]), Buffer.alloc(3_000_000, 65), Buffer.from(`\n${log}`)]),
    );
    t.match(odd, { requests: IDS.length, lines: { binary: 1, overlong: 1 } });
    t.same(validateDocument(odd), []);
    t.match(logText(odd, plain), /1 line too long/);
  },
);

t.test('any octets: a valid document, never a throw, no secret and no control character', async (t) => {
  const part = fc.oneof(
    fc.uint8Array({ maxLength: 60 }).map((octets) => Buffer.from(octets)),
    fc.constantFrom(log, filtered(), '{', '"', '\n', '\u001b[2J').map((text) => Buffer.from(text)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 6 }), async (parts) => {
      const document = await explained(Buffer.concat(parts));
      t.same(validateDocument(document), []);
      const text = logText(document, plain, true);
      t.notMatch(text + JSON.stringify(document), SECRET);
      t.notMatch(text.replaceAll('\n', ''), /\p{Cc}/u);
    }),
    { numRuns: runs(60) },
  );
});

t.test('a request that is asked for by either id, and the reasons where it is missing', async (t) => {
  for (const requestId of [DENIED.toUpperCase(), 'Vts2FFmArPEFh8g=']) {
    const found = await explained(log, { requestId });
    t.match(found, { asked: { found: true }, verdict: { class: 'policy' } });
    t.equal(found.details.length, 1);
    t.equal(exitCodeOf(found), 12);
  }
  const absent = await explained(log, { requestId: 'nope' });
  t.same(validateDocument(absent), []);
  t.equal(exitCodeOf(absent), 20);
  const text = logText(absent, plain);
  for (const why of [
    /never reached API Gateway/,
    /get-stage --rest-api-id a1b2c3d4e5/,
    /never in execution logs/,
  ]) {
    t.match(text.replaceAll(/\s+/g, ' '), why);
  }
});

t.test('a log without requests is inconclusive, with the reason', async (t) => {
  for (const [content, why] of [
    ['', /is empty/],
    ['hello\nworld\n', /2 lines: they do not have the form/],
  ] as const) {
    const document = await explained(content);
    t.equal(exitCodeOf(document), 20);
    t.match(logText(document, plain).replaceAll(/\s+/g, ' '), why);
  }
});

t.test('many requests: all are counted, the last that failed are shown', async (t) => {
  const many = Array.from({ length: 300 }, (_, n) => {
    const id = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    return `(${id}) Method completed with status: ${n % 10 === 0 ? 504 : 200}`;
  });
  const document = await explained(many.join('\n'), { limit: 5 });
  t.equal(document.requests, 300);
  t.match(document.causes, [
    { cause: 'backend.timeout', requests: 30 },
    { class: 'reachable', requests: 270 },
  ]);
  t.same(
    document.details.map(({ line }) => line),
    [251, 261, 271, 281, 291],
  );
  const text = logText(document, plain);
  t.match(text, /the last 5 that failed/);
  t.same(
    text.split('\n').filter((line) => line.length > 80 && !line.includes('https:')),
    [],
  );
});

t.test('signal rejects with its reason, before a log and in it; stop tells what was read', async (t) => {
  const reason = new Error('enough');
  await t.rejects(explained(log, { signal: AbortSignal.abort(reason) }), reason);
  for (const kind of ['signal', 'stop'] as const) {
    const control = new AbortController();
    let pieces = 0;
    const stream = new Readable({
      read() {
        if (pieces++ === 0) this.push(log);
        else setImmediate(() => control.abort(reason));
      },
    });
    const read = explainLog([{ name: 'log', stream }], { [kind]: control.signal });
    if (kind === 'signal') await t.rejects(read, reason);
    else t.match(await read, { kind: 'log', sources: ['log'] });
  }
});
