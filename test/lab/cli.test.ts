import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { labUnavailable } from './lab.js';
import { packageRoot } from './paths.js';
import { mountNamespaceOf, processesIn } from './processes.js';

const skip = (await labUnavailable()) ?? false;
const program = join(packageRoot, 'build', 'lab', 'main.js');

interface Ran {
  code: number | string | null;
  stdout: string;
  stderr: string;
}

/** The lab's command line with a temporary directory, and so a shared lab, of this test's own. */
class Terminal {
  readonly directory: string;
  readonly #prefix: string[];

  constructor(t: Test, prefix: string[] = []) {
    this.directory = t.testdir({});
    // For the test that is another user.
    chmodSync(this.directory, 0o777);
    this.#prefix = prefix;
    t.teardown(() => this.run('down'));
  }

  run(...args: string[]): Promise<Ran> {
    const [command = '', ...rest] = [...this.#prefix, process.execPath, program, ...args];
    return new Promise((resolve) => {
      execFile(command, rest, { env: this.environment }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : (error.code ?? null), stdout, stderr });
      });
    });
  }

  /** Starts what does not end by itself, and waits until it says something. */
  async start(...args: string[]): Promise<ChildProcess> {
    const child = spawn(process.execPath, [program, ...args], {
      env: this.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (child.stdout === null) throw new Error('no stdout');
    const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`it ended with ${code}`)));
    await Promise.race([once(child.stdout, 'data'), ended]);
    // Later, its end is what the test is about.
    ended.catch(() => {});
    return child;
  }

  get environment(): NodeJS.ProcessEnv {
    return { ...process.env, TMPDIR: this.directory };
  }

  get statePath(): string {
    return join(
      this.directory,
      readdirSync(this.directory).find((name) => /^pprobe-lab-\d+$/.test(name)) ?? '',
    );
  }

  /** The mount namespace of the shared lab. */
  namespace(): string {
    const { pid } = JSON.parse(readFileSync(this.statePath, 'utf8')) as { pid: number };
    return mountNamespaceOf(pid) ?? '';
  }
}

t.test('a lab in the background is broken, healed and ended by further commands', { skip }, async (t) => {
  const terminal = new Terminal(t);
  t.match(await terminal.run('status'), { code: 1, stdout: /No lab is up/ });
  t.match(await terminal.run('exec', '--', 'true'), {
    code: 1,
    stderr: /no lab is up; "npm run lab -- up" starts one/,
  });

  const up = await terminal.run('up');
  t.match(up, { code: 0, stdout: /The lab is up in \d/ });
  t.comment(up.stdout.split('\n')[0] ?? '');
  t.match(up.stdout, 'https://abc123defg.execute-api.us-east-1.amazonaws.com/prod');
  t.match(await terminal.run('up'), { code: 1, stderr: /a lab is up already/ });
  t.match(await terminal.run('status'), { code: 0, stdout: /healthy/ });

  t.match(await terminal.run('break', 'no-route'), { code: 0, stdout: /default route/ });
  t.match(await terminal.run('status'), { code: 0, stdout: /broken: no-route/ });
  t.notMatch(await terminal.run('exec', '--', 'ip', 'route'), { stdout: /^default/m });
  t.match(await terminal.run('break', 'nothing'), { code: 1, stderr: /no fault is named "nothing"/ });
  t.match(await terminal.run('heal'), { code: 0 });
  t.match(await terminal.run('exec', '--', 'ip', 'route'), { code: 0, stdout: /^default/m });
  t.match(await terminal.run('exec', 'eni-a', '--', 'sh', '-c', 'exit 5'), { code: 5 });

  const namespace = terminal.namespace();
  t.ok(processesIn(namespace).length > 5, 'the keeper and its servers run');
  t.match(await terminal.run('down'), { code: 0, stdout: /The lab is gone/ });
  t.strictSame(await remaining(namespace), []);
  t.strictSame(readdirSync(terminal.directory), []);
  t.match(await terminal.run('down'), { code: 0, stdout: /No lab was up/ });
});

t.test('what is asked for wrongly gets the usage', async (t) => {
  const terminal = new Terminal(t);
  t.match(await terminal.run(), { code: 2, stderr: /which command\?[\s\S]*npm run lab -- up/ });
  t.match(await terminal.run('fly'), { code: 2, stderr: /there is no command "fly"/ });
  t.match(await terminal.run('break'), { code: 2, stderr: /break needs the name of a fault/ });
  t.match(await terminal.run('exec', 'client'), { code: 2, stderr: /exec needs a command after "--"/ });
  t.match(await terminal.run('shell', 'nowhere'), {
    code: 1,
    stderr: /no namespace "nowhere"; there are client, vpc/,
  });
  t.match(await terminal.run('faults'), {
    code: 0,
    stdout: /^security-group +tcp\.timeout-all +The endpoint/m,
  });
  t.match(await terminal.run('--help'), { code: 0, stdout: /npm run lab -- demo/ });
});

t.test('a lab does not outlive the process that holds it, however that ends', { skip }, async (t) => {
  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT'] as const) {
    await t.test(signal, async (t) => {
      const terminal = new Terminal(t);
      const holder = await terminal.start('up', '--foreground');
      const namespace = terminal.namespace();
      const command = await terminal.start('exec', '--', 'sh', '-c', 'echo running; exec sleep 60');
      t.ok(processesIn(namespace).length > 5, 'the keeper and its servers run');

      const ended = [once(holder, 'exit'), once(command, 'exit')];
      holder.kill(signal);
      const [held, ran] = await Promise.all(ended);
      t.strictSame(held, signal === 'SIGKILL' ? [null, signal] : [0, null]);
      t.strictSame(ran, [128, null], 'what ran in the lab was ended');
      t.strictSame(await remaining(namespace), []);
      t.match(await terminal.run('status'), { code: 1, stdout: /No lab is up/ });
      t.strictSame(readdirSync(terminal.directory), []);
    });
  }
});

t.test('what a lab that died left behind is cleaned up', async (t) => {
  const terminal = new Terminal(t);
  const statePath = join(terminal.directory, `pprobe-lab-${process.getuid?.()}`);
  writeFileSync(statePath, JSON.stringify({ dir: join(terminal.directory, 'gone'), pid: 1, mode: 'root' }));
  t.match(await terminal.run('status'), { code: 1, stdout: /No lab is up/ });
  t.notOk(existsSync(statePath));
  writeFileSync(statePath, '{"dir":');
  t.match(await terminal.run('status'), { code: 1, stdout: /No lab is up/ });
  t.notOk(existsSync(statePath));
});

/** The kernel ends a lab's processes one after the other; waits for those still ending. */
async function remaining(namespace: string): Promise<number[]> {
  let last = processesIn(namespace);
  for (let wait = 0; wait < 100 && last.length > 0; wait++) {
    await sleep(20);
    last = processesIn(namespace);
  }
  return last;
}
