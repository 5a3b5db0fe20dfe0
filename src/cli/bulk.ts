import { type InputLine, openLines, UnreadableLinesError } from '../bulk/lines.js';
import { mapOrderedBatches } from '../bulk/map-ordered.js';
import { progressLine } from '../bulk/progress-line.js';
import { elapsedMs, nowMs } from '../clock.js';
import { InvalidInputError } from '../errors.js';
import { exitCodes } from '../report/exit-code.js';
import { cleanForTerminal } from '../report/text/clean.js';
import type { Style } from '../report/text/style.js';
import { command } from '../shell-command.js';
import type { Soon } from '../soon.js';
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
  measure(text: string, signal: AbortSignal): Soon<Document>;
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
  const codes = new Set<number>();
  const state = { done: 0, failed: 0, badLines: 0, lastLine: 0, offset: 0, shownMs: startMs };

  function measure(line: InputLine, signal: AbortSignal): Soon<Measured<Document>> {
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
    codes.add(code);
    state.offset = measured.line.offset;
  }

  function show(): void {
    const atMs = nowMs();
    if (progress.size() === null || atMs - state.shownMs < redrawMs) return;
    state.shownMs = atMs;
    const fraction = lines.size ? state.offset / lines.size : null;
    const { done, failed } = state;
    progress.show([progressLine({ done, failed, fraction, elapsedMs: elapsedMs(startMs, atMs) }, job.noun)]);
  }

  async function* entries(): AsyncGenerator<BulkEntry[]> {
    try {
      for await (const batch of mapOrderedBatches(lines, measure, { concurrency, stop })) {
        for (const measured of batch) count(measured);
        show();
        yield batch.map((measured) => entryOf(measured, job));
      }
    } catch (error) {
      throw error instanceof UnreadableLinesError ? fileProblem('read', where, error.cause) : error;
    } finally {
      job.close?.();
    }
  }

  return {
    entries: entries(),
    exitCode() {
      if (state.badLines > 0) return exitCodes.usage;
      const [code = exitCodes.ok, ...others] = [...codes].filter((each) => each !== exitCodes.ok);
      return others.length > 0 ? mixedFailures : code;
    },
    interruptedNote() {
      if (state.lastLine === 0) return 'interrupted before the first line was done';
      const tail = command('tail', '-n', `+${state.lastLine + 1}`, file);
      const rest = file === '-' ? 'the rest of it' : `what \`${tail}\` prints`;
      const note = `interrupted; lines 1 to ${state.lastLine} are done. To go on, give ${rest} to --file -`;
      return cleanForTerminal(note);
    },
  };
}

/** Added, not copied: a copy of every document costs more than its measurement. */
function withLine<Document extends object>(document: Document & { line?: number }, line: number): Document {
  document.line = line;
  return document;
}

type Measured<Document> = { line: InputLine } & ({ document: Document } | { error: InvalidInputError });

function entryOf<Document extends object>(measured: Measured<Document>, job: BulkJob<Document>): BulkEntry {
  const line = measured.line.number;
  if ('error' in measured) {
    return { document: { ...failureOf(measured.error).document, line }, render: () => null };
  }
  const { document } = measured;
  return {
    document: withLine(document, line),
    render: (style, verbose) => job.line(document, style, verbose),
  };
}
