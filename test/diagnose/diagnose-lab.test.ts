import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import type { ReportDocument } from '../../src/documents/report.js';
import { validateDocument } from '../documents/validate.js';
import { type Lab, labUnavailable, startLab } from '../lab/lab.js';

const program = [process.execPath, join(process.cwd(), 'bin/pprobe.js')];
const unavailable = await labUnavailable();
const skip = unavailable ?? false;

/** `pprobe diagnose --json` on the lab's client: the document, the exit code and how long a person would have waited. */
async function diagnose(lab: Lab, target: string, options: { args?: string[]; uid?: number } = {}) {
  const argv = [
    ...program,
    'diagnose',
    target,
    '--ca-file',
    lab.facts.caFile,
    '--json',
    ...(options.args ?? []),
  ];
  const where = options.uid === undefined ? {} : { uid: options.uid };
  const { stdout, stderr, exitCode, durationMs } = await lab.exec('client', argv, where);
  if (stdout === '') throw new Error(stderr);
  return { report: JSON.parse(stdout) as ReportDocument, exitCode, durationMs };
}

t.test('the command on a healthy and on a broken lab', { skip }, async (t) => {
  const lab = await startLab();
  t.teardown(() => lab.stop());

  t.test('healthy: every address opens, shakes hands and answers', async (t) => {
    const { report, exitCode, durationMs } = await diagnose(lab, lab.facts.url);
    t.comment(`${Math.round(durationMs)} ms`);
    t.equal(exitCode, 0);
    t.match(report.verdict, { class: 'reachable', cause: 'none', confidence: 'certain' });
    t.same(validateDocument(report), []);
    const { dns, tcp, tls, http, trace } = report.observations;
    t.match(dns[0], { status: 'answered', chain: [lab.facts.names.service] });
    t.equal(tcp[0]?.attempts.length, 4);
    t.same(
      tls.map(({ status }) => status),
      ['ok', 'ok', 'ok', 'ok'],
    );
    t.same(
      http.map(({ status }) => status),
      [200, 200, 200, 200],
    );
    t.same(trace, [], 'where all opens no path is in doubt');
    t.match(report.skipped, [{ step: 'trace', reason: /every address opened/ }]);
  });

  t.test('the exit code of a fault is that of its class', async (t) => {
    const classes: [fault: string, exitCode: number][] = [
      ['nxdomain', 10],
      ['security-group', 11],
      ['resource-policy-explicit', 12],
      ['endpoint-refuses', 13],
      ['no-route', 14],
      ['certificate-name', 15],
      ['throttled', 16],
      ['client-prohibit', 14],
    ];
    for (const [fault, exitCode] of classes) {
      await lab.break(fault);
      t.equal((await diagnose(lab, lab.facts.url)).exitCode, exitCode, fault);
    }
  });
});

t.test('targets and hosts of other kinds', { skip }, async (t) => {
  const lab = await startLab();
  t.teardown(() => lab.stop());
  const { names, apiId, stage, addresses } = lab.facts;

  t.test("the endpoint's own name works once the API is named, and says how", async (t) => {
    const { report } = await diagnose(lab, `https://${names.vpce}/${stage}`, { args: ['--api-id', apiId] });
    t.match(report.verdict, { cause: 'api.not-matched' });
    t.same(
      report.observations.http
        .filter(({ address }) => address === addresses.eniA.ipv4)
        .map(({ variant, status }) => `${variant} ${status}`),
      ['plain 403', 'host 200', 'api-id 200', 'bogus 403'],
    );
    t.match(JSON.stringify(report.verdict.remedies), names.api);
  });

  t.test('--vpce lays the two names beside each other', async (t) => {
    const healthy = await diagnose(lab, lab.facts.url, { args: ['--vpce', names.vpce] });
    t.equal(healthy.report.observations.dns.length, 2);
    t.equal(healthy.report.verdict.class, 'reachable');
  });

  t.test(
    'without any privilege the path is traced as well',
    { skip: lab.mode === 'user' && 'uid 0 is the only one in a user namespace' },
    async (t) => {
      await lab.break('network-acl');
      const { report, exitCode } = await diagnose(lab, lab.facts.url, { uid: 65534 });
      await lab.heal();
      t.equal(exitCode, 11);
      t.equal(report.verdict.cause, 'tcp.timeout-some');
      t.same([...new Set(report.observations.trace.map(({ method }) => method))], ['connect']);
      t.same(report.skipped, []);
    },
  );

  t.test('a host:port that speaks no HTTPS is connected to and traced, and no more', async (t) => {
    const { report } = await diagnose(lab, `${addresses.public.ipv4}:80`);
    t.equal(report.verdict.cause, 'tcp.refused');
    t.same(report.observations.http, []);
  });

  t.test('--trace traces the addresses that open as well', async (t) => {
    const { report } = await diagnose(lab, lab.facts.url, { args: ['--trace', '--no-http', '-4'] });
    t.same(
      report.observations.trace.map(({ outcome }) => outcome),
      ['open', 'open'],
    );
  });

  t.test('--no-trace and --no-http leave out what they say', async (t) => {
    const { report } = await diagnose(lab, lab.facts.url, { args: ['--no-trace', '--no-http', '-4'] });
    t.equal(report.verdict.class, 'reachable');
    t.same([report.observations.trace, report.observations.http], [[], []]);
    t.equal(report.observations.tcp[0]?.attempts.length, 2);
  });

  t.test('Ctrl-C prints what was measured, as one valid document, and exits 130', async (t) => {
    await lab.break('security-group');
    const child = lab.spawn('client', [...program, 'diagnose', lab.facts.url, '--json', '--timeout', '60s']);
    const { stdout } = child;
    if (stdout === null) throw new Error('no standard output');
    const output = text(stdout);
    const exited = once(child, 'exit');
    // State 02 is SYN_SENT (proc(5)): by then the name is resolved and the connections wait.
    await lab.exec('client', ['sh', '-c', 'until grep -q ":01BB 02" /proc/net/tcp; do sleep 0.02; done']);
    child.kill('SIGINT');
    const [exitCode] = await exited;
    await lab.heal();
    t.equal(exitCode, 130);
    const report = JSON.parse(await output) as ReportDocument;
    t.same(validateDocument(report), []);
    t.equal(report.observations.dns[0]?.status, 'answered');
    t.match(report.observations.tcp[0]?.attempts[0], { status: 'error', errno: 'ECANCELED' });
    t.match(report.verdict, { class: 'inconclusive' });
  });
});
