import { test } from 'tap';
import type { OptionTable } from '../../src/cli/options.js';
import { takeApart } from '../../src/cli/words.js';

const table: OptionTable = {
  type: { type: 'string', alias: 't', help: '' },
  file: { type: 'string', help: '' },
  tcp: { type: 'boolean', alias: 'x', help: '' },
  quiet: { type: 'boolean', alias: 'q', help: '' },
  4: { type: 'boolean', help: '' },
  6: { type: 'boolean', help: '' },
};

function taken(...argv: string[]) {
  const { words, verbatim, options } = takeApart(argv, () => table);
  return { words, verbatim, options: options.map(({ name, value }) => [name, value]) };
}

test('the value of an option follows a space, an equals sign, or the letter of the option', async (t) => {
  for (const argv of [['--type', 'A'], ['--type=A'], ['-t', 'A'], ['-tA'], ['-t=A']])
    t.same(taken(...argv), { words: [], verbatim: [], options: [['type', 'A']] }, argv.join(' '));
  t.same(taken('--type=A=B').options, [['type', 'A=B']]);
  t.same(taken('-xqt', 'A', 'name'), {
    words: ['name'],
    verbatim: [],
    options: [
      ['tcp', true],
      ['quiet', true],
      ['type', 'A'],
    ],
  });
});

test('a word that begins with a dash is an option and no value, except for a single dash', async (t) => {
  t.same(taken('--type', '--tcp').options, [
    ['type', null],
    ['tcp', true],
  ]);
  t.same(taken('--type', '-4').options, [
    ['type', null],
    ['4', true],
  ]);
  t.same(taken('--type=--tcp').options, [['type', '--tcp']]);
  t.same(taken('--file', '-', '-'), { words: ['-'], verbatim: [], options: [['file', '-']] });
  t.same(taken('--type').options, [['type', null]]);
  t.same(taken('--type=').options, [['type', '']]);
});

test('a switch takes no word as its value, but true or false after an equals sign', async (t) => {
  t.same(taken('--tcp', 'true'), { words: ['true'], verbatim: [], options: [['tcp', true]] });
  for (const [word, value] of [
    ['--tcp=true', true],
    ['--tcp=false', false],
    ['--no-tcp', false],
    ['-x=false', false],
    ['--tcp=maybe', 'maybe'],
  ] as const)
    t.same(taken(word).options, [['tcp', value]], word);
});

test('an unknown option has no name, and takes no word as its value', async (t) => {
  for (const word of [
    '--bogus',
    '--bogus=x',
    '-z',
    '--no-type',
    '--no-tcp=x',
    '--4',
    '--t',
    '-46',
    '--toString',
  ])
    t.same(
      taken(word, 'a'),
      { words: ['a'], verbatim: [], options: [[null, taken(word).options[0]?.[1]]] },
      word,
    );
  const { options } = takeApart(['-46', '--no-type', '-xz'], () => table);
  t.same(
    options.map(({ spelling }) => spelling),
    ['-46', '--no-type', '-x', '-z'],
  );
});

test('words after -- are not options', async (t) => {
  t.same(taken('a', '--', '--tcp', '--', '-x'), {
    words: ['a'],
    verbatim: ['--tcp', '--', '-x'],
    options: [],
  });
});

test('the first word decides which options are known after it', async (t) => {
  const { words, options } = takeApart(['--file', 'x', 'trace', '--file', 'y'], (word) =>
    word === 'trace' ? {} : table,
  );
  t.same(words, ['trace', 'y']);
  t.same(
    options.map(({ name, value }) => [name, value]),
    [
      ['file', 'x'],
      [null, null],
    ],
  );
});
