import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answered, expectedAlerts, mayBeEmpty, type Said } from './said.js';

// Runs in network namespaces of its own: targets, `pprobe serve` and a real Prometheus, with the rules and the queries of the
// dashboard that users get. Prints what Prometheus says of them as JSON, when it says all that the test asks for, or does not
// after two minutes. The argument is a directory for its files.

const [directory = ''] = process.argv.slice(2);
const shipped = 'scripts/archive/monitoring';
const exporter = 'http://127.0.0.1:9715';
const prometheus = 'http://127.0.0.1:9090';
/** Longer than anything here takes on a busy machine: milliseconds. */
const patienceMs = 120_000;
const children: ChildProcess[] = [];

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

function start(command: string, ...args: string[]): void {
  children.push(spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }));
}

async function healthy(): Promise<void> {
  for (let left = patienceMs; left > 0; left -= 200) {
    const { ok } = await fetch(`${exporter}/-/healthy`).catch(() => ({ ok: false }));
    if (ok) return;
    await sleep(200);
  }
  throw new Error(`pprobe serve: it is not healthy after ${patienceMs} ms`);
}

async function api<Data>(path: string): Promise<{ error?: string; data: Data }> {
  return JSON.parse(await (await fetch(`${prometheus}/api/v1/${path}`)).text());
}

async function query(expression: string): Promise<Answered> {
  const { error, data } = await api<{ result?: unknown[] } | undefined>(
    `query?query=${encodeURIComponent(expression)}`,
  );
  return { expression, error: error ?? null, series: data?.result?.length ?? 0 };
}

/** The queries of the dashboard, with the values that Grafana gives its variables. */
function dashboardQueries(): string[] {
  const { panels } = JSON.parse(readFileSync(join(shipped, 'grafana-dashboard.json'), 'utf8')) as {
    panels: { targets: { expr: string }[] }[];
  };
  return panels
    .flatMap(({ targets }) => targets.map(({ expr }) => expr))
    .map((expr) =>
      expr
        .replaceAll('$instance', '.*')
        .replaceAll('$vantage', '.*')
        .replaceAll('$__rate_interval', '1m')
        .replaceAll('$__range', '1h'),
    );
}

function writeConfigurations(): void {
  const serve = {
    modules: { default: { timeoutMs: 10_000, trace: true } },
    allow: [{ cidr: '10.93.0.0/16' }],
  };
  writeFileSync(join(directory, 'serve.json'), JSON.stringify(serve));
  const own = readFileSync(join(shipped, 'prometheus.yml'), 'utf8')
    .replace('https://abc123defg.execute-api.us-east-1.amazonaws.com/prod', 'https://10.93.0.1:8443/')
    .replace('- db.internal:5432', '- 10.93.0.1:8080\n          - 10.93.0.2:8080')
    .replace('scrape_interval: 1m', 'scrape_interval: 5s\n  evaluation_interval: 1s')
    .replace('scrape_timeout: 10s', 'scrape_timeout: 5s');
  writeFileSync(join(directory, 'prometheus.yml'), own);
  // Alerts fire at once, so that the test need not wait for minutes.
  const alerts = readFileSync(join(shipped, 'alerts.yml'), 'utf8').replaceAll(/for: \d+m/g, 'for: 0s');
  writeFileSync(join(directory, 'alerts.yml'), alerts);
}

async function startTargets(): Promise<void> {
  run('ip', 'link', 'set', 'lo', 'up');
  for (const last of ['1', '2']) run('ip', 'address', 'add', `10.93.0.${last}/32`, 'dev', 'lo');
  const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
  const subject = ['-subj', '/CN=target', '-addext', 'subjectAltName=IP:10.93.0.1', '-days', '3'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  run('openssl', 'req', '-x509', ...kind, '-keyout', key, '-out', certificate, ...subject);
  createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_request, response) =>
    response.end('ok'),
  ).listen(8443, '10.93.0.1');
  createServer((socket) => socket.on('error', () => {})).listen(8080, '10.93.0.1');
}

async function main(): Promise<void> {
  await startTargets();
  writeConfigurations();
  start(process.execPath, 'bin/pprobe.js', 'serve', '--config', join(directory, 'serve.json'));
  await healthy();
  start(
    'prometheus',
    `--config.file=${join(directory, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    '--web.listen-address=127.0.0.1:9090',
    '--log.level=error',
  );
  let said = await ask().catch(() => null);
  for (let left = patienceMs; left > 0 && (said === null || !isComplete(said)); left -= 500) {
    await sleep(500);
    said = await ask().catch(() => said);
  }
  process.stdout.write(JSON.stringify(said));
}

async function ask(): Promise<Said> {
  const [rules, alerts, targets] = await Promise.all([
    api<Said['rules']>('rules'),
    api<Said['alerts']>('alerts'),
    api<Said['targets']>('targets'),
  ]);
  const queries = [];
  for (const expression of dashboardQueries()) queries.push(await query(expression));
  return { rules: rules.data, alerts: alerts.data, targets: targets.data, queries };
}

/** Each target and each rule has its own time: that one alert fires says nothing of the others. */
function isComplete({ rules, alerts, targets, queries }: Said): boolean {
  const isFiring = (name: string): boolean =>
    alerts.alerts.some(({ state, labels }) => state === 'firing' && labels.alertname === name);
  return (
    targets.activeTargets.length > 0 &&
    targets.activeTargets.every(({ health }) => health === 'up') &&
    rules.groups.every((group) => group.rules.every(({ health }) => health === 'ok')) &&
    expectedAlerts.every(isFiring) &&
    queries.every(({ expression, series }) => series > 0 || mayBeEmpty(expression))
  );
}

try {
  await main();
} finally {
  for (const child of children) child.kill('SIGKILL');
}
process.exit();
