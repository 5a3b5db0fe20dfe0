import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext, Script } from 'node:vm';
import t from 'tap';
import ts from 'typescript';
import { partitions } from '../src/generated/partitions.js';

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

/**
 * Parts of a pattern that a program computes, by the text of the expression, with a value of each form. An expression that is
 * neither here nor a constant fails the test, so that no pattern is left out.
 */
const computed: Readonly<Record<string, readonly string[]>> = {
  "address.replaceAll('.', '\\\\.')": ['10\\.0\\.0\\.1'],
  "suffix.replaceAll('.', '\\\\.')": ['amazonaws\\.com'],
  "SUFFIXES.map((suffix) => suffix.replaceAll('.', '\\\\.')).join('|')": [
    partitions.map(({ suffix }) => suffix.replaceAll('.', '\\.')).join('|'),
  ],
  regionPattern: partitions.map((partition) => partition.regionPattern),
  longest: [':0:0:0:0'],
  status: ['502'],
  field: ['CapEff'],
};

const trees = new Map<string, ts.SourceFile>();

function treeOf(file: string): ts.SourceFile {
  const known = trees.get(file);
  if (known !== undefined) return known;
  const text = readFileSync(new URL(file, folder), 'utf8');
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  trees.set(file, tree);
  return tree;
}

/** Every pattern of a file: the literals, and the arguments of `RegExp()` with the constants that they are made of. */
function patternsOf(file: string): Pattern[] {
  const tree = treeOf(file);
  const found: Pattern[] = [];
  const visit = (node: ts.Node): void => {
    const place = `${file}:${tree.getLineAndCharacterOfPosition(node.pos).line + 1}`;
    if (ts.isRegularExpressionLiteral(node)) found.push({ place, ...literal(node) });
    const isCall = ts.isNewExpression(node) || ts.isCallExpression(node);
    if (isCall && ts.isIdentifier(node.expression) && node.expression.text === 'RegExp') {
      const [pattern, flags] = node.arguments ?? [];
      const given = flags !== undefined && ts.isStringLiteral(flags) ? flags.text.replace(/g/, '') : '';
      if (pattern === undefined) throw new Error(`${place}: RegExp without a pattern`);
      for (const source of sources(pattern, file)) found.push({ place, source, flags: given });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function literal({ text }: ts.RegularExpressionLiteral): Pick<Pattern, 'source' | 'flags'> {
  const end = text.lastIndexOf('/');
  return { source: text.slice(1, end), flags: text.slice(end + 1).replace(/g/, '') };
}

/** The texts that an expression can be, as the source of a pattern. */
function sources(node: ts.Expression, file: string): readonly string[] {
  const known = Object.hasOwn(computed, node.getText()) ? computed[node.getText()] : undefined;
  if (known !== undefined) return known;
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isRegularExpressionLiteral(node)) return [literal(node).source];
  if (ts.isTemplateExpression(node))
    return node.templateSpans.reduce<readonly string[]>(
      (texts, { expression, literal: after }) =>
        texts.flatMap((text) => sources(expression, file).map((part) => text + part + after.text)),
      [node.head.text],
    );
  // String.raw`…` without a part that is computed.
  if (ts.isTaggedTemplateExpression(node) && ts.isNoSubstitutionTemplateLiteral(node.template))
    return [node.template.rawText ?? node.template.text];
  if (ts.isPropertyAccessExpression(node) && node.name.text === 'source')
    return sources(node.expression, file);
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    const { name, expression: items } = node.expression;
    if (name.text === 'join' && ts.isArrayLiteralExpression(items))
      return [items.elements.map((item) => sources(item, file)[0]).join('|')];
  }
  if (ts.isNewExpression(node) && node.arguments?.[0] !== undefined) return sources(node.arguments[0], file);
  if (ts.isIdentifier(node)) return constant(node.text, file);
  throw new Error(
    `${file}: "${node.getText()}" is part of a regular expression: add a value to \`computed\``,
  );
}

/** The value of a constant at the top of a file, or of the file that it is imported from. */
function constant(name: string, file: string): readonly string[] {
  for (const statement of treeOf(file).statements) {
    if (ts.isVariableStatement(statement))
      for (const { name: declared, initializer } of statement.declarationList.declarations)
        if (declared.getText() === name && initializer !== undefined) return sources(initializer, file);
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const imported = statement.importClause?.namedBindings;
    if (imported === undefined || !ts.isNamedImports(imported)) continue;
    const element = imported.elements.find((each) => each.name.text === name);
    const from = posix.join(posix.dirname(file), statement.moduleSpecifier.text.replace(/\.js$/, '.ts'));
    if (element !== undefined) return constant((element.propertyName ?? element.name).text, from);
  }
  throw new Error(`${file}: ${name} is part of a regular expression: add a value to \`computed\``);
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
  for (const place of ['configuration/gates.ts', 'documents/front-software.ts']) {
    const [whole = ''] = files.filter((file) => file.endsWith(place));
    const made = treeOf(whole).text.split('new RegExp(').length - 1;
    t.ok(made > 0, `${whole} makes ${made} patterns, which are among them`);
  }
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
