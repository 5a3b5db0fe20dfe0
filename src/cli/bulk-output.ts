import type { MaybePromise } from '../core/maybe-promise.js';
import { exitCodes } from '../documents/terms/exit-code.js';
import type { Style } from '../report/text/style.js';
import type { BulkEntry, BulkResult } from './command.js';
import { type Arguments, flag } from './options.js';
import type { Progress } from './progress.js';
import { writeText } from './terminal.js';

/** Few system calls for many lines, and still no line waits for more than a turn of the event loop. */
const batchLength = 65_536;

/**
 * Prints a bulk's entries as they come, one line each: JSON documents with `--json`, text otherwise. The work is held up
 * while the reader of standard output is, and ends when that reader has gone. Resolves with the exit code.
 */
export async function performBulk(
  result: BulkResult,
  args: Arguments,
  style: Style,
  stop: AbortSignal,
  progress: Progress,
): Promise<number> {
  const { stdout, stderr } = process;
  const asJson = flag(args, 'json');
  const verbose = flag(args, 'verbose');
  const output = new Batch((text) => {
    // Both may be the same terminal; the progress stands where the text is to go.
    if (stdout.isTTY) progress.clear();
    return writeText(stdout, text);
  });
  for await (const batch of result.entries) {
    if (!(await print(batch))) break;
  }
  async function print(batch: readonly BulkEntry[]): Promise<boolean> {
    for (const { document, render } of batch) {
      const line = asJson ? JSON.stringify(document) : render(style, verbose);
      if (line === null) continue;
      const isRead = output.push(`${line}\n`);
      if (isRead instanceof Promise ? !(await isRead) : !isRead) return false;
    }
    return true;
  }

  await output.flush();
  progress.clear();
  if (!stop.aborted) return result.exitCode();
  if (!flag(args, 'quiet')) await writeText(stderr, `pprobe: ${result.interruptedNote()}\n`).catch(() => {});
  return exitCodes.interrupted;
}

/** Text on its way to a stream: written when there is much of it, or at the next turn of the event loop. */
class Batch {
  readonly #write: (text: string) => Promise<boolean>;
  #held = '';
  #turn: NodeJS.Immediate | null = null;
  #writing: Promise<boolean> = Promise.resolve(true);
  #isRead = true;

  constructor(write: (text: string) => Promise<boolean>) {
    this.#write = write;
  }

  /** Waits while there is more than the reader takes. False: nobody reads any more. Rejects when writing fails. */
  push(text: string): MaybePromise<boolean> {
    this.#held += text;
    if (this.#held.length >= batchLength) return this.flush();
    this.#turn ??= setImmediate(() => {
      // Its failure is seen by the next push or the last flush, which wait for the same promise.
      this.flush().catch(() => {});
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
