import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { test } from 'tap';
import type { ProbeModule } from '../../src/exporter/config.js';
import { exposition } from '../../src/exporter/registry.js';
import { probeMetrics } from '../../src/exporter/samples.js';
import { anyEvidence } from '../diagnose/any-evidence.js';
import { dns, evidence, HOST, hops, http, tcp, tls, trace } from '../diagnose/evidence.js';
import { reportOf } from '../report/report-of.js';
import { runs } from '../runs.js';

const plain: ProbeModule = { check: 'diagnose', timeoutMs: 5000, trace: false, perAddress: false };
const times = { durationMs: 63.5, queuedMs: 1.25, limitMs: 5000, limitFrom: 'module' as const };

const healthy = {
  dns: [dns(HOST, ['10.0.1.5', '10.0.2.5'])],
  tcp: [tcp(HOST, { '10.0.1.5': 'open', '10.0.2.5': 'open' })],
  tls: [tls('ok'), tls('ok', { address: '10.0.2.5' })],
  http: [http(200), http(200, { address: '10.0.2.5' })],
};

/** The series of a report, as `name{labels}` and value. */
function series(report: Parameters<typeof probeMetrics>[0], module = plain): Map<string, number> {
  const all = probeMetrics(report, module, times).flatMap(({ name, samples }) =>
    samples.map(({ labels, value }): [string, number] => {
      const inside = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
      return [inside.length === 0 ? name : `${name}{${inside.join(',')}}`, value];
    }),
  );
  return new Map(all);
}

test('a healthy target has every metric of the reference but those of a trace', async (t) => {
  const found = series(reportOf(evidence(healthy)));
  t.match(Object.fromEntries(found), {
    probe_success: 1,
    probe_duration_seconds: 0.0635,
    probe_timeout_seconds: 5,
    probe_dns_lookup_time_seconds: 0.003,
    probe_ip_protocol: 4,
    probe_http_status_code: 200,
    probe_http_ssl: 1,
    probe_ssl_earliest_cert_expiry: Date.parse('2026-06-30T23:59:59.000Z') / 1000,
    'probe_http_duration_seconds{phase="tls"}': 0.012,
    'pprobe_verdict{class="reachable"}': 1,
    'pprobe_verdict{class="dns"}': 0,
    'pprobe_cause_info{class="reachable",cause="none",confidence="certain"}': 1,
    'pprobe_addresses{status="open"}': 2,
    'pprobe_addresses{status="timeout"}': 0,
    'pprobe_phase_ok{phase="processing"}': 1,
    'pprobe_phase_duration_seconds{phase="processing"}': 0.02,
    'pprobe_step_skipped{step="trace"}': 0,
    pprobe_dns_ttl_seconds: 60,
    pprobe_dns_answers: 2,
    pprobe_exporter_queue_seconds: 0.00125,
  });
  t.equal([...found.keys()].filter((name) => name.startsWith('pprobe_verdict')).length, 10);
  t.notOk(found.has('pprobe_path_hops'));
  t.notOk([...found.keys()].some((name) => name.includes('phase="path"')));
});

test('what was not reached is absent, and what was measured and is none is 0', async (t) => {
  const missing = series(reportOf(evidence({ dns: [dns(HOST, [], { status: 'nxdomain' })] })));
  t.match(Object.fromEntries(missing), {
    probe_success: 0,
    probe_ip_protocol: 0,
    'pprobe_verdict{class="dns"}': 1,
    'pprobe_addresses{status="open"}': 0,
    pprobe_dns_answers: 0,
    'pprobe_phase_ok{phase="resolve"}': 0,
  });
  for (const name of [
    'probe_http_status_code',
    'probe_http_ssl',
    'probe_ssl_earliest_cert_expiry',
    'pprobe_dns_ttl_seconds',
  ])
    t.notOk(missing.has(name), name);
  t.notOk(missing.has('pprobe_phase_ok{phase="connect"}'));
});

test('an expired certificate has its expiry; a trace has hops; a status can be expected', async (t) => {
  const expired = series(
    reportOf(
      evidence({ ...healthy, tls: [tls('expired'), tls('expired', { address: '10.0.2.5' })], http: [] }),
    ),
  );
  t.ok(expired.has('probe_ssl_earliest_cert_expiry'));
  t.equal(expired.get('pprobe_verdict{class="tls"}'), 1);
  const path = trace('filtered', hops('10.0.9.1', '10.0.8.1', null, null));
  const lost = series(
    reportOf(
      evidence({
        dns: [dns(HOST, ['10.0.1.5'])],
        tcp: [tcp(HOST, { '10.0.1.5': 'timeout' })],
        trace: [path],
      }),
    ),
  );
  t.match(Object.fromEntries(lost), { pprobe_path_hops: 4, pprobe_path_last_hop: 2, probe_success: 0 });
  const denied = reportOf(evidence({ ...healthy, http: [http(401), http(401, { address: '10.0.2.5' })] }));
  t.equal(series(denied).get('probe_success'), 0);
  t.equal(series(denied, { ...plain, expectStatus: [401] }).get('probe_success'), 1);
  t.equal(series(denied, { ...plain, expectStatus: [200] }).get('probe_success'), 0);
});

test('labels come from closed lists: addresses only where the module asks, and at most 16', async (t) => {
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`10.0.1.${n}`, 'open' as const]));
  const report = reportOf(evidence({ dns: [dns(HOST, Object.keys(many))], tcp: [tcp(HOST, many)] }));
  t.notMatch([...series(report).keys()].join(), /10\.0\.1/);
  const named = [...series(report, { ...plain, perAddress: true }).keys()].filter((name) =>
    /10\.0\.1/.test(name),
  );
  t.equal(named.length, 16);
});

test('any evidence: every value is a number, no more than 60 series, no label from the network', async () => {
  await fc.assert(
    fc.asyncProperty(anyEvidence, async (given) => {
      const metrics = probeMetrics(reportOf(given), plain, times);
      const samples = metrics.flatMap(({ samples: all }) => all);
      if (samples.length > 60 || !samples.every(({ value }) => Number.isFinite(value))) return false;
      const labels = samples.flatMap(({ labels: all }) => Object.values(all));
      if (!labels.every((label) => /^[a-z0-9.-]+$/.test(label))) throw new Error(labels.join());
      const names = metrics.map(({ name }) => name);
      if (new Set(names).size !== names.length) throw new Error(names.join());
      return (await exposition(metrics)).includes('probe_success');
    }),
    { numRuns: runs(100) },
  );
});

test('promtool finds nothing wrong with the metrics of a probe', async (t) => {
  const report = reportOf(evidence({ ...healthy, trace: [trace('open', hops('10.0.9.1', '10.0.1.5'))] }));
  const input = await exposition(probeMetrics(report, { ...plain, perAddress: true }, times));
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
  t.same([status, stdout + stderr], [0, '']);
});
