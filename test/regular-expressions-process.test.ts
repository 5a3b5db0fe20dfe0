import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createContext, Script } from 'node:vm';
import t from 'tap';
import ts from 'typescript';

/**
 * Every regular expression of src/ is matched with 64 KB of text that is made of its own characters and words, and so leads it
 * into its repetitions: one whose time grows with the square of the length takes seconds, and all matches of a linear one
 * some milliseconds. Processor time is measured, and not time, because other programs run beside the tests.
 */
const folder = new URL('../src/', import.meta.url);
const octets = 64 * 1024;
const mostMs = 1000;
/** Ends a match that takes for ever. */
const limitMs = 5000;

interface Pattern {
  place: string;
  source: string;
  flags: string;
}

/** Patterns whose time grows faster, with what bounds the texts that they get. */
const bounded: Readonly<Record<string, string>> = {
  'diagnose/rules/url.ts': 'a host has at most 253 characters',
};

function patternsOf(file: string): Pattern[] {
  const text = readFileSync(new URL(file, folder), 'utf8');
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, false);
  const found: Pattern[] = [];
  const visit = (node: ts.Node): void => {
    const place = (): string => `${file}:${tree.getLineAndCharacterOfPosition(node.pos).line + 1}`;
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      const flags = node.text.slice(end + 1).replace(/g/, '');
      found.push({ place: place(), source: node.text.slice(1, end), flags });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** Representatives of classes, which have no character of their own. */
const classes: Readonly<Record<string, string>> = {
  s: ' ',
  S: 'x',
  d: '1',
  D: 'x',
  w: 'a',
  W: '-',
  b: 'a',
  n: '\n',
  t: '\t',
};

/** Texts of 64 KB from the words and characters of a pattern, alone and in pairs, with an end that does not match. */
function attacks({ source }: Pattern): string[] {
  const plain = source
    .replace(/\\([A-Za-z])/g, (_whole, letter: string) => classes[letter] ?? ' ')
    .replace(/\\(.)/g, '$1');
  const words = plain.split(/[()[\]{}|*+?^$.]+/).filter((word) => word.length > 1 && word.length < 60);
  const characters = [...new Set([...plain, 'a', '1', ' ', '.', '-', '\n'])].slice(0, 12);
  const pairs = characters.slice(0, 4).flatMap((one) => characters.slice(0, 4).map((other) => one + other));
  const seeds = [...new Set([...characters, ...pairs, ...words.slice(0, 6)])];
  const filled = (seed: string): string => seed.repeat(Math.ceil(octets / seed.length)).slice(0, octets);
  const begun = words
    .slice(0, 2)
    .flatMap((word) => characters.slice(0, 8).map((each) => word + filled(each)));
  return [...seeds.map(filled), ...begun].map((text) => `${text}\u0000`);
}

const context = createContext({ match: null });
const script = new Script('match()');

/** Milliseconds of processor time of all attacks, up to the first that is too slow, and how that one begins. */
function timeOf(pattern: Pattern): { ms: number; text: string } {
  const expression = new RegExp(pattern.source, pattern.flags);
  const startMs = process.cpuUsage().user / 1000;
  const usedMs = (): number => process.cpuUsage().user / 1000 - startMs;
  let latest = '';
  context.match = (): void => {
    for (const text of attacks(pattern)) {
      latest = text;
      expression.lastIndex = 0;
      expression.test(text);
      if (usedMs() > mostMs) return;
    }
  };
  try {
    script.runInContext(context, { timeout: limitMs });
  } catch {
    // A match did not end.
  }
  return { ms: usedMs(), text: JSON.stringify(latest.slice(0, 12)) };
}

t.test('no regular expression of src/ takes long for 64 KB of hostile text', async (t) => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.startsWith('generated'),
  );
  const patterns = files.filter((file) => !Object.hasOwn(bounded, file)).flatMap(patternsOf);
  t.ok(
    patterns.length > 300,
    `${patterns.length} patterns in ${files.length} files of ${fileURLToPath(folder)}`,
  );
  const slow = patterns.flatMap((pattern) => {
    const { ms, text } = timeOf(pattern);
    return ms > mostMs ? [`${pattern.place} /${pattern.source}/ ${text}`] : [];
  });
  t.same(slow, []);
});
