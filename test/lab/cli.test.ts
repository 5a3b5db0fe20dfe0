import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { labUnavailable } from './lab.js';
import { processesIn } from './processes.js';
import { remaining, Terminal } from './terminal.js';

const skip = (await labUnavailable()) ?? false;

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
  t.match(await terminal.run('exec', '--', 'pprobe', 'tcp', '10.0.2.20'), { code: 0, stdout: /: open\n/ });
  t.match(await terminal.run('exec', 'eni-a', '--', 'sh', '-c', 'exit 5'), { code: 5 });

  const namespace = terminal.namespace();
  t.ok(processesIn(namespace).length > 5, 'the keeper and its servers run');
  t.match(await terminal.run('down'), { code: 0, stdout: /The lab is gone/ });
  t.strictSame(await remaining(namespace), []);
  t.strictSame(readdirSync(terminal.directory), []);
  t.match(await terminal.run('down'), { code: 0, stdout: /No lab was up/ });
});

t.test('a wrong command line is refused with the usage', async (t) => {
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

t.test('a lab ends with the process that holds it, whatever ends that process', { skip }, async (t) => {
  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT'] as const) {
    await t.test(signal, async (t) => {
      const terminal = new Terminal(t);
      const holder = await terminal.start('up', '--foreground');
      const namespace = terminal.namespace();
      const command = await terminal.start('exec', '--', 'sh', '-c', 'echo running; exec sleep 3600');
      t.ok(processesIn(namespace).length > 5, 'the keeper and its servers run');

      const ended = [once(holder, 'exit'), once(command, 'exit')];
      holder.kill(signal);
      const [held, ran] = await Promise.all(ended);
      t.strictSame(held, signal === 'SIGKILL' ? [null, signal] : [0, null]);
      t.strictSame(ran, [128, null], 'the command in the lab was ended');
      t.strictSame(await remaining(namespace), []);
      t.match(await terminal.run('status'), { code: 1, stdout: /No lab is up/ });
      t.strictSame(readdirSync(terminal.directory), []);
    });
  }
});

t.test('the state file of a lab that died is removed', async (t) => {
  const terminal = new Terminal(t);
  const statePath = join(terminal.directory, `pprobe-lab-${process.getuid?.()}`);
  writeFileSync(statePath, JSON.stringify({ dir: join(terminal.directory, 'gone'), pid: 1, mode: 'root' }));
  t.match(await terminal.run('status'), { code: 1, stdout: /No lab is up/ });
  t.notOk(existsSync(statePath));
  writeFileSync(statePath, '{"dir":');
  t.match(await terminal.run('status'), { code: 1, stdout: /No lab is up/ });
  t.notOk(existsSync(statePath));
});
