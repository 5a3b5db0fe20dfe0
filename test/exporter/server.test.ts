import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import t, { type Test } from 'tap';
import type { ReportDocument } from '../../src/documents/report.js';
import { Exporter } from '../../src/exporter/exporter.js';
import type { Probe } from '../../src/exporter/measure.js';
import { type ExporterServer, exporterServer } from '../../src/exporter/server.js';
import { reportDocument } from '../report/documents.js';

interface Response {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

interface Running extends ExporterServer {
  port: number;
  /** The probes that have begun, and what ends the one at that place. */
  begun: { probe: Probe; finish: (report?: ReportDocument) => void }[];
  /** Resolves when so many probes have begun. */
  beginning(count: number): Promise<void>;
  get(path: string, options?: { method?: string; headers?: Record<string, string> }): Promise<Response>;
  config: { text: string };
  log: string[];
}

const usual = {
  modules: {
    plain: { timeoutMs: 5000 },
    port: { check: 'tcp', timeoutMs: 2000 },
    six: { check: 'tcp', timeoutMs: 2000, family: 6 },
  },
  allow: [
    { cidr: '10.0.0.0/8', ports: [443, 8080] },
    { name: '*.example', ports: [443] },
  ],
};

/** A server on loopback whose probes end when the test says so; with `quick` at once. */
async function start(t: Test, config: object = usual, quick = false): Promise<Running> {
  const begun: Running['begun'] = [];
  const waiting = new Set<() => void>();
  const log: string[] = [];
  const source = { text: JSON.stringify(config) };
  const exporter = await Exporter.start({
    readConfig: async () => source.text,
    log: (line) => log.push(line),
    measure: (probe) =>
      new Promise((resolve, reject) => {
        const usualReport = { ...reportDocument('reachable'), target: probe.target };
        const finish = (report: ReportDocument = usualReport): void => resolve(report);
        probe.signal.addEventListener('abort', () => reject(probe.signal.reason));
        probe.stop.addEventListener('abort', () => finish(reportDocument('inconclusive')));
        begun.push({ probe, finish });
        for (const look of waiting) look();
        if (quick) finish();
      }),
  });
  const running = exporterServer(exporter);
  running.server.listen(0, '127.0.0.1');
  await once(running.server, 'listening');
  t.teardown(() => running.drain(0));
  const address = running.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    ...running,
    port,
    begun,
    config: source,
    log,
    beginning: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (begun.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    get: (path, options = {}) => ask(port, path, options),
  };
}

async function ask(
  port: number,
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> },
): Promise<Response> {
  const request = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false });
  request.end();
  const [response] = await once(request, 'response');
  response.setEncoding('utf8');
  let body = '';
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode, headers: response.headers, body };
}

const target = '/probe?module=plain&target=10.0.1.5:443';

t.test('a probe is 200 with metrics, whatever it finds', async (t) => {
  const { get, begun, beginning } = await start(t);
  const good = get(target);
  await beginning(1);
  begun[0]?.finish();
  t.match(await good, { status: 200, body: /^probe_success 1$/m });
  t.equal((await good).headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  const bad = get('/probe?module=port&target=https%3A%2F%2Fapi.example%2Fprod');
  await beginning(2);
  t.equal(begun[1]?.probe.target.url, null, 'the check tcp sends no request');
  begun[1]?.finish(reportDocument('timeout'));
  t.match(await bad, { status: 200, body: /^probe_success 0$/m });
  t.match((await bad).body, /^pprobe_verdict\{class="timeout"\} 1$/m);
  const metrics = (await get('/metrics')).body;
  t.match(metrics, 'pprobe_probes_total{module="plain",class="reachable"} 1');
  t.match(metrics, 'pprobe_probes_total{module="port",class="timeout"} 1');
  t.match(metrics, /^pprobe_build_info\{version="[\d.]+",node="[\d.]+"\} 1$/m);
  t.match(metrics, /^process_resident_memory_bytes \d+$/m);
});

t.test('400, 403 and 405, with a reason, and nothing is measured', async (t) => {
  const { get, begun } = await start(t);
  for (const [path, status, says] of [
    [
      '/probe?target=10.0.1.5:443&module=none',
      400,
      /module "none" is not known; give one of plain, port, six/,
    ],
    ['/probe?target=10.0.1.5:443', 400, /module is missing/],
    ['/probe?module=plain', 400, /target is missing/],
    ['/probe?module=plain&target=', 400, /target is missing/],
    [
      '/probe?module=plain&target=10.0.1.5:443&target=10.0.1.6:443',
      400,
      /^target is given 2 times; give it once\n$/,
    ],
    ['/probe?module=plain&module=port&target=10.0.1.5:443', 400, /^module is given 2 times/],
    ['/probe?module=plain&target=10.0.1.5:443&debug=true&debug=false', 400, /^debug is given 2 times/],
    ['/probe?module=plain&target=a%0Aprobe_success%201:443', 400, /^[^\n]*control character[^\n]*\n$/],
    ['/probe?module=plain&target=a%22%7D%201:443', 400, /^[^\n]+\n$/],
    ['/probe?module=%0a%22&target=10.0.1.5:443', 400, /^module "\\n\\"" is not known; [^\n]*\n$/],
    ['/last?target=a.example:443&target=b.example:443', 400, /^target is given 2 times/],
    ['/probe?module=plain&target=a..b', 400, /empty label/],
    ['/probe?module=plain&target=http://10.0.1.5/', 400, /not an https URL/],
    ['/probe?module=plain&target=10.1', 400, /10\.1/],
    ['/probe?module=six&target=10.0.1.5:443', 400, /IPv4 address, but only IPv6 was asked for/],
    ['/probe?module=plain&target=11.0.1.5:443', 403, /not allowed/],
    ['/probe?module=plain&target=10.0.1.5:22', 403, /not allowed/],
    ['/probe?module=plain&target=https://other.test/', 403, /not allowed/],
    ['/probe?module=plain&target=127.0.0.1:443', 403, /always denied/],
    ['/probe?module=plain&target=[::ffff:a9fe:a9fe]:443', 403, /always denied/],
    ['/probe?module=plain&target=localhost:443', 403, /this host/],
    ['/last', 400, /target is missing/],
    ['/last?target=10.0.1.5:443', 404, /nothing was measured/],
    ['/nope', 404, /no such page/],
    ['//probe', 404, /no such page/],
    ['/-/reload', 405, /POST/],
    ['/__proto__', 404, /no such page/],
  ] as const)
    t.match(await get(path), { status, body: says }, path);
  const wrong = { headers: { 'X-Prometheus-Scrape-Timeout-Seconds': 'soon' } };
  t.match(await get(target, wrong), { status: 400, body: /not a number of seconds/ });
  for (const method of ['DELETE', 'PUT', 'POST', 'PATCH', 'OPTIONS'])
    t.match(await get('/metrics', { method }), { status: 405, headers: { allow: 'GET, HEAD' } }, method);
  t.match(await get('/-/healthy', { method: 'HEAD' }), { status: 200, body: '' });
  t.match(await get('/-/healthy'), { status: 200 });
  t.equal(begun.length, 0);
  t.match((await get('/metrics')).body, /rejected_total\{reason="target"\} 17$/m);
});

t.test('eight run, so many wait, and the others get 503 at once', async (t) => {
  const { get, begun, beginning } = await start(t, { ...usual, maxConcurrent: 3, maxQueue: 2 });
  const asked = Array.from({ length: 10 }, () => get(target));
  const refused: Response[] = [];
  await new Promise<void>((resolve) => {
    for (const each of asked)
      void each.then((response) => {
        if (refused.push(response) === 5) resolve();
      });
  });
  t.match(refused[0], { status: 503, body: /busy: 3 probes at a time/, headers: { 'retry-after': '1' } });
  await beginning(3);
  t.equal(begun.length, 3);
  for (let next = 0; next < 5; next += 1) {
    await beginning(next + 1);
    t.ok(begun.length <= next + 3, 'never more than three at once');
    begun[next]?.finish();
  }
  const statuses = (await Promise.all(asked)).map(({ status }) => status).sort();
  t.same(statuses, [200, 200, 200, 200, 200, 503, 503, 503, 503, 503]);
  t.match((await get('/metrics')).body, 'pprobe_probes_rejected_total{reason="busy"} 5');
});

t.test('a probe that cannot end before the scrape does is not begun', async (t) => {
  const { get, begun, beginning } = await start(t, { ...usual, maxConcurrent: 1 });
  const headers = { 'X-Prometheus-Scrape-Timeout-Seconds': '0.5' };
  t.match(await get(target, { headers }), { status: 503, body: /no time/ });
  const first = get(target);
  await beginning(1);
  // It needs 5 s of 5.5 s less the half second for the answer, so it cannot wait for the first.
  const second = await get(target, { headers: { 'X-Prometheus-Scrape-Timeout-Seconds': '5.5' } });
  t.match(second, { status: 503, body: /no time/ });
  t.equal(begun.length, 1);
  begun[0]?.finish();
  t.equal((await first).status, 200);
  t.match((await get('/metrics')).body, 'pprobe_probes_rejected_total{reason="timeout"} 2');
  const short = get(target, { headers: { 'X-Prometheus-Scrape-Timeout-Seconds': '2.5' } });
  await beginning(2);
  t.match((await short).body, /^probe_timeout_seconds (1\.\d+|2)/m, 'cut off by the scrape');
  t.match((await short).body, /^pprobe_timeout_info\{origin="scrape"\} 1$/m);
});

t.test('reload: a broken configuration leaves the old one in force', async (t) => {
  const { get, config, log } = await start(t, usual, true);
  const reload = () => get('/-/reload', { method: 'POST' });
  config.text = '{"allow": [}';
  t.match(await reload(), { status: 500, body: /the old one stays in force: --config: not JSON/ });
  t.match((await get('/metrics')).body, /^pprobe_config_last_reload_successful 0$/m);
  t.equal((await get(target)).status, 200);
  config.text = JSON.stringify({ modules: { other: {} }, allow: [{ cidr: '11.0.0.0/8' }] });
  t.equal((await reload()).status, 200);
  t.match((await get('/metrics')).body, /^pprobe_config_last_reload_successful 1$/m);
  t.equal((await get(target)).status, 400);
  t.equal((await get('/probe?target=10.0.1.5:443')).status, 403, 'the only module needs no name');
  t.equal((await get('/probe?target=11.0.1.5:443')).status, 200);
  t.match(log, [/old one stays/, /read again/]);
});

t.test('reload while probes run: they end as they began, and count against the new limits', async (t) => {
  const { get, begun, beginning, config } = await start(t, { ...usual, maxConcurrent: 2, maxQueue: 1 });
  const running = [get(target), get(target)];
  await beginning(2);
  config.text = JSON.stringify({
    modules: { plain: { timeoutMs: 5000 } },
    allow: [{ cidr: '11.0.0.0/8' }],
    maxConcurrent: 1,
    maxQueue: 0,
  });
  t.equal((await get('/-/reload', { method: 'POST' })).status, 200);
  t.match((await get('/metrics')).body, /^pprobe_probes_in_flight 2$/m);
  const elsewhere = '/probe?module=plain&target=11.0.1.5:443';
  t.equal((await get(target)).status, 403, 'the new list is in force');
  t.match(await get(elsewhere), { status: 503, body: /busy: 1 probe/ }, 'two run, and one may');
  for (const { finish } of begun) finish();
  for (const each of running) t.match(await each, { status: 200, body: /^probe_success 1$/m });
  const next = get(elsewhere);
  await beginning(3);
  begun[2]?.finish();
  t.equal((await next).status, 200);
});

t.test(
  'debug=true has the report, then the metrics; /last the last report and that of another class',
  async (t) => {
    const { get, begun, beginning, log } = await start(t);
    const reports = ['timeout', 'reachable', 'reachable', 'timeout', 'timeout'] as const;
    for (const [index, name] of reports.entries()) {
      const response = get(`${target}&debug=true`);
      await beginning(index + 1);
      const { probe, finish } = begun[index] ?? {};
      if (probe === undefined) throw new Error('not begun');
      finish?.({ ...reportDocument(name), target: probe.target });
      t.match(
        (await response).body,
        /^(TIMEOUT|REACHABLE) [\s\S]*Metrics that would have been returned:\n# HELP/,
      );
    }
    const last = JSON.parse((await get('/last?target=10.0.1.5:443')).body);
    t.match(last, {
      target: '10.0.1.5:443',
      module: 'plain',
      last: { kind: 'report', verdict: { class: 'timeout' } },
      lastOfAnotherClass: { verdict: { class: 'reachable' } },
    });
    t.equal(log.length, 3, 'one line for each change');
    t.match(log[1], /10\.0\.1\.5:443 module plain: reachable \(was timeout\)/);
  },
);

t.test('a client that goes away ends its probe, and leaves the queue', async (t) => {
  const { port, begun, beginning, get } = await start(t, { ...usual, maxConcurrent: 1, maxQueue: 1 });
  const client = connect(port, '127.0.0.1');
  client.write(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await beginning(1);
  client.destroy();
  const [first] = begun;
  if (first === undefined) throw new Error('not begun');
  if (!first.probe.signal.aborted) await once(first.probe.signal, 'abort');
  const next = get(target);
  await beginning(2);
  begun[1]?.finish();
  t.equal((await next).status, 200);
});

t.test('huge and broken requests are answered or cut off, and the server goes on', async (t) => {
  const { port, get } = await start(t, usual, true);
  const raw = async (text: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1').on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', () => {});
    socket.write(text);
    await once(socket, 'close');
    return answer;
  };
  t.match(await raw(`GET /${'a'.repeat(20_000)} HTTP/1.1\r\n\r\n`), /^HTTP\/1\.1 431/);
  t.match(await raw(`GET / HTTP/1.1\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 431/);
  t.match(await raw('nonsense\r\n\r\n'), /^HTTP\/1\.1 400/);
  t.match(await raw('GET http://[/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 400/);
  const body = 'x'.repeat(200_000);
  t.match(
    await raw(`POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
    /^HTTP\/1\.1 405[\s\S]*connection: close/i,
  );
  t.equal((await get(target)).status, 200);
});

t.test('draining: what runs is answered, what waits gets 503, nothing new comes in', async (t) => {
  const { get, begun, beginning, drain, port } = await start(t, { ...usual, maxConcurrent: 1, maxQueue: 1 });
  const first = get(target);
  await beginning(1);
  const second = get(target);
  const third = get(target);
  t.equal((await Promise.race([second, third])).status, 503);
  const drained = drain(60_000);
  const states = Promise.all([second, third]);
  t.same(
    (await states).map(({ status }) => status),
    [503, 503],
  );
  await t.rejects(ask(port, '/-/healthy', {}), { code: 'ECONNREFUSED' });
  begun[0]?.finish();
  t.match(await first, { status: 200, headers: { connection: 'close' } });
  await drained;
  t.equal(begun.length, 1);
});

t.test('a bug in a probe is 500, is logged, and gives its slot back', async (t) => {
  let count = 0;
  const log: string[] = [];
  const exporter = await Exporter.start({
    readConfig: async () => JSON.stringify({ ...usual, maxConcurrent: 1, maxQueue: 0 }),
    log: (line) => log.push(line),
    measure: async ({ target: of }) => {
      count += 1;
      if (count === 1) throw new TypeError('boom');
      return { ...reportDocument('reachable'), target: of };
    },
  });
  const { server, drain } = exporterServer(exporter);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => drain(0));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  t.match(await ask(port, target, {}), { status: 500, body: /a bug in pprobe/ });
  t.match(log.join('\n'), /TypeError: boom[\s\S]*server\.test\.ts/);
  t.equal((await ask(port, target, {})).status, 200);
});
