import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { test } from 'tap';
import type { ReportDocument } from '../../../src/documents/report.js';
import { link } from '../../../src/report/html/escape.js';
import { reportHtml } from '../../../src/report/html/page.js';
import { traceText } from '../../../src/report/text/trace.js';
import { traceEnding } from '../../../src/report/trace-ending.js';
import { anyEvidence } from '../../diagnose/any-evidence.js';
import {
  API,
  answeredWith,
  denied,
  dns,
  evidence,
  HOST,
  hops,
  http,
  tcp,
  trace,
} from '../../diagnose/evidence.js';
import { reportOf } from '../report-of.js';
import { tagsOf, unescaped } from './markup.js';

const ELEMENTS = new Set(
  (
    'html head meta title style body main section h1 h2 h3 p a span br div ol ul li dl dt dd code pre table caption thead ' +
    'tbody tr th td svg rect details summary'
  ).split(' '),
);
const ATTRIBUTES = new Set(
  (
    'lang charset http-equiv content name class href rel aria-hidden aria-label role tabindex scope data-label viewBox ' +
    'preserveAspectRatio width height'
  ).split(' '),
);

/** Text that would be markup in an element, in an attribute and in a style sheet if it were not escaped. */
const HOSTILE = `<pwn/x="'\`>&</style></title><script>`;
/** The same after escaping; in JSON a quote has a backslash before it. */
const ESCAPED = /&lt;pwn\/x=\\?&quot;&#39;&#96;&gt;&amp;&lt;\/style&gt;&lt;\/title&gt;&lt;script&gt;/g;

/** Members with words of a fixed set, which are checked when a report is read. */
const FIXED = new Set(
  'kind class confidence status outcome reply purpose variant role form transport heard level'.split(' '),
);

function poisoned<Value>(value: Value, key = ''): Value {
  if (typeof value === 'string' && !FIXED.has(key)) return `${value}${HOSTILE}` as Value;
  if (Array.isArray(value)) return value.map((each) => poisoned(each, key)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, each]) => [member, poisoned(each, member)]),
  ) as Value;
}

test('whatever the texts of a report contain, the page has no markup but its own', (t) => {
  fc.assert(
    fc.property(anyEvidence, (given) => {
      const page = reportHtml(poisoned(reportOf(given)));
      const tags = tagsOf(page);
      const foreign = tags.flatMap(({ name, attributes }) => [
        ...(ELEMENTS.has(name) ? [] : [name]),
        ...Object.keys(attributes).filter((attribute) => !ATTRIBUTES.has(attribute)),
        ...(attributes.href?.startsWith('https://') === false ? [attributes.href] : []),
      ]);
      t.same(foreign, []);
      t.ok(page.match(ESCAPED) !== null);
      t.equal(page.match(/pwn/g)?.length, page.match(ESCAPED)?.length, 'every one is escaped');
      t.notMatch(page, /[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
    }),
    { numRuns: 60 },
  );
  t.end();
});

test('nothing is loaded or run: no script, no address but links, a policy that allows only its own style', (t) => {
  const page = reportHtml(reportOf(answeredWith([denied('')])));
  const tags = tagsOf(page);
  const policy = tags.find(({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy');
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  t.match(unescaped(policy?.attributes.content ?? ''), `default-src 'none'; style-src 'sha256-${hash}'`);
  t.notMatch(page, /<script|<img|<link|<iframe|\son[a-z]+=|@import|url\(/);
  t.match(style, /@media \(prefers-color-scheme: dark\)/);
  t.match(page, /<meta name="viewport" content="width=device-width, initial-scale=1">/);
  t.end();
});

test('a link of a saved report is plain text unless its scheme is https', (t) => {
  for (const url of [
    'javascript:alert(1)',
    'https://a.example/"onclick="x',
    ' https://a.example/',
    'https://user@evil.example/',
    'http://a.example/',
    'data:text/html,x',
  ])
    t.notMatch(String(link(url)), /<a /, url);
  t.match(
    String(link('https://docs.aws.amazon.com/vpc/?a=1&b=2')),
    /href="https:\/\/docs.aws.amazon.com\/vpc\/\?a=1&amp;b=2"/,
  );
  t.end();
});

const silent = evidence({
  dns: [dns(HOST, ['10.0.1.5', '10.0.2.5'])],
  tcp: [tcp(HOST, { '10.0.1.5': 'timeout', '10.0.2.5': 'timeout' })],
  trace: [
    trace('filtered', hops('10.0.9.1', null, '10.0.8.1', null, null, null, null, null)),
    trace('filtered', hops('10.0.9.1', '10.0.8.1', '10.0.9.1', '10.0.8.1', '10.0.9.1'), {
      address: '10.0.2.5',
      stoppedBy: 'max-ttl',
      loop: { firstTtl: 1, members: ['10.0.9.1', '10.0.8.1'] },
    }),
  ],
});

/** The text of a page, a line for each block. */
function textOf(page: string): string {
  const body = page.slice(page.indexOf('<main>'));
  return unescaped(
    body.replaceAll(/<\/(?:h\d|p|li|div|dt|dd|td|th|caption|summary)>/g, '\n').replaceAll(/<[^>]*>/g, ''),
  )
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}

test('a page has the verdict, the five phases, every hop, address, time and observation', (t) => {
  const report = reportOf(silent);
  const page = reportHtml(report);
  const text = textOf(page);
  t.match(page, /<title>TIMEOUT: a1b2c3d4e5\.execute-api/);
  t.match(text, report.verdict.summary);
  t.match(text, `cause ${report.verdict.cause}, confidence ${report.verdict.confidence}`);
  const phases = [...page.matchAll(/class="name">([a-z]+)</g)].map(([, name]) => name);
  t.same(phases, ['resolve', 'connect', 'tls', 'processing', 'path']);
  for (const { text: each } of [...report.verdict.evidence, ...report.verdict.remedies])
    t.ok(text.includes(each), each);
  const [first = '', second = ''] =
    text.split('towards 10.0.1.5 port 443\n')[1]?.split('towards 10.0.2.5 port 443\n') ?? [];
  t.match(
    first,
    /^·this host 10\.0\.9\.15\nhop 110\.0\.9\.10\.4 ms\nhop 2silent\nhop 310\.0\.8\.1/,
    'hop by hop',
  );
  t.match(
    first,
    /hop 4–85 hops, all silent\n.*Filtered: nothing answered after hop 3/,
    'a silent tail is drawn as one',
  );
  t.match(
    second,
    /hop 3–53 more hops of the same loop\n.*Routing loop: from hop 1 on, 10\.0\.9\.1 and 10\.0\.8\.1/,
    'so are the further turns of a loop',
  );
  for (const { address } of report.observations.tcp[0]?.attempts ?? [])
    t.match(page, new RegExp(`<th role="rowheader" scope="row"><span class="mono nowrap">${address}`));
  for (const name of ['dns[0]', 'tcp[0]', 'trace[0]', 'trace[1]']) t.match(text, `\n${name}\n`);
  t.end();
});

test('the drawn part of a loop shows every router, although some are silent in the first turn', (t) => {
  const seen = hops('10.0.9.1', null, '10.0.8.1', '10.0.9.1', '10.0.7.1', '10.0.8.1', '10.0.9.1', null, null);
  const loop = { firstTtl: 1, members: ['10.0.9.1', '10.0.7.1', '10.0.8.1'] };
  const text = textOf(reportHtml(reportOf(evidence({ trace: [trace('filtered', seen, { loop })] }))));
  t.match(text, /hop 510\.0\.7\.1.*\nhop 6–94 more hops of the same loop/);
  t.end();
});

test('a path has the marks, the names and the ending of the trace in text', (t) => {
  const limited = hops('10.0.9.1').map((hop) => ({ ...hop, rateLimited: true }));
  const path = trace('filtered', [...limited, ...hops(null, null, null)], {
    stoppedBy: 'gap-limit',
    names: { '10.0.9.1': 'r1.example' },
  });
  const page = textOf(
    reportHtml(
      reportOf(
        evidence({
          dns: [dns(HOST, ['10.0.1.5'])],
          tcp: [tcp(HOST, { '10.0.1.5': 'timeout' })],
          trace: [path],
        }),
      ),
    ),
  );
  t.match(page, /hop 1r1\.example \(10\.0\.9\.1\)/);
  t.match(page, 'rate-limited the router limits its ICMP errors; it loses no traffic');
  t.ok(page.includes(traceEnding(path)));
  t.ok(traceText(path, { color: false, columns: 400 }).includes(traceEnding(path)));
  t.end();
});

test('the raw observations are complete and folded', (t) => {
  const report = reportOf(silent);
  const page = reportHtml(report);
  const folds = [
    ...page.matchAll(/<details><summary>(\w+)[^<]*<\/summary>\s*<pre[^>]*><code>([\s\S]*?)<\/code>/g),
  ];
  const held = Object.fromEntries(
    folds.map(([, name = '', json = '']) => [name, JSON.parse(unescaped(json))]),
  );
  t.same(held.trace, report.observations.trace);
  t.same(held.dns, report.observations.dns);
  t.same(held.target, report.target);
  t.notMatch(page, /<details open/);
  t.end();
});

test('reports of every class, of an address, and of earlier versions have a page', (t) => {
  const old: ReportDocument = JSON.parse(JSON.stringify(reportOf(silent)));
  for (const each of old.observations.trace) Object.assign(each, { loop: undefined, pathMtu: undefined });
  for (const report of [
    old,
    reportOf(answeredWith([http(200)])),
    reportOf(evidence({ target: '10.0.1.5:5432', tcp: [tcp('10.0.1.5', { '10.0.1.5': 'refused' }, 5432)] })),
    reportOf(evidence()),
  ])
    t.ok(tagsOf(reportHtml(report)).length > 50);
  t.match(reportHtml(reportOf(answeredWith([denied('')]))), API);
  t.end();
});
