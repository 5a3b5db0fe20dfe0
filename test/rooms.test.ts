import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';

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
  'telemetry',
  'compare',
  'execution-log',
  'report',
  'fleet',
  'exporter',
  'cli',
];

interface Import {
  from: string;
  to: string;
}

/** Static imports and exports, and import() of values and of types. The code is formatted, so that a pattern finds them. */
const specifiers = /^(?:import|export|\}) ?(?:[^'"\n]*from )?'(\.[^']+)';|\bimport\('(\.[^']+)'\)/gm;

function importsOf([file, text]: [file: string, text: string]): Import[] {
  return [...text.matchAll(specifiers)].map(([, named, called]) => {
    const to = resolve(dirname(file), named ?? called ?? '').replace(/\.js$/, '.ts');
    return { from: relative(source, file), to: relative(source, to) };
  });
}

function roomOf(path: string): string | null {
  return rooms.find((room) => path.startsWith(`${room}/`)) ?? null;
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .map((file) => join(source, file));
const texts = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
const imports = [...texts].flatMap(importsOf);

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
  for (const [file, text] of texts) {
    if (relative(source, file) === 'index.ts') continue;
    for (const name of exportedBy(text))
      owners.set(name, [...(owners.get(name) ?? []), relative(source, file)]);
  }
  t.same(
    [...owners]
      .filter(([, where]) => where.length > 1)
      .map(([name, where]) => `${name}: ${where.join(', ')}`),
    [],
  );
});

function exportedBy(text: string): string[] {
  const declared =
    /^export (?:async |abstract |declare )*(?:function\*?|const|let|class|interface|type|enum) (\w+)/gm;
  return [...text.matchAll(declared)].map(([, name = '']) => name);
}
