import t from 'tap';
import { InvalidInputError } from '../../src/core/errors.js';
import { explain } from '../../src/diagnose/explain.js';
import { reportHtml } from '../../src/report/html/page.js';
import { redacted } from '../../src/report/redact/redact.js';
import { verdictText } from '../../src/report/text/verdict.js';
import { samples } from '../documents/samples.js';
import { runs } from '../runs.js';

const report = {
  kind: 'report',
  version: 1,
  tool: { name: 'pprobe', version: '0.0.1' },
  startedAt: '2026-01-01T00:00:00.000Z',
  durationMs: 1,
  target: { input: 'h.test:443', host: 'h.test', port: 443, url: null, privateApi: null },
  vantage: { hostname: 'here', addresses: ['10.0.1.10'], nameservers: ['10.0.0.2'], platform: 'linux' },
  observations: { dns: [], tcp: [], tls: [], http: [], trace: [] },
  skipped: [],
  verdict: { class: 'policy', cause: 'policy.denied' },
};

t.test('a saved report is judged by its measurements, not by its old verdict', async (t) => {
  const { verdict, target } = explain(JSON.stringify(report));
  t.match(verdict, { class: 'inconclusive', cause: 'none' });
  t.same(target, report.target);
});

t.test('options are checked, as those of every other function', async (t) => {
  const text = JSON.stringify(report);
  for (const [options, argument] of [
    [null, 'options'],
    [5, 'options'],
    [{ fact: {} }, 'fact'],
    [{ signal: AbortSignal.abort() }, 'signal'],
    [{ facts: 'facts.json' }, 'facts'],
  ] as const) {
    t.throws(() => Reflect.apply(explain, undefined, [text, options]), { code: 'invalid-input', argument });
  }
  t.match(explain(text, { facts: undefined }), { kind: 'report' });
});

for (const [says, text, why] of [
  ['no JSON', 'hello', /not JSON/],
  ['a truncated report', JSON.stringify(report).slice(0, 200), /ends too early/],
  ['an array', '[]', /not an object/],
  ['another document', JSON.stringify({ ...report, kind: 'dns' }), /its kind is "dns"/],
  ['a later version', JSON.stringify({ ...report, version: 2 }), /version 2.*upgrade: npm install/],
  ['an execution log', '(11111111-2222-4333-8444-555555555501) Method completed', /explain --log/],
  ['no target', JSON.stringify({ ...report, target: null }), /target/],
  [
    'observations of the wrong kind',
    JSON.stringify({ ...report, observations: { ...report.observations, tcp: [{ kind: 'dns' }] } }),
    /tcp/,
  ],
] as const) {
  t.test(`${says} is refused in one line with the reason`, async (t) => {
    t.throws(() => explain(text), { name: InvalidInputError.name, message: why });
    t.throws(() => explain(text), { message: /^[^\n]+$/ });
  });
}

t.test(
  'one part of a report is replaced: a verdict in every form, or an error of one line that names the part',
  async (t) => {
    const style = { color: false, columns: 80 };
    let accepted = 0;
    let refused = 0;
    const values = [null, 0, 'x', [], {}, true, undefined];
    for (const [at, path] of pathsOf(samples.report).entries()) {
      // Every part loses its value; of the other six each part gets two, and its neighbours the next two.
      const others = [values[(2 * at) % 6], values[(2 * at + 1) % 6]];
      for (const value of [undefined, ...others].slice(0, runs(3))) {
        const damaged = structuredClone(samples.report);
        replace(damaged, path, value);
        try {
          const report = explain(JSON.stringify(damaged));
          verdictText(report, style, true);
          accepted += 1;
          // The other forms take longer than all else; one of four is enough of so many.
          if (accepted % 4 === 0) reportHtml(report);
          if (accepted % 4 === 2) redacted(report);
        } catch (error) {
          if (!(error instanceof InvalidInputError)) throw error;
          refused += 1;
        }
      }
    }
    t.ok(refused > 100, `${refused} refused`);
  },
);

type Path = (string | number)[];

function pathsOf(value: unknown): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => [
    [key],
    ...pathsOf(part).map((rest) => [key, ...rest]),
  ]);
}

function replace(document: object, path: Path, value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) Reflect.set(document, key, value);
  else replace(Reflect.get(document, key), rest, value);
}
