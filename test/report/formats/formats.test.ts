import fc from 'fast-check';
import { test } from 'tap';
import { CAUSES, type Cause, type VerdictClass } from '../../../src/documents/causes.js';
import type { ReportDocument } from '../../../src/documents/report.js';
import { emfLine } from '../../../src/report/formats/emf.js';
import { nagiosResult, nagiosUnknown } from '../../../src/report/formats/nagios.js';
import { anyEvidence } from '../../diagnose/any-evidence.js';
import { anyText } from '../../diagnose/any-text.js';
import { dns, evidence, HOST, http, tcp, tls, URL_OF_API } from '../../diagnose/evidence.js';
import { runs } from '../../runs.js';
import { reportDocument } from '../documents.js';
import { reportOf } from '../report-of.js';

const firstLine =
  /^PPROBE (?:OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]+ \[[a-z.-]+\] \| time=\d+\.\d{3}s;;;0 addresses=\d+;;;0 open=\d+;;;0$/;

/** A report whose texts are hostile in every place that a format shows. */
const hostileReport = fc
  .record({
    evidence: anyEvidence,
    texts: fc.array(
      fc.oneof(anyText(200), fc.constantFrom('a | b=1', 'x\n| y', '\r\n', '|', '\\n|', '\u2028|')),
      { minLength: 5, maxLength: 5 },
    ),
    cause: fc.constantFrom(...(Object.keys(CAUSES) as Cause[])),
  })
  .map(({ evidence: given, texts, cause }): ReportDocument => {
    const [summary = '', text = '', remedy = '', hostname = '', input = ''] = texts;
    const report = reportOf(given);
    return {
      ...report,
      target: { ...report.target, input },
      vantage: { ...report.vantage, hostname },
      verdict: {
        ...report.verdict,
        class: CAUSES[cause].class,
        cause,
        summary,
        evidence: [{ observation: 'tcp[0]', text }, ...report.verdict.evidence],
        remedies: [{ text: remedy }, ...report.verdict.remedies],
      },
    };
  });

test('nagios: no text of a report adds a "|", a newline or a control character', async () => {
  fc.assert(
    fc.property(hostileReport, (report) => {
      const { text, exitCode } = nagiosResult(report);
      const lines = text.split('\n');
      if (lines.pop() !== '') throw new Error('the last line does not end');
      const [first = '', ...further] = lines;
      const hasSummary = report.verdict.summary.trim() !== '';
      if (hasSummary && !firstLine.test(first)) throw new Error(first);
      if (text.split('|').length !== 2) throw new Error(`another "|": ${text}`);
      if (further.length > 20 || ![0, 1, 2, 3].includes(exitCode)) throw new Error(text);
      return lines.every((line) => !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(line));
    }),
    { numRuns: runs(150) },
  );
});

test('nagios: no message adds a "|" or a newline', async (t) => {
  fc.assert(
    fc.property(anyText(300), (message) => {
      const { text, exitCode } = nagiosUnknown(message);
      return /^PPROBE UNKNOWN - [^|\n]*\n$/.test(text) && exitCode === 3;
    }),
    { numRuns: runs(150) },
  );
  t.same(nagiosUnknown('a | b\nc'), { text: 'PPROBE UNKNOWN - a / b c\n', exitCode: 3 });
});

test('emf: one line, and every dimension and metric named is a member of the root', async () => {
  fc.assert(
    fc.property(hostileReport, (report) => {
      const line = emfLine(report);
      if (!/^[^\n\u2028\u2029\u0085]+\n$/.test(line)) throw new Error(line);
      const event = JSON.parse(line);
      const [directive] = event._aws.CloudWatchMetrics;
      for (const { Name, Unit } of directive.Metrics) {
        if (typeof event[Name] !== 'number') throw new Error(`${Name}: ${event[Name]}`);
        if (!['None', 'Milliseconds', 'Count'].includes(Unit)) throw new Error(Unit);
      }
      for (const name of directive.Dimensions.flat())
        if (!/^(?!:)[\x20-\x7e]{1,1024}$/.test(event[name])) throw new Error(`${name}: ${event[name]}`);
      return Number.isInteger(event._aws.Timestamp) && line.length < 1_000_000;
    }),
    { numRuns: runs(150) },
  );
});

test('emf: the members of the contract', async (t) => {
  const line = emfLine(serving({ '10.0.1.5': 'open', '10.0.2.5': 'open' }));
  t.match(JSON.parse(line), {
    _aws: {
      Timestamp: Date.parse('2026-01-02T03:04:05.678Z'),
      CloudWatchMetrics: [
        {
          Namespace: 'pprobe',
          Dimensions: [['target'], ['target', 'vantage']],
          Metrics: [
            { Name: 'success', Unit: 'None' },
            { Name: 'duration', Unit: 'Milliseconds' },
            { Name: 'resolveMs', Unit: 'Milliseconds' },
            { Name: 'connectMs', Unit: 'Milliseconds' },
            { Name: 'tlsMs', Unit: 'Milliseconds' },
            { Name: 'processingMs', Unit: 'Milliseconds' },
            { Name: 'addressesOpen', Unit: 'Count' },
            { Name: 'addresses', Unit: 'Count' },
          ],
        },
      ],
    },
    target: URL_OF_API,
    success: 1,
    duration: 3100,
    addressesOpen: 2,
    addresses: 2,
    class: 'reachable',
    cause: 'none',
    confidence: 'certain',
    summary: /answers/,
  });
});

test('nagios: the state of each class', async (t) => {
  const states: Record<VerdictClass, number> = {
    reachable: 0,
    dns: 2,
    timeout: 2,
    policy: 2,
    refused: 2,
    unreachable: 2,
    tls: 2,
    service: 2,
    local: 3,
    inconclusive: 3,
  };
  const words = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'];
  for (const [name, code] of Object.entries(states)) {
    const { text, exitCode } = nagiosResult(reportDocument(name as VerdictClass));
    t.equal(exitCode, code, name);
    t.match(text, `PPROBE ${words[code]} - Nothing was measured. [none] | time=0.012s;;;0`, name);
  }
});

test('nagios: a dead address beside one that answers is a warning; beside one that fails it is critical', async (t) => {
  const half = serving({ '10.0.1.5': 'open', '10.0.2.5': 'timeout' });
  t.equal(half.verdict.class, 'timeout');
  const { text, exitCode } = nagiosResult(half);
  t.equal(exitCode, 1, text);
  t.match(text, /^PPROBE WARNING - .* addresses=2;;;0 open=1;;;0\n/);
  t.equal(nagiosResult(serving({ '10.0.1.5': 'timeout', '10.0.2.5': 'timeout' })).exitCode, 2);
  t.equal(nagiosResult(serving({ '10.0.1.5': 'open', '10.0.2.5': 'timeout' }, 503)).exitCode, 2);
});

/** The report of an API with these addresses, each of which answers with `status` where it is open. */
function serving(outcomes: Record<string, 'open' | 'timeout'>, status = 200): ReportDocument {
  const open = Object.keys(outcomes).filter((address) => outcomes[address] === 'open');
  return reportOf(
    evidence({
      dns: [dns(HOST, Object.keys(outcomes))],
      tcp: [tcp(HOST, outcomes)],
      tls: open.map((address) => tls('ok', { address })),
      http: open.map((address) => http(status, { address })),
    }),
  );
}
