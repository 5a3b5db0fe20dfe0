import fc from 'fast-check';
import { test } from 'tap';
import { jsonText } from '../../src/core/json-text.js';
import { runs } from '../runs.js';

const unsafe =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Surrogate}|[\u{e0000}-\u{e007f}]/u;

test('the text has no character that a terminal obeys or that hides text, and is read as the same value', async (t) => {
  const character = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 3 }),
    fc.integer({ min: 0, max: 0x2fff }).map((code) => String.fromCharCode(code)),
    fc.constantFrom('\u202e', '\u2028', '\u009b', '\u007f', '\u{e0041}', '\ud800', '\ufeff'),
  );
  const value = fc.dictionary(character, fc.array(character, { maxLength: 4 }), { noNullPrototype: true });
  fc.assert(
    fc.property(value, fc.constantFrom(0, 2), (given, indent) => {
      const json = jsonText(given, indent);
      return !unsafe.test(json) && JSON.stringify(JSON.parse(json)) === JSON.stringify(given);
    }),
    { numRuns: runs(300) },
  );
  t.equal(jsonText({ a: '\u202e\u{e0041}b' }), '{"a":"\\u202e\\udb40\\udc41b"}');
});
