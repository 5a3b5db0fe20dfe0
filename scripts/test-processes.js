// Which test files share a process. A process for each file costs half a second of processor time for loading tap; there are
// more than two hundred files.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compiledPath } from './compile-tests.js';

/** The directory of the package. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** What the paths of files that share a process begin with, below test/. What no line names is in the last. */
const processes = {
  dns: ['probe/dns/'],
  connections: ['probe/tls/', 'probe/http/', 'probe/tcp/', 'probe/mtu/'],
  // Those of the command line that start the executable most often.
  mistakes: ['cli/one-document', 'cli/usage'],
  commands: ['cli/'],
  rules: ['diagnose/rules/', 'diagnose/remedies/'],
  diagnose: ['diagnose/'],
  documents: ['documents/', 'report/', 'compare/'],
  host: ['host/', 'target/', 'core/'],
  trace: ['net/', 'probe/'],
  others: [''],
};

/**
 * The order in which the processes start. The first waits for timeouts of the network most of the time and leaves the processor to
 * the others; of the others, the longest come first.
 */
const order = [
  'dns',
  'commands',
  'mistakes',
  'others',
  'connections',
  'documents',
  'rules',
  'diagnose',
  'trace',
  'host',
];

/** The same files as in `tap.include` of package.json, which `tap replay` reads. */
const ownProcess = /^(lab|peers|tun|package|field)\/|-lab\.test|-process\.test|contradictions-\d/;
const needsBuild = /from '\.\.?\/(.*\/)?pprobe\.js'|\/dist\//;

/** All test files, as paths below test/. */
export function testFiles() {
  return readdirSync(join(root, 'test'), { recursive: true })
    .filter((file) => file.endsWith('.test.ts'))
    .sort();
}

/**
 * Whether a file may share a process: not what works in network namespaces, starts many processes, compares with other
 * programs or takes minutes.
 */
export function mayShare(file) {
  return !ownProcess.test(file);
}

/** Whether a file reads dist/ or starts the executable. */
export function readsBuild(file) {
  return needsBuild.test(readFileSync(join(root, 'test', file), 'utf8'));
}

/**
 * Writes a module for each process into build/FOLDER/, which loads its share of the files.
 * Returns the paths of the modules by the names of the processes, in the order in which they should start.
 */
export function writeProcesses(folder, files) {
  const groups = new Map(Object.keys(processes).map((name) => [name, []]));
  for (const file of files) {
    const begins = (beginning) => file.startsWith(beginning);
    const [name] = Object.entries(processes).find(([, beginnings]) => beginnings.some(begins));
    groups.get(name).push(file);
  }
  const directory = join(root, 'build', folder);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const modules = new Map();
  for (const name of order) {
    const members = groups.get(name);
    if (members.length === 0) continue;
    checkFixtures(members);
    const path = join(directory, `${name}.mjs`);
    writeFileSync(path, loader(members));
    modules.set(name, path);
  }
  return modules;
}

/** A process has one such directory: a second file that makes one removes the first one's files. */
function checkFixtures(members) {
  const users = members.filter((file) =>
    /^const \w+ = t\.testdir\(/m.test(readFileSync(join(root, 'test', file), 'utf8')),
  );
  if (users.length > 1)
    throw new Error(
      `${users.join(' and ')} share a process: call t.testdir() inside a test, or use mkdtempSync()`,
    );
}

/** Loads the files inside a test, so that tap waits for all of them before it considers the process done. */
function loader(members) {
  const imports = members.map(
    (file) => `  await import(${JSON.stringify(`../../${compiledPath(`test/${file}`)}`)});`,
  );
  return ["import t from 'tap';", "t.test('the test files load', async () => {", ...imports, '});', ''].join(
    '\n',
  );
}

/** The modules of the whole suite that take longest, in the order in which they start, by the ends of their names. */
export const longest = [
  'field.test.ts',
  'commands.mjs',
  'others.mjs',
  'nats-lab.test.ts',
  'mistakes.mjs',
  'dns.mjs',
  'ssh-process.test.ts',
  'archive.test.ts',
  'lab/cli.test.ts',
  'lab/configuration.test.ts',
  'lab/lab.test.ts',
  'wires-lab.test.ts',
  'lab/readme.test.ts',
  'documents.mjs',
  'catalogue-lab.test.ts',
];
