import type { InputLine } from '../bulk/lines.js';
import type { BulkState } from '../bulk/progress-line.js';
import { elapsedMs, nowMs } from '../clock.js';
import { exitCodes } from '../report/exit-code.js';
import { command } from '../shell-command.js';

const redrawMs = 100;
// Different inputs failed in different ways: no single code says it.
const mixedFailures = 20;

/** What came of the lines of a bulk so far. */
export class BulkTally {
  readonly #startMs = nowMs();
  readonly #codes = new Set<number>();
  #done = 0;
  #failed = 0;
  #badLines = 0;
  #last: InputLine | null = null;
  #drawnMs = this.#startMs;

  /** The line that came next is done; its exit code, or null when it was no input at all. */
  add(line: InputLine, exitCode: number | null): void {
    this.#done++;
    this.#last = line;
    if (exitCode === null) this.#badLines++;
    if (exitCode !== exitCodes.ok) this.#failed++;
    if (exitCode !== null) this.#codes.add(exitCode);
  }

  /** What is to be drawn, of an input of `size` octets; null while what was drawn last is new enough. */
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

  exitCode(): number {
    if (this.#badLines > 0) return exitCodes.usage;
    const [code = exitCodes.ok, ...others] = [...this.#codes].filter((each) => each !== exitCodes.ok);
    return others.length > 0 ? mixedFailures : code;
  }

  /** How far it came, and how to go on with the rest of `file`, which is `-` for standard input. */
  interruptedNote(file: string): string {
    if (this.#last === null) return 'interrupted before the first line was done';
    const { number } = this.#last;
    const tail = command('tail', '-n', `+${number + 1}`, file);
    const rest = file === '-' ? 'the rest of it' : `what \`${tail}\` prints`;
    return `interrupted; lines 1 to ${number} are done. To go on, give ${rest} to --file -`;
  }
}
