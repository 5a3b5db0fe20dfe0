// Reads the stack of a bug message on standard input and prints it with places in src/ instead of those in dist/bin:
//
//   node scripts/stack.js < report.txt
//
// The checkout must be that of the version the message is from.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

const maps = resolve(import.meta.dirname, '../build/maps');
execFileSync(process.execPath, [join(import.meta.dirname, 'build.js'), 'maps']);

const loaded = new Map();

function mapOf(bundle) {
  if (!loaded.has(bundle)) {
    loaded.set(bundle, new SourceMap(JSON.parse(readFileSync(join(maps, `${bundle}.js.map`), 'utf8'))));
  }
  return loaded.get(bundle);
}

function place(given, bundle, line, column) {
  // A source map counts from zero, a stack from one.
  const { originalSource, originalLine, originalColumn } = mapOf(bundle).findEntry(line - 1, column - 1);
  if (originalSource === undefined) return given;
  const file = relative(resolve(maps, '../..'), resolve(maps, originalSource));
  return `${file}:${originalLine + 1}:${originalColumn + 1}`;
}

const report = await text(process.stdin);
process.stdout.write(report.replace(/[^\s(]*dist\/bin\/([a-z-]+)\.js:(\d+):(\d+)/g, place));
