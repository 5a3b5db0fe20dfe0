import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import t from 'tap';
import { verdictClasses } from '../../src/exporter/samples.js';
import { availability, namespaceFlags } from '../lab/availability.js';
import { programArguments } from '../program.js';
import { mayBeEmpty, type Said } from './said.js';

const found = await availability();
const skip = found.mode === null ? found.reason : false;
const shipped = 'scripts/archive/monitoring';

t.test(
  'a real Prometheus scrapes serve, evaluates every rule and answers every query of the dashboard',
  { skip },
  async (t) => {
    if (found.mode === null) return;
    const argv = [
      ...namespaceFlags(found.mode),
      process.execPath,
      ...programArguments(new URL('monitored.ts', import.meta.url)),
      t.testdir({}),
    ];
    const { stdout } = await promisify(execFile)('unshare', argv, { maxBuffer: 10_000_000 });
    const { rules, alerts, targets, queries }: Said = JSON.parse(stdout);
    t.same(
      targets.activeTargets
        .filter(({ health }) => health !== 'up')
        .map(({ lastError, labels }) => [labels, lastError]),
      [],
      'every target is up, also those that fail',
    );
    t.equal(targets.activeTargets.length, 4);
    const all = rules.groups.flatMap((group) => group.rules);
    t.ok(all.length >= 17);
    t.same(
      all.filter(({ health }) => health !== 'ok').map(({ name, lastError }) => `${name}: ${lastError}`),
      [],
    );
    const firing = alerts.alerts.filter(({ state }) => state === 'firing');
    const named = (name: string) => firing.filter(({ labels }) => labels.alertname === name);
    t.match(named('PprobeTargetRefused'), [
      {
        labels: { instance: '10.93.0.2:8080', vantage: '127.0.0.1:9715' },
        annotations: { summary: /nothing listens/ },
      },
    ]);
    t.match(named('PprobeTargetTls'), [{ labels: { instance: 'https://10.93.0.1:8443/' } }]);
    t.match(named('PprobeCertificateExpires'), [{ annotations: { summary: /expires in 2d 23h/ } }]);
    t.equal(named('PprobeExporterDown').length, 0);
    t.ok(queries.length >= 20);
    for (const { expression, error, series } of queries) {
      t.equal(error, null, expression);
      if (!mayBeEmpty(expression)) t.ok(series > 0, `${expression}: a result`);
    }
  },
);

t.test('promtool accepts the files, and the alerts do what they say', async (t) => {
  for (const args of [
    ['check', 'rules', `${shipped}/alerts.yml`],
    ['check', 'config', `${shipped}/prometheus.yml`],
    ['test', 'rules', 'test/exporter/alerts.test.yml'],
  ]) {
    const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
    t.equal(status, 0, `promtool ${args.join(' ')}: ${stdout}${stderr}`);
  }
});

t.test('every class but reachable has an alert with a link', async (t) => {
  const alerts = readFileSync(`${shipped}/alerts.yml`, 'utf8');
  for (const name of verdictClasses.filter((each) => each !== 'reachable'))
    t.match(
      alerts,
      new RegExp(`expr: pprobe_verdict\\{class="${name}"\\} == 1[\\s\\S]*?runbook_url: https://`),
      name,
    );
});
