import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...['docs', 'native-notes'].flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.md'))
      .map((file) => join(folder, file)),
  ),
];

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

/** Paths of the repository that a page names: `src/core/`, `test/lab/state.ts`. A `*` or a capital word is a placeholder. */
function pathsIn(text: string): string[] {
  const named = text.matchAll(/(?<![\w/.-])(?:src|test|scripts|bin|docs|native-notes)\/[\w./*-]+/g);
  return [...named].map(([path]) => path.replace(/[.]$/, ''));
}

/** Whether a named path exists; the last part may have a `*`. */
function isThere(path: string): boolean {
  if (!path.includes('*')) return existsSync(path);
  const [start = '', end = ''] = path.split('*');
  const folder = start.slice(0, start.lastIndexOf('/'));
  if (!existsSync(folder)) return false;
  return readdirSync(folder).some((file) => join(folder, file).startsWith(start) && file.endsWith(end));
}

/** Built by npm run docs, npm run generate and npm run build. */
const built = /^(docs\/reference|src\/generated)/;

for (const page of pages) {
  t.test(`${page}: every path, link and npm script that it names exists`, async (t) => {
    const text = readFileSync(page, 'utf8');
    for (const path of new Set(pathsIn(text))) {
      if (!built.test(path)) t.ok(isThere(path), path);
    }
    for (const [, link = ''] of text.matchAll(/\]\(([^)#:]+)\)/g)) {
      t.ok(existsSync(join(dirname(page), link)), `link to ${link}`);
    }
    for (const [, script = ''] of text.matchAll(/npm run ([\w:]+)/g)) {
      t.ok(script in scripts, `npm run ${script}`);
    }
  });
}
