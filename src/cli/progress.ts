import type { WriteStream } from 'node:tty';
import { widthOf } from '../report/text/wrap.js';

/** What shows the work going on, and is gone when it is done. */
export interface Progress {
  /** Replaces what is shown. Lines must be clean for a terminal and without colour. */
  show(lines: readonly string[]): void;
  /** Takes everything back from the screen. */
  clear(): void;
  /** What fits: lines and cells of a line. null where nobody watches. */
  size(): ScreenSize | null;
}

export interface ScreenSize {
  columns: number;
  lines: number;
}

/** Most probes are done by then; a flash of text nobody can read is worse than none. */
const defaultPatienceMs = 150;

/** Progress for a stream that nobody watches. */
export const noProgress: Progress = { show() {}, clear() {}, size: () => null };

/** Progress as a block of lines at the bottom of a terminal, redrawn in place and never longer than the screen. */
export function terminalProgress(
  stream: Pick<WriteStream, 'write' | 'columns' | 'rows'>,
  patienceMs = defaultPatienceMs,
): Progress {
  let shown = 0;
  let pending: readonly string[] = [];
  let timer: NodeJS.Timeout | null = null;
  let isPatient = true;

  function size(): ScreenSize {
    return { columns: (stream.columns || 80) - 1, lines: Math.max(1, (stream.rows || 24) - 1) };
  }

  function draw(): void {
    const room = size();
    const lines = pending.slice(-room.lines);
    stream.write(eraseSequence(shown) + lines.map((line) => clip(line, room.columns)).join('\n'));
    shown = lines.length;
  }

  return {
    size,
    show(lines) {
      pending = lines;
      if (!isPatient) return draw();
      timer ??= setTimeout(() => {
        isPatient = false;
        draw();
      }, patienceMs).unref();
    },
    clear() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      if (shown > 0) stream.write(eraseSequence(shown));
      shown = 0;
    },
  };
}

/** To the start of the first of `lines` lines, and away with everything from there. */
function eraseSequence(lines: number): string {
  if (lines === 0) return '';
  return `${lines > 1 ? `\x1b[${lines - 1}A` : ''}\r\x1b[J`;
}

function clip(line: string, cells: number): string {
  if (widthOf(line) <= cells) return line;
  let clipped = '';
  let left = cells;
  for (const character of line) {
    left -= widthOf(character);
    if (left < 0) break;
    clipped += character;
  }
  return clipped;
}
