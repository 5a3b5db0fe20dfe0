import { test } from 'tap';
import { styleFor } from '../../src/cli/terminal.js';

const terminal = { isTTY: true, columns: 132 };

test('colour only on a terminal', async (t) => {
  t.equal(styleFor(terminal, { TERM: 'xterm' }).color, true);
  t.equal(styleFor({}, { TERM: 'xterm' }).color, false);
});

test('NO_COLOR that is not empty, and a dumb terminal, turn colour off', async (t) => {
  t.equal(styleFor(terminal, { NO_COLOR: '1' }).color, false);
  t.equal(styleFor(terminal, { NO_COLOR: '' }).color, true);
  t.equal(styleFor(terminal, { TERM: 'dumb' }).color, false);
});

test('the width of the terminal; 80 columns without a terminal', async (t) => {
  t.equal(styleFor(terminal, {}).columns, 132);
  t.equal(styleFor({ columns: 132 }, {}).columns, 80);
  t.equal(styleFor({ isTTY: true, columns: 0 }, {}).columns, 80);
});

test('the height is known of a terminal alone', async (t) => {
  t.equal(styleFor({ ...terminal, rows: 24 }, {}).rows, 24);
  t.equal(styleFor({ rows: 24 }, {}).rows, undefined);
  t.equal(styleFor(terminal, {}).rows, undefined);
});

test('marks beyond ASCII in a UTF-8 locale; LC_ALL precedes LANG (locale(7))', async (t) => {
  t.equal(styleFor(terminal, { LANG: 'en_US.UTF-8' }).unicode, true);
  t.equal(styleFor(terminal, { LANG: 'C.utf8' }).unicode, true);
  t.equal(styleFor(terminal, { LANG: 'en_US.UTF-8', LC_ALL: 'C' }).unicode, false);
  t.equal(styleFor(terminal, {}).unicode, false);
});
