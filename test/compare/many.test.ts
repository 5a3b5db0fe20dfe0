import { randomUUID } from 'node:crypto';
import t from 'tap';
import { explainTogether } from '../../src/compare/compare.js';
import { ReportCollection } from '../../src/compare/many.js';
import { InvalidInputError } from '../../src/core/errors.js';
import { silentProbe } from '../../src/documents/trace.js';
import { comparisonText } from '../../src/report/text/comparison.js';
import { dns, HOST, hops, http, tcp, tls, trace } from '../diagnose/evidence.js';
import { validateDocument } from '../documents/validate.js';
import { plain } from '../report/documents.js';
import { report } from './reports.js';

const address = '10.0.1.5';
const answers = [dns(HOST, [address])];
const arrival = {
  ttl: 3,
  rateLimited: false,
  probes: [{ ...silentProbe, reply: 'syn-ack' as const, from: address }],
};
const alive = {
  dns: answers,
  tcp: [tcp(HOST, { [address]: 'open' })],
  tls: [tls('ok')],
  http: [http(200)],
  trace: [trace('open', [...hops('10.8.0.1', '10.8.0.2'), arrival])],
};
const dead = {
  dns: answers,
  tcp: [tcp(HOST, { [address]: 'timeout' })],
  trace: [trace('filtered', hops('10.8.0.1', '10.8.0.2', null, null))],
};
const identified = (made: ReturnType<typeof report>) => ({ ...made, reportId: randomUUID() });
const saved = (name: string, document: object) => ({ name, text: JSON.stringify(document) });
const works = identified(report('web-1', '10.0.1.10', alive));
const fails = identified(report('web-2', '10.0.9.10', dead));

t.test(
  'many hosts with few results: one finding for all hosts of a result, and less than a screen',
  async (t) => {
    const collection = new ReportCollection();
    for (let host = 0; host < 300; host++) {
      const made = identified(
        report(`host-${host}`, `10.9.${host >> 8}.${host & 255}`, host % 10 === 3 ? dead : alive),
      );
      collection.add(saved(`${host}.json`, made));
    }
    const document = collection.comparison();
    t.same(validateDocument(document), []);
    t.same(
      document.findings.map(({ kind }) => kind),
      ['works-in-some', 'path-differs'],
    );
    const text = comparisonText(document, plain);
    t.ok(text.split('\n').length < 60, text);
    t.match(text, /270 {2}REACHABLE {2}host-0, host-1, host-2 and 267 more/);
    t.match(text, /30 {2}TIMEOUT {2}tcp\.timeout-all {2}host-3, host-13, host-23 and 27 more/);
  },
);

t.test('reports of different versions are compared, and that is said', async (t) => {
  const newer = { ...fails, tool: { ...fails.tool, version: '9.9.9' } };
  const mixed = explainTogether([saved('a', works), saved('b', newer)]);
  t.same(
    mixed.reports.map(({ toolVersion }) => toolVersion),
    [works.tool.version, '9.9.9'],
  );
  const told = comparisonText(mixed, plain).replaceAll(/\s+/g, ' ');
  t.match(
    told,
    `measured by different versions of pprobe, of which older ones may measure less: ${works.tool.version} (1) and 9.9.9 (1)`,
  );
  t.notMatch(comparisonText(explainTogether([saved('a', works), saved('b', fails)]), plain), 'versions');
});

t.test('a copy of a report counts once; another host with the same identity is no copy', async (t) => {
  const twice = explainTogether([saved('a', fails), saved('b', fails), saved('c', works)]);
  t.equal(twice.reports.length, 2);
  t.equal(twice.repeated, 1);
  const alone = explainTogether([saved('a', fails), saved('b', fails)]);
  t.same(validateDocument(alone), []);
  t.match(alone, { reports: [{ reportId: fails.reportId }], repeated: 1, findings: [{ kind: 'single' }] });
  const { reportId, ...older } = fails;
  t.equal(explainTogether([saved('a', older), saved('b', older)]).reports.length, 1);
  const edited = { ...fails, vantage: { ...fails.vantage, hostname: 'web-3' } };
  t.equal(explainTogether([saved('a', fails), saved('b', edited)]).reports.length, 2);
});

t.test('reports of different times are told apart first, and every finding is less certain', async (t) => {
  const at = (startedAt: string) =>
    explainTogether([saved('a', works), saved('b', { ...fails, startedAt })]).findings;
  const [together] = at('2026-01-02T10:09:00.000Z');
  t.match(together, { kind: 'works-in-some', confidence: 'high' });
  for (const startedAt of [
    '2026-01-02T10:11:00.000Z',
    '2026-01-08T10:00:00.000Z',
    '2099-01-01T00:00:00.000Z',
  ]) {
    const [first, second] = at(startedAt);
    t.match(first, { kind: 'other-times' }, startedAt);
    t.match(second, { kind: 'works-in-some', confidence: 'medium' }, startedAt);
  }
  for (const startedAt of ['yesterday', '2026-01-45T10:00:00.000Z', '', '2026-01-02'])
    t.throws(() => at(startedAt), { name: InvalidInputError.name, message: /startedAt: expected a/ });
});

t.test(
  'a text that is no report is told, and the others are compared; none at all is a mistake',
  async (t) => {
    const collection = new ReportCollection();
    for (const each of [
      saved('a', works),
      { name: 'cut', text: '{"kind":' },
      saved('new', { ...works, version: 2 }),
    ])
      collection.add(each);
    collection.add(saved('b', fails));
    const document = collection.comparison();
    t.match(document.notCompared, [
      { name: 'cut', reason: /ends too early/ },
      { name: 'new', reason: /upgrade/ },
    ]);
    t.equal(document.reports.length, 2);
    const none = new ReportCollection();
    none.add({ name: 'cut', text: '{"kind":' });
    t.throws(() => none.comparison(), { name: InvalidInputError.name, message: /^cut: not a report/ });
  },
);
