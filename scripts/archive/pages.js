// The man page and the completion scripts, made from the commands' own help.

import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';

/** The commands and the exit codes, from a bundle of their source. */
async function loadHelp(root) {
  const outfile = join(root, 'build/help.cjs');
  const contents = `
    export { commands, completionCommand, loadCommands } from './src/cli/commands.js';
    export { durations, optionHelp, usageOf } from './src/cli/help.js';
    export { networkOptions, outputOptions } from './src/cli/options.js';
    export { exitCodeMeanings } from './src/documents/terms/exit-code.js';`;
  await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['koffi', '@koromix/*', 'raw-socket', 'yargs'],
    define: { 'import.meta.url': '__filename' },
    logLevel: 'error',
  });
  return createRequire(import.meta.url)(outfile);
}

/**
 * Text of roff(7): a backslash, a leading dot or quote and a hyphen have no meaning of their own. groff without
 * preconv(1) reads Latin-1, so other characters have their code.
 */
function roff(text) {
  return text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/^([.'])/gm, '\\&$1')
    .replace(
      /[^\0-\x7f]/gu,
      (character) => `\\[u${character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
}

function optionEntries(options, help) {
  return Object.entries(options)
    .filter(([, { hidden }]) => hidden !== true)
    .map(([name, spec]) => {
      const { alias, value, negatable } = spec;
      const long = name.length === 1 ? `-${name}` : `--${negatable ? '[no-]' : ''}${name}`;
      const spelling = alias === undefined ? long : `-${alias}, ${long}`;
      const operand = value === undefined ? '' : ` \\fI${roff(value)}\\fR`;
      return `.TP\n\\fB${roff(spelling)}\\fR${operand}\n${roff(help.optionHelp(spec))}`;
    });
}

/** pprobe(1) in the form of man(7), dated at `seconds` since 1970. */
export async function manPage(root, { version, description }, seconds) {
  const help = await loadHelp(root);
  const loaded = await help.loadCommands(help.commands);
  const date = new Date(seconds * 1000).toISOString().slice(0, 10);
  const common = { ...help.networkOptions, ...help.outputOptions };
  const own = (options) =>
    Object.fromEntries(Object.entries(options).filter(([name, spec]) => common[name] !== spec));
  const sections = [
    `.TH PPROBE 1 ${date} "pprobe ${version}" "User Commands"`,
    `.SH NAME\npprobe \\- ${roff(description)}`,
    `.SH SYNOPSIS\n${loaded.map((command) => `.B ${roff(help.usageOf(command))}`).join('\n.br\n')}\n.br\n.B pprobe completion [shell]`,
    '.SH COMMANDS',
    ...loaded.flatMap((command) => [
      `.SS ${roff(help.usageOf(command))}\n${roff(command.summary)}.`,
      ...command.positionals.map(({ name, help: text }) => `.TP\n\\fI${roff(name)}\\fR\n${roff(text)}`),
      ...optionEntries(own(command.options), help),
      ...(command.notes === '' ? [] : [`.PP\n${roff(command.notes)}`]),
    ]),
    `.SS pprobe completion [shell] [options]\n${roff(help.completionCommand.summary)}; without an argument, for the calling shell.`,
    `.PP\n${roff(help.durations)}`,
    `.SH OPTIONS OF EVERY COMMAND\n${optionEntries(common, help).join('\n')}`,
    '.SH EXIT STATUS',
    ...help.exitCodeMeanings.map(({ code, meaning }) => `.TP\n.B ${code}\n${roff(meaning)}`),
    '.SH EXAMPLES',
    ...loaded.flatMap(({ examples }) =>
      examples.map(({ command, help: text }) => `.TP\n\\fB${roff(command)}\\fR\n${roff(text)}`),
    ),
    '.SH SEE ALSO\n.BR traceroute (8),\n.BR dig (1),\n.BR curl (1)',
  ];
  return `${sections.join('\n')}\n`;
}

/** The completion scripts by their file names, as `pprobe completion` prints them. */
export function completionScripts(root) {
  const files = { bash: 'pprobe.bash', zsh: '_pprobe', fish: 'pprobe.fish' };
  const print = (shell) =>
    execFileSync(process.execPath, [join(root, 'bin/pprobe.js'), 'completion', shell], { encoding: 'utf8' });
  return Object.fromEntries(Object.entries(files).map(([shell, file]) => [file, print(shell)]));
}
