import type { WriteStream } from 'node:tty';
import type { TraceHop } from '../documents/trace.js';
import { cleanForTerminal, type Style } from '../report/text/style.js';
import { hopText } from '../report/text/trace.js';
import { widthOf } from '../report/text/wrap.js';

/** Shows progress. */
export interface ProgressDisplay {
  /** Replaces the shown lines. Lines must be clean for a terminal and without colour. */
  show(lines: readonly string[]): void;
  /** Removes the shown lines. */
  clear(): void;
  /** The size of the screen, or null if nothing is shown. */
  size(): ScreenSize | null;
}

export interface ScreenSize {
  columns: number;
  lines: number;
}

/** Nothing is shown before this time. Most probes have ended by then, and text that vanishes at once cannot be read. */
const defaultPatienceMs = 150;

/** For a stream that is not a terminal: shows nothing. */
export const noProgress: ProgressDisplay = { show() {}, clear() {}, size: () => null };

/** Shows a block of lines at the bottom of a terminal, redrawn in place and never longer than the screen. */
export function terminalProgress(
  stream: Pick<WriteStream, 'write' | 'columns' | 'rows'>,
  patienceMs = defaultPatienceMs,
): ProgressDisplay {
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

/** Moves the cursor to the start of a block of `lines` lines and erases from there. */
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

/** No hop is wrapped, because the display cuts lines to the width of the screen. */
const style: Style = { color: false, columns: 1000 };

/** Shows the hops of a running trace, and updates a hop when a late answer or a name changes it. */
export class LiveHops {
  readonly #title: string;
  readonly #progress: ProgressDisplay;
  readonly #hops = new Map<number, TraceHop>();
  readonly #names: Record<string, string | null> = {};

  constructor(host: string, progress: ProgressDisplay) {
    this.#title = `tracing the path to ${cleanForTerminal(host)} …`;
    this.#progress = progress;
    this.#draw();
  }

  hop(hop: TraceHop): void {
    this.#hops.set(hop.ttl, hop);
    this.#draw();
  }

  name(address: string, name: string): void {
    this.#names[address] = name;
    this.#draw();
  }

  #draw(): void {
    // Saves making the text.
    if (this.#progress.size() === null) return;
    const hops = [...this.#hops.values()].sort((first, second) => first.ttl - second.ttl);
    this.#progress.show([this.#title, ...hops.map((hop) => hopText(hop, style, false, this.#names))]);
  }
}
