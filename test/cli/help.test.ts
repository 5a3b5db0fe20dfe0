import { test } from 'tap';
import { commands, loadCommands } from '../../src/cli/commands.js';
import { commandHelp, completionHelp, programHelp, usageOf } from '../../src/cli/help.js';

test('pprobe --help lists every command and every exit code, in 80 columns', async (t) => {
  const text = programHelp(80);
  for (const { name, summary } of commands) t.match(text, `  ${name}`.padEnd(14) + summary.slice(0, 40));
  for (const code of [0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 16, 20, 130])
    t.match(text, new RegExp(`^ {2}${code} +\\S`, 'm'));
  t.same(
    text.split('\n').filter((line) => line.length > 80),
    [],
  );
});

test('the help of completion has the line for every shell, and that of dns the usual port of servers', async (t) => {
  const text = completionHelp(80);
  for (const shell of ['bash', 'zsh', 'fish']) t.match(text, `pprobe completion ${shell}`);
  const [dns] = (await loadCommands(commands)).filter(({ name }) => name === 'dns');
  t.ok(dns !== undefined && /default 53\)/.test(commandHelp(dns, 200).replace(/\s+/g, ' ')));
});

test('the help of every command has a usage line, an example and all options, in 80 columns', async (t) => {
  for (const command of await loadCommands(commands)) {
    const text = commandHelp(command, 80);
    t.match(text, `Usage: ${usageOf(command)}\n`);
    t.match(text, /\nExamples:\n {2}\S*pprobe/);
    for (const [name, { hidden, negatable }] of Object.entries(command.options)) {
      const spelled = name.length === 1 ? `  -${name} ` : `--${negatable ? '[no-]' : ''}${name}`;
      t.equal(text.includes(spelled), hidden !== true, `${command.name} ${spelled}`);
    }
    // Examples are not wrapped, so that they can be copied; the one with --compare is longer than 80 columns.
    const wide = text.split('\n').filter((line) => line.length > 80 && !line.startsWith('  pprobe '));
    t.same(wide, [], command.name);
  }
});
