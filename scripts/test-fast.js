// Runs the tests that need neither root nor network namespaces: every test file except those in test/lab, test/peers,
// test/tun and test/package, those named *-lab.test.ts, and those that start the executable (test/cli/pprobe.ts). With words as arguments, only the files whose path contains
// one of them. Builds first where a source file is newer than the build.
//
// A test file of its own process costs a second of processor time, most of it for loading tap and TypeScript. So the
// files of each directory below test/ share a process: for each directory this writes a file that loads them.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'build/fast');
const slowFolders = ['lab', 'peers', 'tun', 'package'];

/** Paths of the files below a directory of the repository, relative to it. */
function filesBelow(directory) {
  return readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, directory).length + 1));
}

function isBuilt() {
  const built = statSync(join(root, 'dist/bin/value-options.json'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ['src', 'scripts', 'bin'].flatMap((folder) =>
    filesBelow(folder).map((file) => join(folder, file)),
  );
  return sources.every((file) => statSync(join(root, file)).mtimeMs < built);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** Loads the files inside a test, so that tap waits for all of them before it considers the process done. */
function loader(files) {
  const imports = files.map((file) => `  await import(${JSON.stringify(`../../test/${file}`)});`);
  return ["import t from 'tap';", "t.test('the test files load', async () => {", ...imports, '});', ''].join(
    '\n',
  );
}

const words = process.argv.slice(2);
const files = filesBelow('test')
  .filter((file) => file.endsWith('.test.ts') && !file.endsWith('-lab.test.ts'))
  .filter((file) => !slowFolders.includes(file.split('/')[0]))
  .filter((file) => !/from '\.\.?\/(.*\/)?pprobe\.js'/.test(readFileSync(join(root, 'test', file), 'utf8')))
  .filter((file) => words.length === 0 || words.some((word) => `test/${file}`.includes(word)))
  .sort();
if (files.length === 0) {
  console.error(`no fast test file has ${words.join(' or ')} in its path`);
  process.exit(1);
}

/** The files by their directory below test/, of the first two levels. */
const groups = new Map();
for (const file of files) {
  const name = file.split('/').slice(0, -1).slice(0, 2).join('-') || 'repository';
  groups.set(name, [...(groups.get(name) ?? []), file]);
}

if (!isBuilt()) run('npm', ['run', '--silent', 'build']);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, members] of groups) writeFileSync(join(folder, `${name}.mjs`), loader(members));
// The largest first, so that no process is left to run alone at the end.
const order = [...groups.keys()].sort((one, other) => groups.get(other).length - groups.get(one).length);
const tap = join(root, 'node_modules/.bin/tap');
run(
  tap,
  order.map((name) => join('build/fast', `${name}.mjs`)),
);
