import t from 'tap';
import { explainTogether } from '../../src/compare/compare.js';
import { InvalidInputError } from '../../src/core/errors.js';
import { exitCodeOf } from '../../src/documents/terms/exit-code.js';
import { comparisonText } from '../../src/report/text/comparison.js';
import { dns, HOST, http, tcp, tls } from '../diagnose/evidence.js';
import { validateDocument } from '../documents/validate.js';
import { plain } from '../report/documents.js';
import { report } from './reports.js';

const saved = (name: string, document: object) => ({ name, text: JSON.stringify(document) });
const ENDPOINT = '10.0.1.5';
const answers = [dns(HOST, [ENDPOINT])];
const works = report('web-1', '10.0.1.10', {
  dns: answers,
  tcp: [tcp(HOST, { [ENDPOINT]: 'open' })],
  tls: [tls('ok')],
  http: [http(200)],
});
const fails = report('web-2', '10.0.9.10', { dns: answers, tcp: [tcp(HOST, { [ENDPOINT]: 'timeout' })] });

t.test(
  'one host reaches it, another does not: both verdicts, what differs, and a valid document',
  async (t) => {
    const document = explainTogether([saved('a.json', works), saved('b.json', fails)]);
    t.same(validateDocument(document), []);
    t.equal(document.findings[0]?.kind, 'works-in-some');
    t.equal(exitCodeOf(document), 11);
    const text = comparisonText(document, plain);
    t.match(text, /web-1 \(10\.0\.1\.10\) {2}REACHABLE/);
    t.match(text, /web-2 \(10\.0\.9\.10\) {2}TIMEOUT {2}tcp\.timeout-all/);
    t.match(text, /=> web-1 reaches .*web-2\s+does not/s);
    const prose = text.split('\n').filter((line) => !/https:|aws |\\$/.test(line));
    t.same(
      prose.filter((line) => line.length > 80),
      [],
    );
  },
);

t.test('reports about different targets are not compared, and the exit code is inconclusive', async (t) => {
  const other = { ...fails, target: { ...fails.target, host: 'other.test', input: 'other.test:443' } };
  const document = explainTogether([saved('a.json', works), saved('b.json', other)]);
  t.same(validateDocument(document), []);
  t.equal(exitCodeOf(document), 20);
  t.match(comparisonText(document, plain), /^2 reports about different targets/);
});

t.test('the message names the file that is not a report', async (t) => {
  t.throws(() => explainTogether([saved('a.json', works), { name: 'b.json', text: '{"kind":' }]), {
    name: InvalidInputError.name,
    message: /^b\.json: not a report .*ends too early/,
  });
  t.throws(() => explainTogether([saved('a.json', works)]), { name: InvalidInputError.name });
});

t.test('a hostname cannot control the terminal', async (t) => {
  const hostile = { ...works, vantage: { ...works.vantage, hostname: '\u001b]0;x\u0007web' } };
  const text = comparisonText(explainTogether([saved('a', hostile), saved('b', fails)]), plain, true);
  t.notMatch(text, /[\u001b\u0007]/);
});
