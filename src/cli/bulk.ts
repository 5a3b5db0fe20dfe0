import { type InputLine, openLines, UnreadableLinesError } from '../bulk/lines.js';
import { mapOrderedBatches } from '../bulk/map-ordered.js';
import { progressLine } from '../bulk/progress-line.js';
import { InvalidInputError } from '../errors.js';
import { cleanForTerminal } from '../report/text/clean.js';
import type { Style } from '../report/text/style.js';
import type { Soon } from '../soon.js';
import { type Arguments, type IntegerRule, integerOption, textOption } from './arguments.js';
import { BulkTally } from './bulk-tally.js';
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
  const tally = new BulkTally();

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
    const isBad = 'error' in measured;
    tally.add(measured.line, isBad ? null : job.exitCode(measured.document));
    if (!isBad) return;
    note(`pprobe: ${cleanForTerminal(`${where} line ${measured.line.number}: ${measured.error.message}`)}`);
  }

  async function* entries(): AsyncGenerator<BulkEntry[]> {
    try {
      for await (const batch of mapOrderedBatches(lines, measure, { concurrency, stop })) {
        for (const measured of batch) count(measured);
        const state = progress.size() === null ? null : tally.toDraw(lines.size);
        if (state !== null) progress.show([progressLine(state, job.noun)]);
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
    exitCode: () => tally.exitCode(),
    interruptedNote: () => cleanForTerminal(tally.interruptedNote(file)),
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
