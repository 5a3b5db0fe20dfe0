import { writeSync } from 'node:fs';
import { anyOf } from '../core/deadline.js';
import { jsonText } from '../core/json-text.js';
import { checkRuntime } from '../core/runtime.js';
import { version } from '../core/version.js';
import { startDocument } from '../documents/header.js';
import { exitCodes } from '../documents/terms/exit-code.js';
import { releaseCompiledCode } from '../host/compiled-code.js';
import { becomeInvoker, sudoInvoker } from '../host/privileges.js';
import { nagiosUnknown } from '../report/formats/nagios.js';
import type { Style } from '../report/text/style.js';
import { bracketsNote } from '../target/brackets-note.js';
import { printBulk, timeIsOver } from './bulk-output.js';
import type { Command, CommandContext, CommandResult } from './command.js';
import { failureOf, InterruptedError } from './failure.js';
import { commandHelp, completionHelp, programHelp } from './help.js';
import { type Arguments, type OutputForm, sourceOption, timeLimitOption } from './options.js';
import { parse, type Request } from './parse.js';
import { noProgress, type ProgressDisplay, terminalProgress } from './progress.js';
import { leaveTerminalAtExit, styleFor, tolerateErrors, writeText } from './terminal.js';

const timeLimitNote = `pprobe: ${timeIsOver}; this is what was measured until then\n`;
const interruptedNote = 'pprobe: interrupted; this is what was measured until then\n';

/**
 * Runs a command line and resolves with the exit code. Results go to standard output, everything else to standard error.
 * With JSON, standard output gets exactly one document: if the run fails, the document of the error.
 */
export function run(argv: readonly string[]): Promise<number> {
  return new Run().toItsEnd(argv);
}

class Run {
  readonly #header = startDocument('error');
  #argv: readonly string[] = [];
  readonly #stopping = new AbortController();
  /** Text until the command line is parsed. */
  #output: OutputForm = { format: 'text', quiet: false, verbose: false, exitZero: false };
  #progress: ProgressDisplay = noProgress;
  /** What SIGHUP does in a server. */
  #onHangup: (() => void) | null = null;
  /** Whether the text or document of standard output was written, or is being written. */
  #isPrinted = false;
  /** Whether standard output gets a document for each of many inputs. */
  #isBulk = false;

  async toItsEnd(argv: readonly string[]): Promise<number> {
    this.#argv = argv;
    tolerateErrors(process.stdout);
    tolerateErrors(process.stderr);
    const ignoreSignals = onInterrupt(
      () => this.#stopping.abort(new InterruptedError()),
      () => this.#exitAtOnce(),
      () => this.#onHangup,
    );
    try {
      return await Promise.race([nextCrash(), this.#perform(argv)]);
    } catch (error) {
      return await this.#fail(error);
    } finally {
      // After an interrupt, a second signal must not end the process by itself with another exit code.
      if (!this.#stopping.signal.aborted) ignoreSignals();
    }
  }

  async #perform(argv: readonly string[]): Promise<number> {
    const { output, request } = await parse(argv);
    this.#output = output;
    this.#progress = progressFor(output);
    return this.#answer(request);
  }

  async #answer(request: Request): Promise<number> {
    const { columns } = styleFor(process.stdout, process.env);
    switch (request.kind) {
      case 'mistake':
        throw request.error;
      case 'help': {
        const { command } = request;
        await this.#print(command === null ? programHelp(columns) : commandHelp(command, columns));
        return exitCodes.ok;
      }
      case 'completion-help':
        await this.#print(completionHelp(columns));
        return exitCodes.ok;
      case 'version':
        await this.#print(`${version}\n`);
        return exitCodes.ok;
      case 'completion-script':
        await this.#print((await import('./completion.js')).completionScript(request.shell));
        return exitCodes.ok;
      case 'completions':
        await this.#print(await (await import('./completion.js')).completions(request.argv, request.loaded));
        return exitCodes.ok;
      case 'run':
        return this.#runCommand(request);
    }
  }

  async #runCommand({ command, args }: Extract<Request, { kind: 'run' }>): Promise<number> {
    checkRuntime();
    const [output, progress, interrupt] = [this.#output, this.#progress, this.#stopping.signal];
    const limit = startTimeLimit(timeLimitOption(args));
    const stop = anyOf(interrupt, limit.signal);
    const context: CommandContext = {
      output,
      stop,
      progress,
      note: (line) => this.#note(line),
      onHangup: (listener) => {
        this.#onHangup = listener;
      },
    };
    const isHost = /^(?:host|target)$/.test(command.positionals[0]?.name ?? '');
    const brackets = isHost ? bracketsNote(args.positionals[0] ?? '') : null;
    if (brackets !== null && !output.quiet) this.#note(`pprobe: ${brackets}`);
    const style = styleFor(process.stdout, process.env);
    const closeSockets = await dropRoot(command, args);
    try {
      const result = await command.run(args, context);
      if (result === null) return exitCodes.ok;
      this.#isBulk = 'entries' in result;
      if ('entries' in result)
        return await printBulk(result, context, { interrupt, limit: limit.signal }, style);
      progress.clear();
      const { text, exitCode } = this.#shown(result, style);
      await this.#print(text);
      const note = interrupt.aborted ? interruptedNote : stop.aborted ? timeLimitNote : null;
      if (note !== null && !output.quiet) await writeText(process.stderr, note).catch(() => {});
      if (interrupt.aborted && output.format !== 'nagios') return exitCodes.interrupted;
      const failure = output.format === 'nagios' ? undefined : result.failure;
      return failure ?? (output.exitZero ? exitCodes.ok : exitCode);
    } finally {
      limit.end();
      closeSockets();
    }
  }

  /** The text of standard output, and the exit code that goes with it. */
  #shown(result: CommandResult, style: Style): { text: string; exitCode: number } {
    const { format, verbose } = this.#output;
    if (format === 'nagios' || format === 'emf')
      return result.forMonitor?.(format) ?? { text: this.#json(result.document), exitCode: result.exitCode };
    const text = format === 'text' ? result.render(style, verbose) : this.#json(result.document);
    return { text, exitCode: result.exitCode };
  }

  #note(line: string): void {
    this.#progress.clear();
    process.stderr.write(`${line}\n`);
  }

  async #fail(error: unknown): Promise<number> {
    this.#progress.clear();
    const { exitCode, text, document } = failureOf(error, this.#header, this.#argv);
    const isWanted = this.#wantsError();
    this.#isPrinted = true;
    const plugin = this.#output.format === 'nagios' ? nagiosUnknown(document.error.message) : null;
    // A plugin says everything on standard output; only the stack of a bug is for standard error.
    if (plugin === null || exitCode === exitCodes.bug) await writeText(process.stderr, text).catch(() => {});
    if (plugin !== null) {
      await writeText(process.stdout, plugin.text).catch(() => {});
      return plugin.exitCode;
    }
    if (isWanted) await writeText(process.stdout, this.#json(document)).catch(() => {});
    return exitCode;
  }

  /** Exits after a second Ctrl-C. Measurements are lost, and standard output is written without waiting. */
  #exitAtOnce(): never {
    this.#progress.clear();
    const { document } = failureOf(new InterruptedError('interrupted twice; no result'), this.#header);
    if (this.#output.format === 'nagios' && !this.#isPrinted) {
      const { text, exitCode } = nagiosUnknown(document.error.message);
      writeNow(text);
      process.exit(exitCode);
    }
    if (this.#wantsError()) writeNow(this.#json(document));
    process.exit(exitCodes.interrupted);
  }

  /** Whether standard output gets the error document: in place of the one document, or as a further line of a bulk. */
  #wantsError(): boolean {
    const { format } = this.#output;
    return format !== 'text' && format !== 'nagios' && (this.#isBulk || !this.#isPrinted);
  }

  /** Writes the result to standard output, unless the document of a failure was written there. */
  async #print(text: string): Promise<void> {
    if (this.#isPrinted) return;
    this.#isPrinted = true;
    await writeText(process.stdout, text);
  }

  #json(document: object): string {
    return `${jsonText(document, this.#output.format === 'json' ? 2 : 0)}\n`;
  }
}

/**
 * Rejects with the first uncaught exception: from an event handler, or from a promise without a handler. A later one must not end the
 * process while the first is told.
 */
function nextCrash(): Promise<never> {
  return new Promise((_resolve, reject) => process.on('uncaughtException', reject));
}

/** A signal that aborts after `limitMs`, as that of AbortSignal.timeout() does; never without a limit. */
function startTimeLimit(limitMs: number | undefined): { signal: AbortSignal; end(): void } {
  const limit = new AbortController();
  const reason = new DOMException(timeIsOver, 'TimeoutError');
  const timer = limitMs === undefined ? undefined : setTimeout(() => limit.abort(reason), limitMs);
  return { signal: limit.signal, end: () => clearTimeout(timer) };
}

function progressFor({ quiet }: OutputForm): ProgressDisplay {
  const { stderr, env } = process;
  return stderr.isTTY && env.TERM !== 'dumb' && !quiet ? terminalProgress(stderr) : noProgress;
}

function writeNow(text: string): void {
  try {
    writeSync(process.stdout.fd, text);
  } catch {
    // The pipe is full or its reader has gone. The process exits anyway.
  }
}

/** The signals that ask a program to end. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Calls `first` at the first Ctrl-C (or SIGTERM, or SIGHUP of a terminal that closes) and `again` at every later one. Until the returned function is called,
 * these signals do not end the process. Where `hangup` returns a function, SIGHUP calls that, as servers have it.
 */
export function onInterrupt(
  first: () => void,
  again: () => void,
  hangup: () => (() => void) | null = () => null,
): () => void {
  let isInterrupted = false;
  const listener = (signal: NodeJS.Signals) => {
    const reload = signal === 'SIGHUP' ? hangup() : null;
    if (reload !== null) return reload();
    if (signal === 'SIGHUP') leaveTerminalAtExit();
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
 * Under sudo: opens the raw sockets of a command that uses them, which need root, and then becomes the user who called sudo,
 * before any packet is read. The sockets are bound to the address of --source. Returns a function that closes them. Without
 * sudo, does nothing.
 */
async function dropRoot({ usesRootFor }: Command, args: Arguments): Promise<() => void> {
  const source = sourceOption(args);
  const invoker = sudoInvoker();
  if (invoker === null || process.geteuid?.() !== 0 || usesRootFor === 'all') return () => {};
  const release = usesRootFor === undefined ? () => {} : await usesRootFor(source ?? null);
  releaseCompiledCode();
  becomeInvoker(invoker);
  return release;
}
