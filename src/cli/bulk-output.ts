import { jsonText } from '../core/json-text.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import { exitCodes } from '../documents/terms/exit-code.js';
import type { Style } from '../report/text/style.js';
import type { BulkEntry, BulkResult, CommandContext } from './command.js';
import { InterruptedError } from './failure.js';
import { writeText } from './terminal.js';

/** Held text is written when it has this length, in UTF-16 units, and at the latest in the next turn of the event loop. */
const batchLength = 65_536;

/** The time of `--max-time` is over: the beginning of what is said then. */
export const timeIsOver = 'the time of --max-time is over';

/**
 * Prints the entries of a bulk as they come, one line each: the document or the text. Waits while standard output is full,
 * and stops when its reader has gone. `interrupt` aborts at Ctrl-C, `limit` when the time of --max-time is over. Resolves with the
 * exit code.
 */
export async function printBulk(
  result: BulkResult,
  { output: form, progress }: Pick<CommandContext, 'output' | 'progress'>,
  { interrupt, limit }: { interrupt: AbortSignal; limit: AbortSignal },
  style: Style,
): Promise<number> {
  const { stdout, stderr } = process;
  const output = new HeldText((text) => {
    // Both streams may be the same terminal, where the progress occupies the lines that the text needs.
    if (stdout.isTTY) progress.clear();
    return writeText(stdout, text);
  });
  let printed = 0;
  for await (const batch of result.entries) {
    printed += batch.length;
    if (!(await print(batch))) break;
  }
  await output.flush();
  progress.clear();
  // A program that reads JSON gets a document, also where no line was measured.
  if (interrupt.aborted && printed === 0 && form.format !== 'text') interrupt.throwIfAborted();
  const ending = interrupt.aborted ? 'interrupted' : limit.aborted ? timeIsOver : null;
  const unfinished = ending === null ? null : result.endNote(ending);
  const note = interrupt.aborted ? (unfinished ?? ending) : unfinished;
  if (!interrupt.aborted && note !== null && printed === 0)
    throw new InterruptedError(note, exitCodes.inconclusive);
  if (note !== null && !form.quiet) await writeText(stderr, `pprobe: ${note}\n`).catch(() => {});
  if (interrupt.aborted) return exitCodes.interrupted;
  return result.failure?.() ?? (form.exitZero ? exitCodes.ok : result.exitCode());

  /** Returns false when the reader has gone. */
  async function print(batch: readonly BulkEntry[]): Promise<boolean> {
    for (const { document, render } of batch) {
      const line = form.format === 'text' ? render(style, form.verbose) : jsonText(document);
      if (line === null) continue;
      const isRead = output.push(`${line}\n`);
      if (isRead instanceof Promise ? !(await isRead) : !isRead) return false;
    }
    return true;
  }
}

/** Collects text for a stream, so that few writes are made. */
class HeldText {
  readonly #write: (text: string) => Promise<boolean>;
  #held = '';
  #turn: NodeJS.Immediate | null = null;
  #writing: Promise<boolean> = Promise.resolve(true);
  #isRead = true;
  #failure: { error: unknown } | null = null;

  constructor(write: (text: string) => Promise<boolean>) {
    this.#write = write;
  }

  /** Waits while the stream is full. Returns false when the reader has gone. Rejects when writing fails. */
  push(text: string): MaybePromise<boolean> {
    if (this.#failure !== null) throw this.#failure.error;
    this.#held += text;
    if (this.#held.length >= batchLength) return this.flush();
    this.#turn ??= setImmediate(() => {
      // The next push throws the failure: nobody waits for this flush, and a watch has no other for as long as it runs.
      this.flush().catch((error: unknown) => {
        this.#failure = { error };
      });
    });
    return this.#isRead;
  }

  flush(): Promise<boolean> {
    if (this.#turn !== null) clearImmediate(this.#turn);
    this.#turn = null;
    const text = this.#held;
    this.#held = '';
    this.#writing = this.#writing.then(async (isRead) => {
      this.#isRead = isRead && (text === '' || (await this.#write(text)));
      return this.#isRead;
    });
    return this.#writing;
  }
}
