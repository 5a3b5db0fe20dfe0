import fc from 'fast-check';
import { test } from 'tap';
import { containment, folded, NameIndex } from '../../../src/report/redact/name-index.js';
import { redacted } from '../../../src/report/redact/redact.js';
import { samples } from '../../documents/samples.js';
import { runs } from '../../runs.js';

const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', 'é'), minLength: 1, maxLength: 4 });
const texts = fc.string({ unit: fc.constantFrom('a', 'b', '.', 'é', ' '), maxLength: 30 });

test('the longest name at a position is found as by trying each', async (t) => {
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 8 }), texts, fc.nat(30), (names, text, at) => {
      const accepts = (name: string) => !name.endsWith('b');
      const standing = names.filter((name) => text.startsWith(name, at) && accepts(name));
      const longest = Math.max(0, ...standing.map(({ length }) => length));
      return new NameIndex(names).lengthAt(text, at, accepts) === longest;
    }),
    { numRuns: runs(500) },
  );
  t.equal(
    new NameIndex([]).lengthAt('a', 0, () => true),
    0,
  );
});

test('a beginning, and a text that contains another, are found as by trying', async (t) => {
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 8 }), letters, texts, (names, part, text) => {
      const begins = names.some((name) => name.startsWith(part));
      const index = new NameIndex(names);
      return index.hasBeginning(part) === begins && containment(text)(part) === text.includes(part);
    }),
    { numRuns: runs(500) },
  );
  t.equal(folded('İSTANBUL.Example'), 'İstanbul.example', 'positions stay');
});

test('a name of 60,000 characters and 20,000 names are masked', async (t) => {
  const long = 'a'.repeat(60_000);
  const report = structuredClone(samples.report);
  report.target.host = long;
  report.target.input = `https://${long}:443/${long}`;
  const names = Array.from({ length: 20_000 }, (_each, index) => `host-${index}.internal.corp.test`);
  const text = JSON.stringify(redacted(report, { names }));
  t.notMatch(text, /a{100}/);
  const masked = redacted({ names, text: `${names[7]} and ${names[19_999]}` });
  t.notMatch(JSON.stringify(masked), /internal|corp/);
  t.equal(masked.text, `${masked.names[7]} and ${masked.names[19_999]}`);
});
