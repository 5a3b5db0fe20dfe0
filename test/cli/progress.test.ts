import { test } from 'tap';
import { terminalProgress } from '../../src/cli/progress.js';

/** A terminal screen that interprets newline, carriage return, cursor up and erase below. */
class Screen {
  readonly columns: number;
  readonly rows: number;
  lines: string[] = ['before', ''];
  /** Called after every write. */
  onWrite: () => void = () => {};
  #row = 1;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string): boolean {
    for (const [token] of text.matchAll(/\x1b\[\d*[AJ]|[\s\S]/g)) {
      if (token === '\n') this.lines[++this.#row] ??= '';
      else if (/A$/.test(token) && token.length > 1) this.#row -= Number(token.slice(2, -1));
      else if (token === '\x1b[J') this.lines.splice(this.#row, this.lines.length, '');
      else if (token !== '\r') this.lines[this.#row] += token;
    }
    this.onWrite();
    return true;
  }
}

function firstWrite(screen: Screen): Promise<void> {
  // The timer of the display does not keep the process alive, so the test does.
  const alive = setInterval(() => {}, 1000);
  return new Promise((resolve) => {
    screen.onWrite = () => {
      clearInterval(alive);
      resolve();
    };
  });
}

test('nothing is shown for work that ends quickly', async (t) => {
  const screen = new Screen(80, 24);
  screen.onWrite = () => t.fail('nothing is written');
  const progress = terminalProgress(screen);
  progress.show(['working']);
  progress.clear();
  t.same(screen.lines, ['before', '']);
});

test('a block of lines is redrawn in place and removed at the end', async (t) => {
  const screen = new Screen(80, 24);
  const progress = terminalProgress(screen, 1);
  progress.show(['nothing']);
  progress.show(['one']);
  await firstWrite(screen);
  t.same(screen.lines, ['before', 'one']);
  progress.show(['one', 'two', 'three']);
  t.same(screen.lines, ['before', 'one', 'two', 'three']);
  progress.show(['uno', 'due']);
  t.same(screen.lines, ['before', 'uno', 'due']);
  progress.clear();
  t.same(screen.lines, ['before', '']);
});

test('lines are cut to the width of the screen and the block to its height, so that nothing wraps or scrolls', async (t) => {
  const screen = new Screen(8, 3);
  const progress = terminalProgress(screen, 1);
  progress.show(['first', 'second line', '日本語日本']);
  await firstWrite(screen);
  t.same(screen.lines, ['before', 'second ', '日本語']);
  progress.clear();
  t.same(screen.lines, ['before', '']);
});
