import fc from 'fast-check';
import { test } from 'tap';
import { cleanForTerminal } from '../../../src/report/text/style.js';
import { anyText } from '../../diagnose/any-text.js';
import { runs } from '../../runs.js';

test('characters that control a terminal are escaped', (t) => {
  const rows: [string, string, string][] = [
    ['\x1b[31mred\x1b[0m', '\\x1b[31mred\\x1b[0m', 'colour'],
    ['\x1b]0;title\x07', '\\x1b]0;title\\x07', 'window title'],
    ['\x9b2J', '\\x9b2J', 'the one-byte CSI of C1'],
    ['a\r\nb\tc', 'a\\r\\nb\\tc', 'line breaks and tabs'],
    ['a\0b\x7fc\bd', 'a\\x00b\\x7fc\\x08d', 'NUL, DEL, backspace'],
  ];
  for (const [text, cleaned, what] of rows) t.equal(cleanForTerminal(text), cleaned, what);
  t.end();
});

test('characters that mislead a reader are escaped', (t) => {
  const rows: [string, string, string][] = [
    ['moc.\u202eevil', 'moc.\\u{202e}evil', 'right-to-left override'],
    ['a\u2066b\u2069', 'a\\u{2066}b\\u{2069}', 'isolates'],
    ['a\u200bb\ufeff', 'a\\u{200b}b\\u{feff}', 'zero width'],
    ['a\u2028b', 'a\\u{2028}b', 'line separator'],
    ['a\u{e0041}', 'a\\u{e0041}', 'tag characters'],
    ['a\ud800b', 'a\\u{d800}b', 'a lone surrogate'],
  ];
  for (const [text, cleaned, what] of rows) t.equal(cleanForTerminal(text), cleaned, what);
  t.end();
});

test('printable text of any script is unchanged', (t) => {
  for (const text of ['', 'api.example.com', 'größe', '网关 API', 'שלום', 'e\u0301', '🙂', "it's \\ 100%"])
    t.equal(cleanForTerminal(text), text);
  t.end();
});

test('no text keeps an unprintable character, and cleaning twice changes nothing', (t) => {
  fc.assert(
    fc.property(anyText(), (text) => {
      const cleaned = cleanForTerminal(text);
      t.notMatch(cleaned, /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
      t.equal(cleanForTerminal(cleaned), cleaned);
    }),
    { numRuns: runs(500) },
  );
  t.end();
});
