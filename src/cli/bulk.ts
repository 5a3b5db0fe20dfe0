import type { Bound } from '../core/check-options.js';
import { elapsedMs, nowMs } from '../core/clock.js';
import { InvalidInputError } from '../core/errors.js';
import { type InputLine, openLines, UnreadableLinesError } from '../core/lines.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import { mapOrderedBatches } from '../core/ordered-map.js';
import { shellLine } from '../core/shell-line.js';
import { count as counted, quoted, withoutPasswordsOf } from '../core/text.js';
import { exitCodes, verdictExitCodes } from '../documents/terms/exit-code.js';
import { cleanForTerminal, type Style } from '../report/text/style.js';
import type { BulkEntry, BulkResult, CommandContext } from './command.js';
import { failureOf } from './failure.js';
import { fileProblem } from './files.js';
import { type Arguments, numberOption, numberSpec, type OptionTable, textOption } from './options.js';

/** What a command measures for each line of a file. */
export interface BulkJob<Document extends object> {
  /** What a line holds, in the plural: `names`. */
  noun: string;
  /** How many lines are measured at the same time, unless --concurrency says otherwise. */
  concurrency: Bound;
  /** Measures one line. `signal` aborts when the result is no longer wanted. Throws InvalidInputError for an invalid line. */
  measure(text: string, signal: AbortSignal): MaybePromise<Document>;
  /** The document as text of one line. */
  line(document: Document, style: Style, verbose: boolean): string;
  exitCode(document: Document): number;
  /** Called once, after the last measurement. */
  close?(): void;
}

/** `--file` and `--concurrency`. */
export function bulkOptions(noun: string, concurrency: Bound): OptionTable {
  return {
    file: {
      type: 'string',
      value: 'FILE',
      lines: true,
      help: `Read the ${noun} from a file, one per line (- for standard input); with --json, prints one document per line`,
    },
    concurrency: numberSpec(concurrency, `With --file: how many ${noun} at the same time`),
  };
}

/**
 * Runs a job over the lines of `--file`. The results come in the order of the lines. An invalid line is reported with its
 * number on standard error, and its error document takes its place among the results; the other lines are measured. Throws
 * CapabilityError if the file cannot be read.
 */
export async function runBulk<Document extends object>(
  args: Arguments,
  { stop, progress, note }: CommandContext,
  job: BulkJob<Document>,
): Promise<BulkResult> {
  const file = textOption(args, 'file') ?? '-';
  const { concurrency: bound } = job;
  const concurrency = numberOption(args, 'concurrency', bound) ?? bound.default ?? bound.min;
  const where = file === '-' ? 'standard input' : file;
  const lines = await openLines(file, stop).catch((error: unknown) => {
    throw fileProblem('read', where, error);
  });
  const tally = new BulkTally();

  function measure(line: InputLine, signal: AbortSignal): MaybePromise<Measured<Document>> {
    const bad = (error: unknown): Measured<Document> => {
      if (error instanceof InvalidInputError) return { line, error };
      throw error;
    };
    try {
      const document = job.measure(line.text, signal);
      return document instanceof Promise
        ? document.then((measured) => ({ line, document: measured }), bad)
        : { line, document };
    } catch (error) {
      return bad(error);
    }
  }

  function count(measured: Measured<Document>, isBehindGap: boolean): void {
    const isBad = 'error' in measured;
    tally.add(measured.line, isBad ? null : job.exitCode(measured.document), isBehindGap);
    if (!isBad) return;
    const problem = withoutPasswordsOf(measured.line.text, measured.error.message);
    note(`pprobe: ${cleanForTerminal(`${where} line ${measured.line.number}: ${problem}`)}`);
  }

  async function* entries(): AsyncGenerator<BulkEntry[]> {
    const batches = mapOrderedBatches(lines, measure, { concurrency, stop });
    try {
      for (let next = await batches.next(); ; next = await batches.next()) {
        if (next.done === true) {
          if (!next.value) tally.cutOff();
          return;
        }
        const { results, isBehindGap } = next.value;
        for (const measured of results) count(measured, isBehindGap);
        const state = progress.size() === null ? null : tally.toDraw(lines.size);
        if (state !== null) progress.show([progressLine(state, job.noun)]);
        yield results.map((measured) => entryOf(measured, job));
      }
    } catch (error) {
      if (error instanceof UnreadableLinesError) throw fileProblem('read', where, error.cause);
      throw error instanceof InvalidInputError
        ? new InvalidInputError('--file', `${quoted(where)}: ${error.message}`)
        : error;
    } finally {
      await batches.return(false);
      job.close?.();
    }
  }

  return {
    entries: entries(),
    exitCode: () => tally.exitCode(),
    failure: () => tally.failure(),
    endNote: (ending) => tally.endNote(ending, file),
  };
}

/** Sets the member instead of copying the document, because a copy takes longer than many of the measurements. */
function withLine<Document extends object>(document: Document & { line?: number }, line: number): Document {
  document.line = line;
  return document;
}

type Measured<Document> = { line: InputLine } & ({ document: Document } | { error: InvalidInputError });

function entryOf<Document extends object>(measured: Measured<Document>, job: BulkJob<Document>): BulkEntry {
  const line = measured.line.number;
  if ('error' in measured) {
    return {
      document: { ...failureOf(measured.error, undefined, [measured.line.text]).document, line },
      render: () => null,
    };
  }
  const { document } = measured;
  return {
    document: withLine(document, line),
    render: (style, verbose) => job.line(document, style, verbose),
  };
}

const redrawMs = 100;
/** The exit code if lines failed with different exit codes. */
const mixedFailures = verdictExitCodes.inconclusive;

/** The results of the lines so far. */
class BulkTally {
  readonly #startMs = nowMs();
  readonly #codes = new Set<number>();
  #done = 0;
  #failed = 0;
  #badLines = 0;
  #last: InputLine | null = null;
  /** Lines done behind one that is not. */
  #behindGap = 0;
  #isWhole = true;
  #drawnMs = this.#startMs;

  /** Counts the next line. `exitCode` is null for an invalid line. */
  add(line: InputLine, exitCode: number | null, isBehindGap: boolean): void {
    this.#done++;
    if (isBehindGap) this.#behindGap++;
    else this.#last = line;
    if (exitCode === null) this.#badLines++;
    if (exitCode !== exitCodes.ok) this.#failed++;
    if (exitCode !== null) this.#codes.add(exitCode);
  }

  /** What to draw, for an input of `size` octets; null until 100 ms after the last time. */
  toDraw(size: number | null): BulkState | null {
    const atMs = nowMs();
    if (atMs - this.#drawnMs < redrawMs) return null;
    this.#drawnMs = atMs;
    return {
      done: this.#done,
      failed: this.#failed,
      fraction: size ? (this.#last?.offset ?? 0) / size : null,
      elapsedMs: elapsedMs(this.#startMs, atMs),
    };
  }

  /** Notes that lines are left that were not done. */
  cutOff(): void {
    this.#isWhole = false;
    this.#codes.add(exitCodes.inconclusive);
  }

  failure(): number | null {
    return this.#badLines > 0 ? exitCodes.usage : null;
  }

  exitCode(): number {
    const [code = exitCodes.ok, ...others] = [...this.#codes].filter((each) => each !== exitCodes.ok);
    return others.length > 0 ? mixedFailures : code;
  }

  /** How many lines are done, and how to continue with the rest of `file`, which is `-` for standard input; null if all are. */
  endNote(ending: string, file: string): string | null {
    if (this.#isWhole) return null;
    if (this.#done === 0) return `${ending} before the first line was done`;
    const first = (this.#last?.number ?? 0) + 1;
    const ordered = this.#last === null ? [] : [`lines 1 to ${this.#last.number}`];
    const later = this.#behindGap === 0 ? [] : [`${counted(this.#behindGap, 'line')} behind line ${first}`];
    const tail = shellLine(['tail', '-n', `+${first}`, file]);
    const rest = file === '-' ? `the lines from ${first} on` : `the output of \`${tail}\``;
    return cleanForTerminal(
      `${ending}; ${[...ordered, ...later].join(', and ')} are done. To continue, give ${rest} to --file -`,
    );
  }
}

interface BulkState {
  /** Lines done. */
  done: number;
  /** Lines done whose exit code is not 0. */
  failed: number;
  /** The share of the input that is done, 0 to 1; null if its size is unknown. */
  fraction: number | null;
  elapsedMs: number;
}

const barCells = 20;

/**
 * The progress as one line: `[########------------]  42%  4,213 names  39 failed  9,870/s  1 s left`. Without a fraction, it has
 * no bar and no remaining time.
 */
export function progressLine({ done, failed, fraction, elapsedMs }: BulkState, noun: string): string {
  const perSecond = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0;
  const parts = [`${grouped(done)} ${noun}`];
  if (failed > 0) parts.push(`${grouped(failed)} failed`);
  if (done > 0) parts.push(`${grouped(perSecond)}/s`);
  if (fraction === null) return parts.join('  ');
  const whole = Math.min(1, Math.max(0, fraction));
  const filled = Math.floor(whole * barCells);
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(barCells - filled)}]`;
  const percent = `${Math.floor(whole * 100)}%`.padStart(4);
  if (whole > 0 && whole < 1) parts.push(`${remaining((elapsedMs / whole) * (1 - whole))} left`);
  return [bar + percent, ...parts].join('  ');
}

/** A whole number with commas between thousands. */
function grouped(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** A remaining time to the second: `12 s`, `3 min 5 s`. */
function remaining(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
