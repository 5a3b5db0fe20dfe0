import { Readable } from 'node:stream';
import { test } from 'tap';
import { explainTogether } from '../../../src/compare/compare.js';
import { explain } from '../../../src/diagnose/explain.js';
import { explainLog } from '../../../src/execution-log/explain-log.js';
import { scopeOf } from '../../../src/net/address/scope.js';
import { redacted } from '../../../src/report/redact/redact.js';
import { report as madeOn } from '../../compare/reports.js';
import { API, answeredWith, denied, dns, evidence, HOST, http, tcp, tls } from '../../diagnose/evidence.js';
import { rows } from '../../diagnose/rules/all.rows.js';
import { validateDocument } from '../../documents/validate.js';
import { DENIED, linesOf, SHAPES } from '../../execution-log/logs.js';
import { reportOf } from '../report-of.js';

test('a masked report has the verdict of the original, whatever the fault', (t) => {
  for (const { name, given } of rows) {
    const original = reportOf(given);
    const masked = redacted(original);
    const told = explain(JSON.stringify(masked)).verdict;
    const { verdict } = original;
    t.same(
      [told.class, told.cause, told.confidence, told.alternatives.map(({ cause }) => cause)],
      [verdict.class, verdict.cause, verdict.confidence, verdict.alternatives.map(({ cause }) => cause)],
      `${verdict.class}: ${name}`,
    );
    t.same(validateDocument(masked), validateDocument(original));
  }
  t.end();
});

test('equal values have equal masks, which show the kind of the value', (t) => {
  const given = answeredWith([denied('')], {
    dns: [dns(HOST, ['10.0.1.5', '10.0.1.6', '10.0.2.5', '52.1.2.3', 'fd00:1::5', '100.64.0.9'])],
  });
  const original = reportOf(given);
  const masked = redacted(original);
  const addresses = masked.observations.dns[0]?.addresses ?? [];
  t.same(
    addresses.map(({ address }) => scopeOf(address)),
    ['private', 'private', 'private', 'documentation', 'unique-local', 'shared'].map((scope, index) =>
      index === 3 ? scopeOf(addresses[3]?.address ?? '') : scope,
    ),
  );
  const [first = '', second = '', third = ''] = addresses.map(({ address }) => address.replace(/\d+$/, ''));
  t.equal(first, second, 'one subnet stays one');
  t.not(first, third);
  t.equal(masked.observations.tcp[0]?.attempts[0]?.address, addresses[0]?.address);
  const api = masked.target.privateApi?.apiId ?? '';
  t.match(api, /^[a-z0-9]{10}$/);
  t.not(api, API);
  t.equal(masked.target.host, `${api}.execute-api.us-east-1.amazonaws.com`);
  t.match(masked.observations.http[0]?.message ?? '', `us-east-1:********0001:${api}/prod/GET/orders`);
  t.same(masked.observations.tls[0]?.certificate?.names, ['*.execute-api.us-east-1.amazonaws.com']);
  t.same(redacted(original), masked, 'every time');
  t.same(reportOf(given), original, 'the original is as it was');
  t.end();
});

test('values that are the same for everyone are kept: loopback, the VPC resolver, domains and Regions of AWS, paths, links', (t) => {
  const given = evidence({
    dns: [dns(HOST, ['127.0.0.1'], { server: '169.254.169.253' })],
    vantage: { nameservers: ['169.254.169.253', 'fd00:ec2::253'] },
  });
  const masked = redacted(reportOf(given));
  t.same(masked.vantage.nameservers, ['169.254.169.253', 'fd00:ec2::253']);
  t.equal(masked.observations.dns[0]?.addresses[0]?.address, '127.0.0.1');
  t.match(
    masked.target.url ?? '',
    /^https:\/\/api\d+\.execute-api\.us-east-1\.amazonaws\.com\/prod\/orders$/,
  );
  t.same(
    masked.verdict.remedies.map(({ docs }) => docs),
    reportOf(given).verdict.remedies.map(({ docs }) => docs),
  );
  t.end();
});

test('a host whose name is a word of the format leaves a valid report', (t) => {
  for (const word of ['open', 'tcp', 'timeout', 'report', 'a', 'dns']) {
    const given = evidence({
      target: `${word}:443`,
      dns: [dns(word, ['10.0.1.5'])],
      tcp: [tcp(word, { '10.0.1.5': 'open' })],
      vantage: { hostname: word },
    });
    const masked = redacted(reportOf(given));
    t.same(validateDocument(masked), []);
    t.equal(masked.target.host, 'name-1');
    t.equal(explain(JSON.stringify(masked)).verdict.cause, reportOf(given).verdict.cause);
  }
  t.end();
});

test('an internationalized name has one mask in all its forms', (t) => {
  const given = evidence({ target: 'bücher.example:443', dns: [dns('xn--bcher-kva.example', [])] });
  const masked = redacted(reportOf(given));
  t.notMatch(JSON.stringify(masked), /b(?:ü|\\u00fc)?cher|kva/i);
  t.equal(masked.target.input, `${masked.target.host}:443`);
  t.end();
});

const works = madeOn('web-1', '10.0.1.10', {
  dns: [dns(HOST, ['10.0.1.5'])],
  tcp: [tcp(HOST, { '10.0.1.5': 'open' })],
  tls: [tls('ok')],
  http: [http(200)],
});
const fails = madeOn('web-2', '10.0.9.10', {
  dns: [dns(HOST, ['10.0.1.5'])],
  tcp: [tcp(HOST, { '10.0.1.5': 'timeout' })],
});

test("pprobe's own words in what a comparison advises are kept", (t) => {
  const document = {
    kind: 'comparison',
    reports: [{ label: 'web-1.corp.example', hostname: 'web-1.corp.example' }],
    findings: [
      {
        summary: 'web-1.corp.example has another nameserver.',
        remedies: [{ text: 'Correct resolv.conf of web-1.corp.example, or use host.docker.internal' }],
      },
    ],
  };
  const [finding] = redacted(document).findings;
  t.match(finding?.remedies[0]?.text, /^Correct resolv\.conf of name-\d.*, or use host\.docker\.internal$/);
  t.notMatch(JSON.stringify(redacted(document)), 'corp');
  t.end();
});

test('reports that are compared are masked together', (t) => {
  const named = [works, fails].map((each) => ({
    name: `${each.vantage.hostname}.json`,
    text: JSON.stringify(each),
  }));
  const document = explainTogether(named);
  const masked = redacted(document, [works, fails]);
  t.same(validateDocument(masked), []);
  t.notMatch(JSON.stringify(masked), /web-[12]|10\.0\.[019]\.|a1b2c3d4e5/);
  t.equal(masked.findings[0]?.kind, document.findings[0]?.kind);
  t.ok(
    masked.findings[0]?.summary.includes(masked.reports[0]?.hostname ?? '?'),
    'a finding names a report by its mask',
  );
  t.end();
});

test('a log is masked, except for the ids of requests', async (t) => {
  const log = linesOf(SHAPES.exported).join('\n');
  const document = await explainLog([{ name: 'log', stream: Readable.from([log]) }]);
  const [api] = document.apis;
  const masked = redacted(document);
  t.same(validateDocument(masked), []);
  const text = JSON.stringify(masked);
  t.not(api, undefined);
  t.notOk(text.includes(api?.apiId ?? ''), 'the API');
  t.match(JSON.stringify(document), /\*{8}4690.*backend\.internal/);
  t.notMatch(text, /\*{8}4690|backend\.internal/, 'the account, and the backend that a summary names');
  t.ok(text.includes(DENIED), 'a request');
  t.same(
    masked.causes.map(({ cause }) => cause),
    document.causes.map(({ cause }) => cause),
  );
});
