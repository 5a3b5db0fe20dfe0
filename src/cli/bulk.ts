import { type InputLine, type LineSource, openLines } from '../bulk/lines.js';
import { mapOrdered } from '../bulk/map-ordered.js';
import { progressLine } from '../bulk/progress-line.js';
import { elapsedMs, nowMs } from '../clock.js';
import { InvalidInputError, PprobeError } from '../errors.js';
import { exitCodes } from '../report/exit-code.js';
import { cleanForTerminal } from '../report/text/clean.js';
import type { Style } from '../report/text/style.js';
import { type Arguments, type IntegerRule, integerOption, textOption } from './arguments.js';
import type { BulkEntry, BulkResult, CommandContext } from './command.js';
import { failureOf } from './failure.js';
import { fileProblem } from './files.js';
import type { OptionTable } from './options.js';

/** What a command does with a file of inputs. */
export interface BulkJob<Document extends object> {
  /** What a line of the file holds, in the plural: `names`. */
  noun: string;
  /** How many at the same time unless `--concurrency` says otherwise. */
  concurrency: number;
  /** Measures one input; `signal` says that nobody waits for it any more. Throws InvalidInputError for one that is none. */
  measure(text: string, signal: AbortSignal): Promise<Document>;
  /** The one line that a person reads. */
  line(document: Document, style: Style, verbose: boolean): string;
  /** Of one input's document. */
  exitCode(document: Document): number;
  /** Called once, when no more will be measured. */
  close?(): void;
}

const concurrencyRule: IntegerRule = { noun: 'a number', min: 1, max: 10_000 };
const redrawMs = 100;
// Different inputs failed in different ways: no single code says it.
const mixedFailures = 20;

/** `--file` and `--concurrency`. */
export function bulkOptions(noun: string, concurrency: number): OptionTable {
  return {
    file: { type: 'string', value: 'FILE', help: `Take the ${noun} from a file, one per line (- for stdin)` },
    concurrency: { type: 'string', value: 'N', help: `With --file: so many at a time (${concurrency})` },
  };
}

/**
 * Runs a job over the lines of `--file`, in order. A line that is no input is reported with its number, on standard error
 * and, as an error document, in its place among the others; the rest is done. Throws CapabilityError when the file cannot
 * be read.
 */
export async function runBulk<Document extends object>(
  args: Arguments,
  { stop, progress, note }: CommandContext,
  job: BulkJob<Document>,
): Promise<BulkResult> {
  const file = textOption(args, 'file') ?? '-';
  const concurrency = integerOption(args, 'concurrency', concurrencyRule) ?? job.concurrency;
  const where = file === '-' ? 'standard input' : file;
  const lines = await openLines(file, stop).catch((error: unknown) => {
    throw fileProblem('read', where, error);
  });
  const startMs = nowMs();
  const state = { done: 0, failed: 0, badLines: 0, lastLine: 0, codes: new Set<number>(), shownMs: startMs };

  async function measure(line: InputLine, signal: AbortSignal): Promise<Measured<Document>> {
    try {
      return { line, document: await job.measure(line.text, signal) };
    } catch (error) {
      if (error instanceof InvalidInputError) return { line, error };
      throw error;
    }
  }

  function count(measured: Measured<Document>): void {
    state.done++;
    state.lastLine = measured.line.number;
    const isBad = 'error' in measured;
    const code = isBad ? exitCodes.usage : job.exitCode(measured.document);
    if (isBad) {
      state.badLines++;
      note(`pprobe: ${cleanForTerminal(`${where} line ${measured.line.number}: ${measured.error.message}`)}`);
    }
    if (code !== exitCodes.ok) state.failed++;
    state.codes.add(code);
    const atMs = nowMs();
    if (atMs - state.shownMs < redrawMs) return;
    state.shownMs = atMs;
    const fraction = lines.size ? measured.line.offset / lines.size : null;
    const { done, failed } = state;
    progress.show([progressLine({ done, failed, fraction, elapsedMs: elapsedMs(startMs, atMs) }, job.noun)]);
  }

  async function* entries(): AsyncGenerator<BulkEntry> {
    try {
      for await (const measured of mapOrdered(readable(lines, where), measure, { concurrency, stop })) {
        count(measured);
        yield entryOf(measured, job);
      }
    } finally {
      job.close?.();
    }
  }

  return {
    entries: entries(),
    exitCode() {
      if (state.badLines > 0) return exitCodes.usage;
      const [code = exitCodes.ok, ...others] = [...state.codes].filter((each) => each !== exitCodes.ok);
      return others.length > 0 ? mixedFailures : code;
    },
    interruptedNote() {
      if (state.lastLine === 0) return 'interrupted before the first line was done';
      const rest = file === '-' ? 'the rest of it' : `what \`tail -n +${state.lastLine + 1} ${file}\` prints`;
      return `interrupted; lines 1 to ${state.lastLine} are done. To go on, give ${rest} to --file -`;
    },
  };
}

type Measured<Document> = { line: InputLine } & ({ document: Document } | { error: InvalidInputError });

function entryOf<Document extends object>(measured: Measured<Document>, job: BulkJob<Document>): BulkEntry {
  const line = measured.line.number;
  if ('error' in measured) {
    return { document: { ...failureOf(measured.error).document, line }, render: () => null };
  }
  const { document } = measured;
  return {
    // Added, not spread: a copy of every document costs more than its measurement.
    document: Object.assign(document, { line }),
    render: (style, verbose) => job.line(document, style, verbose),
  };
}

/** The lines, with what the system says about a file that cannot be read put as all commands put it. */
async function* readable(lines: LineSource, where: string): AsyncGenerator<InputLine> {
  try {
    yield* lines;
  } catch (error) {
    if (error instanceof PprobeError || !(error instanceof Error && 'syscall' in error)) throw error;
    throw fileProblem('read', where, error);
  }
}
