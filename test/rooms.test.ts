import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import ts from 'typescript';

const source = fileURLToPath(new URL('../src', import.meta.url));

/**
 * What each room of src/ may use. Types of what is measured may be known where nothing is measured: `types` are imports
 * that leave no trace in the JavaScript.
 */
const rooms: Record<string, { uses: string[]; types?: string[] }> = {
  address: { uses: [] },
  packet: { uses: [] },
  bulk: { uses: [] },
  libc: { uses: ['address', 'packet'] },
  host: { uses: ['address', 'packet', 'libc'] },
  wire: { uses: ['address', 'packet', 'libc', 'host'] },
  probe: { uses: ['address', 'packet', 'libc', 'host', 'wire', 'bulk'] },
  diagnose: { uses: ['address', 'packet'], types: ['probe', 'host'] },
  report: { uses: ['address', 'packet', 'diagnose', 'probe'], types: ['pipeline'] },
  pipeline: { uses: ['address', 'packet', 'libc', 'host', 'wire', 'probe', 'bulk', 'diagnose'] },
  cli: {
    uses: ['address', 'packet', 'libc', 'host', 'wire', 'probe', 'bulk', 'diagnose', 'report', 'pipeline'],
  },
};

interface Import {
  from: string;
  to: string;
  isType: boolean;
}

function importsOf(file: string): Import[] {
  const tree = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, isType: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteral(specifier) || !specifier.text.startsWith('.')) return;
    const to = resolve(dirname(file), specifier.text).replace(/\.js$/, '.ts');
    found.push({ from: relative(source, file), to: relative(source, to), isType });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node))
      add(node.moduleSpecifier, node.isTypeOnly || areTypes(node.exportClause));
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  return clause.phaseModifier === ts.SyntaxKind.TypeKeyword || areTypes(clause.namedBindings);
}

function areTypes(named: ts.NamedImportBindings | ts.NamedExportBindings | undefined): boolean {
  const isList = named !== undefined && (ts.isNamedImports(named) || ts.isNamedExports(named));
  return isList && named.elements.every(({ isTypeOnly: each }) => each);
}

function roomOf(path: string): string | null {
  return path.includes('/') ? (path.split('/')[0] ?? null) : null;
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .map((file) => join(source, file));
const imports = files.flatMap(importsOf);

test('imports run one way: each room uses what its purpose allows, and nothing else', async (t) => {
  const inRooms = imports.filter(({ from }) => roomOf(from) !== null && roomOf(from) !== 'schema');
  t.ok(inRooms.length > 1000, `${inRooms.length} imports read`);
  const strays = inRooms.filter(({ from, to, isType }) => {
    const [room, other] = [roomOf(from), roomOf(to)];
    if (room === null || other === null || other === room || other === 'schema') return false;
    const { uses = [], types = [] } = rooms[room] ?? {};
    return !uses.includes(other) && !(isType && types.includes(other));
  });
  t.same(
    strays.map(({ from, to }) => `${from} imports ${to}`),
    [],
  );
});

test('what lies outside the rooms serves all of them, and so uses none; index.ts is the way out', async (t) => {
  const strays = imports.filter(
    ({ from, to }) => roomOf(from) === null && from !== 'index.ts' && roomOf(to) !== null,
  );
  t.same(
    strays.map(({ from, to }) => `${from} imports ${to}`),
    [],
  );
});

test('every room is in the table', async (t) => {
  const there = new Set(imports.map(({ from }) => roomOf(from)).filter((room) => room !== null));
  t.same([...there].sort(), Object.keys(rooms).sort());
});

test('no file needs itself', async (t) => {
  const needs = new Map<string, string[]>();
  for (const { from, to, isType } of imports) {
    if (!isType) needs.set(from, [...(needs.get(from) ?? []), to]);
  }
  const done = new Set<string>();
  const circles: string[] = [];
  const follow = (file: string, way: readonly string[]): void => {
    const at = way.indexOf(file);
    if (at >= 0) circles.push([...way.slice(at), file].join(' > '));
    if (at >= 0 || done.has(file)) return;
    for (const next of needs.get(file) ?? []) follow(next, [...way, file]);
    done.add(file);
  };
  for (const file of needs.keys()) follow(file, []);
  t.same(circles, []);
});
