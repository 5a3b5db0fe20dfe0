import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { elapsedMs, nowMs } from '../../src/core/clock.js';
import { faults } from './faults/index.js';
import { type Lab, labUnavailable, startLab } from './lab.js';
import { type NamespaceName, namespaceNames } from './topology.js';

const skip = (await labUnavailable()) ?? false;
const node = process.execPath;

async function printed(lab: Lab, namespace: NamespaceName, ...argv: string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await lab.exec(namespace, argv);
  if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${exitCode}: ${stderr}`);
  return stdout;
}

/** Everything that a fault can change, read from the kernel and the files. */
async function snapshot(lab: Lab): Promise<string> {
  const states = await Promise.all(
    namespaceNames.map((namespace) =>
      printed(lab, namespace, 'sh', '-euc', 'ip address; ip route; ip -6 route; nft list ruleset'),
    ),
  );
  const files = await printed(lab, 'client', 'cat', '/etc/resolv.conf', '/etc/hosts');
  // Without lifetimes, which count down.
  return [...states, files].join('\n').replace(/ (valid_lft|preferred_lft|expires) \S+/g, '');
}

t.test('a lab starts, answers, and leaves no processes and files', { skip }, async (t) => {
  const startMs = nowMs();
  const lab = await startLab();
  t.comment(`up in ${elapsedMs(startMs).toFixed(0)} ms`);
  const { url, caFile } = lab.facts;
  const script = `const {get} = await import('node:https'); get(${JSON.stringify(url)}, (r) => console.log(r.statusCode))`;
  const { stdout, stderr, exitCode } = await lab.exec('client', [node, '--input-type=module', '-e', script], {
    env: { NODE_EXTRA_CA_CERTS: caFile },
  });
  t.same({ stdout, stderr, exitCode }, { stdout: '200\n', stderr: '', exitCode: 0 });

  const stopMs = nowMs();
  await lab.stop();
  t.comment(`down in ${elapsedMs(stopMs).toFixed(0)} ms`);
  t.notOk(existsSync(lab.dir));
});

t.test('two labs run at the same time, and a fault of one does not affect the other', { skip }, async (t) => {
  const [one, other] = await Promise.all([startLab(), startLab()]);
  t.teardown(() => Promise.all([one.stop(), other.stop()]));
  await one.break('nxdomain');
  const asks = (lab: Lab): Promise<number | null> =>
    lab.exec('client', ['getent', 'ahosts', lab.facts.names.api]).then(({ exitCode }) => exitCode);
  t.equal(await asks(one), 2, 'getent found nothing');
  t.equal(await asks(other), 0);
  t.equal(await one.status(), 'nxdomain');
  t.equal(await other.status(), null);
});

t.test('in a lab', { skip }, async (t) => {
  const lab = await startLab();
  t.teardown(() => lab.stop());

  await t.test('healing restores the exact healthy state after every fault', async (t) => {
    const before = await snapshot(lab);
    for (const { name } of faults) {
      const breakMs = nowMs();
      await lab.break(name);
      const healMs = nowMs();
      await lab.heal();
      t.comment(
        `${name}: broken in ${(healMs - breakMs).toFixed(0)} ms, healed in ${elapsedMs(healMs).toFixed(0)} ms`,
      );
      t.equal(await snapshot(lab), before, name);
    }
  });

  await t.test('a fault replaces the fault before it', async (t) => {
    await lab.break('no-route');
    await lab.break('egress');
    t.equal(await lab.status(), 'egress');
    t.match(await printed(lab, 'client', 'ip', 'route'), /^default via/);
    t.match(await printed(lab, 'vpc', 'nft', 'list', 'ruleset'), /dport 443 drop/);
    await lab.heal();
    t.equal(await lab.status(), null);
  });

  await t.test('an unknown fault is refused and changes nothing', async (t) => {
    await lab.break('egress');
    await t.rejects(lab.break('earthquake'), { message: /no fault is named "earthquake"; there are / });
    t.equal(await lab.status(), 'egress');
    await lab.heal();
  });

  await t.test(
    'exec passes input, environment and directory to a command, and returns its exit code',
    async (t) => {
      const { stdout, stderr, exitCode, signal } = await lab.exec(
        'eni-a',
        ['sh', '-c', 'cat; echo "$GREETING $(pwd)"; echo bad >&2; exit 7'],
        { input: 'said\n', env: { GREETING: 'hello' }, cwd: '/tmp' },
      );
      t.same(
        { stdout, stderr, exitCode, signal },
        { stdout: 'said\nhello /tmp\n', stderr: 'bad\n', exitCode: 7, signal: null },
      );
      t.equal((await lab.exec('client', ['no-such-command'])).exitCode, 127);
    },
  );

  await t.test('every namespace has its own addresses; all see the same files', async (t) => {
    t.match(await printed(lab, 'eni-b', 'ip', '-brief', 'address'), /10\.0\.3\.30\/24/);
    t.match(await printed(lab, 'client', 'ip', '-brief', 'address'), /10\.0\.1\.10\/24/);
    t.equal(await printed(lab, 'client', node, '-p', 'process.version'), `${process.version}\n`);
    t.match(await printed(lab, 'client', 'cat', '/etc/resolv.conf'), /^nameserver 10\.0\.0\.2$/m);
  });

  await t.test(
    'a command that exceeds its time limit is killed with its children; the error has its output',
    async (t) => {
      const started = lab.exec('client', ['sh', '-c', 'echo started; sleep 3600; echo never'], {
        timeoutMs: 5000,
      });
      await t.rejects(started, { message: /did not end within 5000 ms\nstdout: started/ });
      const aborter = new AbortController();
      const aborted = lab.exec('client', ['sleep', '3600'], { signal: aborter.signal });
      aborter.abort(new Error('enough'));
      await t.rejects(aborted, { message: 'enough' });
    },
  );

  await t.test('a signal sent to a spawned command reaches the command itself', async (t) => {
    const script =
      "process.on('SIGINT', () => { console.log('interrupted'); process.exit(130); }); console.log('ready'); setInterval(() => {}, 1000)";
    const child = lab.spawn('client', [node, '-e', script]);
    if (child.stdout === null) throw new Error('no stdout');
    const output = text(child.stdout);
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    t.equal(code, 130);
    t.equal(await output, 'ready\ninterrupted\n');
  });

  await t.test(
    'a command can run as an ordinary user, without capabilities',
    { skip: lab.mode === 'root' ? false : 'in a user namespace there is no other user' },
    async (t) => {
      const argv = ['sh', '-c', 'id -u; grep CapEff /proc/self/status; cat /etc/resolv.conf'];
      const { stdout } = await lab.exec('client', argv, { uid: 65534 });
      t.match(stdout, /^65534\nCapEff:\t0+\n[\s\S]*nameserver 10\.0\.0\.2\n/);
      const ca = await lab.exec('client', ['head', '-1', lab.facts.caFile], { uid: 65534 });
      t.equal(ca.stdout, '-----BEGIN CERTIFICATE-----\n');
    },
  );

  await t.test(
    'neighbours are known in advance, so that a connection needs no neighbour discovery',
    async (t) => {
      const states = await printed(lab, 'client', 'ip', 'neighbour');
      t.match(states, /10\.0\.1\.1 .*PERMANENT/);
      t.match(states, /fd10:0:0:1::1 .*PERMANENT/);
    },
  );
});

t.test('stopping a lab ends the commands that run in it', { skip }, async (t) => {
  const lab = await startLab();
  const child = lab.spawn('client', ['sleep', '3600']);
  const running = lab.exec('client', ['sleep', '3600']);
  const refused = t.rejects(running, { message: 'the lab was stopped' });
  const ended = once(child, 'exit');
  await lab.stop();
  await refused;
  t.strictSame(await ended, [null, 'SIGKILL']);
});
