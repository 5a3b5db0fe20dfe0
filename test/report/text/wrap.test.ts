import fc from 'fast-check';
import { test } from 'tap';
import { padFrom, padTo, widthOf, wrap } from '../../../src/report/text/wrap.js';

test('lines break between words and are indented', (t) => {
  t.equal(wrap('one two three four five six', 20), 'one two three four\nfive six');
  t.equal(wrap('one two three four five six', 24, 4), '    one two three four\n    five six');
  t.equal(wrap('one two three four five six', 24, 4, 0), 'one two three four five\n    six');
  t.end();
});

test('line breaks in the text are kept', (t) => {
  t.equal(wrap('one\ntwo\n\nthree', 80, 2), '  one\n  two\n\n  three');
  t.end();
});

test('a word wider than a line is not split, so that it can be copied', (t) => {
  const name = 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com';
  t.equal(wrap(`see ${name} there`, 24), `see\n${name}\nthere`);
  t.end();
});

test('a terminal too narrow to hold a sentence is treated as one of twenty cells', (t) => {
  t.equal(wrap('one two three four five', 1), 'one two three four\nfive');
  t.end();
});

test('colour takes no room, wide characters take two cells', (t) => {
  t.equal(widthOf('\u001b[31mred\u001b[39m'), 3);
  t.equal(widthOf('网关'), 4);
  t.equal(widthOf('e\u0301'), 1);
  // Beside a wide character the segmenter measures them, alone the shortcut does.
  for (const mark of ' ~·…–→✓✗’“”') t.same([widthOf(mark), widthOf(`${mark}网`)], [1, 3], mark);
  t.equal(padTo('\u001b[31mred\u001b[39m', 5), '\u001b[31mred\u001b[39m  ');
  t.equal(padTo('longer', 3), 'longer');
  t.equal(padFrom('3 ms', 6), '  3 ms');
  t.equal(
    wrap('\u001b[31mone two three four\u001b[39m five', 18),
    '\u001b[31mone two three four\u001b[39m\nfive',
  );
  t.end();
});

test('a cluster of several characters takes the cells of the one that is drawn', (t) => {
  const rows: [string, number, string][] = [
    ['❤', 1, 'a symbol without emoji presentation'],
    ['❤\ufe0f', 2, 'the same with a variation selector'],
    ['1\ufe0f\u20e3', 2, 'a keycap'],
    ['🇩🇪', 2, 'a flag of two regional indicators'],
    ['👍🏽', 2, 'an emoji with a skin tone'],
    ['👩\u200d👩\u200d👧', 2, 'emojis joined by U+200D'],
    ['e\u0301\u0323', 1, 'a letter with two combining marks'],
    ['\u0301', 0, 'a combining mark alone'],
    ['한', 2, 'a Hangul syllable'],
    ['\u1112\u1161\u11ab', 2, 'the same of three conjoining letters'],
    ['ｱ', 1, 'halfwidth katakana'],
    ['Ａ', 2, 'a fullwidth letter'],
    ['±§α', 3, 'characters of ambiguous width'],
    ['bücher', 6, 'Latin letters beyond ASCII'],
    ['\u001b[31m关\u001b[39m', 2, 'a coloured wide character'],
  ];
  for (const [text, cells, what] of rows) t.equal(widthOf(text), cells, what);
  t.equal(padTo('❤\ufe0f', 4), '❤\ufe0f  ');
  t.equal(wrap('🇩🇪🇩🇪🇩🇪🇩🇪🇩🇪 🇩🇪🇩🇪🇩🇪🇩🇪🇩🇪', 20), '🇩🇪🇩🇪🇩🇪🇩🇪🇩🇪\n🇩🇪🇩🇪🇩🇪🇩🇪🇩🇪');
  t.end();
});

test('no word is lost or split, and no line of several words is too wide', (t) => {
  const word = fc.stringMatching(/^[a-z]{1,30}$/);
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1 }),
      fc.integer({ min: 20, max: 100 }),
      fc.integer({ min: 0, max: 8 }),
      (words, columns, indent) => {
        const lines = wrap(words.join(' '), columns, indent).split('\n');
        t.same(
          lines.flatMap((line) => line.trim().split(' ')),
          words,
        );
        for (const line of lines)
          t.ok(line.length <= Math.max(columns, indent + 20) || !line.trim().includes(' '));
      },
    ),
  );
  t.end();
});

test('a trailing space adds no line, however narrow the terminal', (t) => {
  const text = 'send x-apigw-api-id: \u00a0';
  for (let columns = 1; columns < 40; columns++) t.notMatch(wrap(text, columns, 4), /\n\s*$/);
  t.equal(wrap('one two ', 80), 'one two');
  t.end();
});
