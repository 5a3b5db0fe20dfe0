import { version } from '../core/version.js';
import { startDocument } from '../documents/header.js';
import { exitCodes } from '../documents/terms/exit-code.js';
import { becomeInvoker, sudoInvoker } from '../host/privileges.js';
import { performBulk } from './bulk-output.js';
import type { CommandResult } from './command.js';
import { failureOf, InterruptedError } from './failure.js';
import { commandHelp, programHelp } from './help.js';
import { type Arguments, flag, sourceOption } from './options.js';
import { type Invocation, parse } from './parse.js';
import { noProgress, type Progress, terminalProgress } from './progress.js';
import { styleFor, tolerateErrors, writeText } from './terminal.js';

const interruptedNote = 'pprobe: interrupted; this is what was measured until then\n';

/**
 * Does what a command line asks for and resolves with the exit code. Results go to standard output, all else to
 * standard error; with `--json` there is one document on standard output whatever happens.
 */
export async function run(argv: readonly string[]): Promise<number> {
  const { stdout, stderr } = process;
  tolerateErrors(stdout);
  tolerateErrors(stderr);
  const header = startDocument('error');
  const progress = progressFor(argv);
  const stopping = new AbortController();
  const ignoreSignals = onInterrupt(
    () => stopping.abort(new InterruptedError()),
    () => {
      progress.clear();
      process.exit(exitCodes.interrupted);
    },
  );
  try {
    const crash = nextCrash();
    return await Promise.race([
      crash,
      parse(argv).then((invocation) => perform(invocation, stopping.signal, progress)),
    ]);
  } catch (error) {
    progress.clear();
    const { exitCode, text, document } = failureOf(error, header);
    await writeText(stderr, text).catch(() => {});
    if (wantsJson(argv)) await writeText(stdout, json(document, isBulk(argv))).catch(() => {});
    return exitCode;
  } finally {
    ignoreSignals();
  }
}

/** Rejects with what is thrown where no caller is: in a socket's event, in a promise nobody waits for. */
function nextCrash(): Promise<never> {
  return new Promise((_resolve, reject) => process.once('uncaughtException', reject));
}

async function perform(invocation: Invocation, stop: AbortSignal, progress: Progress): Promise<number> {
  const { stdout, env } = process;
  const style = styleFor(stdout, env);
  switch (invocation.kind) {
    case 'help': {
      const { command } = invocation;
      await writeText(
        stdout,
        command === null ? programHelp(style.columns) : commandHelp(command, style.columns),
      );
      return exitCodes.ok;
    }
    case 'version':
      await writeText(stdout, `${version}\n`);
      return exitCodes.ok;
    case 'completion-script':
      (await import('./completion.js')).printCompletionScript(invocation.shell);
      return exitCodes.ok;
    case 'completed':
      return exitCodes.ok;
    case 'run': {
      const { command, args } = invocation;
      const note = (line: string): void => {
        progress.clear();
        process.stderr.write(`${line}\n`);
      };
      const closeSockets = command.opensRawSockets === true ? await shedRoot(sourceOption(args)) : () => {};
      try {
        const result = await command.run(args, { stop, progress, note });
        if ('entries' in result) return await performBulk(result, args, style, stop, progress);
        progress.clear();
        await writeText(stdout, textOf(result, args));
        if (!stop.aborted) return result.exitCode;
        if (!flag(args, 'quiet')) await writeText(process.stderr, interruptedNote).catch(() => {});
        return exitCodes.interrupted;
      } finally {
        closeSockets();
      }
    }
  }

  function textOf(result: CommandResult, args: Arguments): string {
    return flag(args, 'json') ? json(result.document) : result.render(style, flag(args, 'verbose'));
  }
}

function json(document: object, oneLine = false): string {
  return `${JSON.stringify(document, null, oneLine ? 0 : 2)}\n`;
}

/** Seen before the command line is known to be right: its mistakes are reported as JSON, too. */
function wantsJson(argv: readonly string[]): boolean {
  return optionsOf(argv).includes('--json');
}

/** With a file of inputs, or round after round, whoever reads the output reads lines. */
function isBulk(argv: readonly string[]): boolean {
  return optionsOf(argv).some(
    (word) => word === '--file' || word.startsWith('--file=') || word === '--watch',
  );
}

function optionsOf(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? undefined : end);
}

function progressFor(argv: readonly string[]): Progress {
  const { stderr, env } = process;
  const isWatched = stderr.isTTY && env.TERM !== 'dumb' && !argv.includes('--quiet');
  return isWatched ? terminalProgress(stderr) : noProgress;
}

/** What ends a program from outside and leaves it time to say what it knows. */
const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Calls `first` at the first Ctrl-C (or SIGTERM) and `again` at every later one. Returns how to stop listening; until
 * then these signals do not end the process by themselves.
 */
export function onInterrupt(first: () => void, again: () => void): () => void {
  let isInterrupted = false;
  const listener = () => {
    if (isInterrupted) return again();
    isInterrupted = true;
    first();
  };
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}

/**
 * Under sudo: opens the raw sockets, the only thing root is needed for, and goes on as the user who ran sudo, before a
 * byte from the network is read. `source` is the address to send from, where one was given. Resolves with what closes the
 * sockets.
 */
export async function shedRoot(source: string | undefined): Promise<() => void> {
  const invoker = sudoInvoker();
  if (invoker === null || process.geteuid?.() !== 0) return () => {};
  const { holdHubs } = await import('../net/wire/syn-hub.js');
  const release = await holdHubs(source ?? null);
  becomeInvoker(invoker);
  return release;
}
