// Runs the tests that need no root, no network namespaces and no build: every test file except those in test/lab,
// test/peers, test/tun and test/package, those named *-lab.test.ts, those that start processes (the executable, or those named
// *-process.test.ts), those that load dist/, and the property over many reports. With words as arguments, only the files whose
// path contains one of them.
//
// A process for each test file costs a second of processor time, most of it for loading tap and TypeScript, and tap's
// runner costs as much again for reading 23,000 lines of results. So the files of each directory below test/ share a
// process, and this prints of its results only what failed. A property with many cases gets a tenth of them here; `npm test`
// gives it all.

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'build/fast');
const slowFolders = ['lab', 'peers', 'tun', 'package'];
const needsBuild = /from '\.\.?\/(.*\/)?pprobe\.js'|\/dist\//;
const takesLong = /contradictions-\d|-process\.test/;
const runsShare = '0.1';
/**
 * The folders of test/ whose files share a process, in the order in which the processes start. The first two wait for timeouts of the
 * network most of the time and leave the processor to the others. What no line names runs in the last.
 */
const processes = {
  dns: ['probe/dns'],
  connections: ['probe/tls', 'probe/http', 'probe/tcp', 'probe/mtu'],
  rules: ['diagnose/rules', 'diagnose/remedies'],
  diagnose: ['diagnose'],
  documents: ['documents', 'report', 'compare'],
  host: ['host', 'target', 'core'],
  trace: ['net', 'probe'],
  others: [''],
};

const words = process.argv.slice(2);
const files = readdirSync(join(root, 'test'), { recursive: true })
  .filter((file) => file.endsWith('.test.ts') && !file.endsWith('-lab.test.ts'))
  .filter((file) => !slowFolders.includes(file.split('/')[0]))
  .filter((file) => !takesLong.test(file))
  .filter((file) => !needsBuild.test(readFileSync(join(root, 'test', file), 'utf8')))
  .filter((file) => words.length === 0 || words.some((word) => `test/${file}`.includes(word)))
  .sort();
if (files.length === 0) {
  console.error(`no fast test file has ${words.join(' or ')} in its path`);
  process.exit(1);
}

/** The files by the process that runs them. */
const groups = new Map();
for (const file of files) {
  const isIn = (within) => within === '' || file.startsWith(`${within}/`);
  const [name] = Object.entries(processes).find(([, folders]) => folders.some(isIn));
  groups.set(name, [...(groups.get(name) ?? []), file]);
}

/** Loads the files inside a test, so that tap waits for all of them before it considers the process done. */
function loader(members) {
  const imports = members.map((file) => `  await import(${JSON.stringify(`../../test/${file}`)});`);
  return ["import t from 'tap';", "t.test('the test files load', async () => {", ...imports, '});', ''].join(
    '\n',
  );
}

/** The failed results of a TAP stream, each with its diagnostics, and how many results there are. */
function readResults(text) {
  const failures = [];
  let [count, inFailure] = [0, false];
  for (const line of text.split('\n')) {
    const result = /^\s*(not )?ok \d/.exec(line);
    if (result !== null) {
      count += 1;
      inFailure = result[1] !== undefined && !/# (SKIP|TODO)/.test(line);
    } else if (/^\s*(# Subtest|\d+\.\.\d+)/.test(line)) inFailure = false;
    if (inFailure) failures.push(line);
  }
  return { count, failures };
}

/** Runs the files of a group in a process of their own. */
function runGroup(name) {
  return new Promise((resolve) => {
    const args = ['--import=tsx', join(folder, `${name}.mjs`)];
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, TAP: '1', TAP_TIMEOUT: '900', PPROBE_RUNS_SHARE: runsShare },
    });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('close', (status, signal) => resolve({ name, output, errors, failed: status !== 0, signal }));
  });
}

const generated = spawnSync('npm', ['run', '--silent', 'generate'], { cwd: root, stdio: 'inherit' });
if (generated.status !== 0) process.exit(1);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, members] of groups) writeFileSync(join(folder, `${name}.mjs`), loader(members));

const startMs = performance.now();
const queue = Object.keys(processes).filter((name) => groups.has(name));
let [total, failedGroups] = [0, 0];
async function work() {
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const { output, errors, failed, signal } = await runGroup(name);
    const { count, failures } = readResults(output);
    total += count;
    if (!failed) continue;
    failedGroups += 1;
    const reason = signal === null ? 'failed' : `ended by ${signal}`;
    console.log(`\n${name}: ${reason}\n${failures.join('\n')}\n${errors}`);
  }
}
await Promise.all(Array.from({ length: availableParallelism() + 1 }, work));
const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
const result = failedGroups === 0 ? 'all pass' : `${failedGroups} of ${groups.size} groups failed`;
console.log(`${files.length} files, ${total} results in ${seconds} s: ${result}`);
process.exitCode = failedGroups === 0 ? 0 : 1;
