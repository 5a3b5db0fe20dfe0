import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import ts from 'typescript';

const source = fileURLToPath(new URL('../src', import.meta.url));

/**
 * The rooms of src/, lowest first. A room uses those before it and none after it, for values and for types alike.
 * Inside net/ the same holds for its four rooms.
 */
const rooms = [
  'generated',
  'core',
  'net/address',
  'net/packet',
  'net/libc',
  'net/wire',
  'host',
  'documents',
  'target',
  'aws',
  'probe',
  'observe',
  'diagnose',
  'compare',
  'execution-log',
  'report',
  'cli',
];

interface Import {
  from: string;
  to: string;
}

function importsOf([file, tree]: [file: string, tree: ts.SourceFile]): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined): void => {
    if (specifier === undefined || !ts.isStringLiteral(specifier) || !specifier.text.startsWith('.')) return;
    const to = resolve(dirname(file), specifier.text).replace(/\.js$/, '.ts');
    found.push({ from: relative(source, file), to: relative(source, to) });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function roomOf(path: string): string | null {
  return rooms.find((room) => path.startsWith(`${room}/`)) ?? null;
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .map((file) => join(source, file));
const trees = new Map(
  files.map((file) => [file, ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest)]),
);
const imports = [...trees].flatMap(importsOf);

test('imports run one way: a room uses the rooms below it, and nothing above', async (t) => {
  t.ok(imports.length > 800, `${imports.length} imports read`);
  const strays = imports.filter(({ from, to }) => {
    const [room, other] = [roomOf(from), roomOf(to)];
    if (room === null || other === null) return false;
    return rooms.indexOf(other) > rooms.indexOf(room);
  });
  t.same(
    strays.map(({ from, to }) => `${from} imports ${to}`),
    [],
  );
});

test('every file stands in a room; index.ts alone stands outside, and nothing imports it', async (t) => {
  const names = files.map((file) => relative(source, file));
  t.same(
    names.filter((name) => roomOf(name) === null),
    ['index.ts'],
  );
  t.same(
    imports.filter(({ to }) => to === 'index.ts'),
    [],
  );
});

test('every room of the table has files', async (t) => {
  const there = new Set(
    imports.flatMap(({ from, to }) => [roomOf(from), roomOf(to)]).filter((room) => room !== null),
  );
  t.same([...there].sort(), [...rooms].sort());
});

test('no file needs itself, not even for a type', async (t) => {
  const needs = new Map<string, string[]>();
  for (const { from, to } of imports) needs.set(from, [...(needs.get(from) ?? []), to]);
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

test('one name, one meaning: no two files export the same name', async (t) => {
  const owners = new Map<string, string[]>();
  for (const [file, tree] of trees) {
    if (relative(source, file) === 'index.ts') continue;
    for (const name of exportedBy(tree))
      owners.set(name, [...(owners.get(name) ?? []), relative(source, file)]);
  }
  t.same(
    [...owners]
      .filter(([, where]) => where.length > 1)
      .map(([name, where]) => `${name}: ${where.join(', ')}`),
    [],
  );
});

function exportedBy(tree: ts.SourceFile): string[] {
  return tree.statements.flatMap((statement) => {
    if (!ts.canHaveModifiers(statement)) return [];
    const isExported = ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!isExported) return [];
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => name.getText(tree));
    const { name } = statement as ts.Statement & { name?: ts.Identifier };
    return name === undefined ? [] : [name.text];
  });
}
