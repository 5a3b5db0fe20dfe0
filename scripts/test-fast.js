// Runs the tests that need no root, no network namespaces and no build: every test file that may share a process with others
// (test-processes.js), except those that start the executable or read dist/. With words as arguments, only the files whose
// path contains one of them.
//
// tap's runner costs as much time as the tests for reading 20,000 lines of results, so this prints of the results only what
// failed. A property with many cases gets a tenth of them here; `npm test` gives it all.

import { spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { mayShare, readsBuild, root, testFiles, writeProcesses } from './test-processes.js';

const runsShare = '0.1';

const words = process.argv.slice(2);
const files = testFiles()
  .filter((file) => mayShare(file) && !readsBuild(file))
  .filter((file) => words.length === 0 || words.some((word) => `test/${file}`.includes(word)));
if (files.length === 0) {
  console.error(`no fast test file has ${words.join(' or ')} in its path`);
  process.exit(1);
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

/** Runs a module of test files. */
function run(module) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import=tsx', module], {
      cwd: root,
      env: { ...process.env, TAP: '1', TAP_TIMEOUT: '1800', PPROBE_RUNS_SHARE: runsShare },
    });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('close', (status, signal) => resolve({ output, errors, failed: status !== 0, signal }));
  });
}

const generated = spawnSync('npm', ['run', '--silent', 'generate'], { cwd: root, stdio: 'inherit' });
if (generated.status !== 0) process.exit(1);
const startMs = performance.now();
const modules = writeProcesses('fast', files);
const queue = [...modules];
let [total, failedProcesses] = [0, 0];
async function work() {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const [name, module] = next;
    const { output, errors, failed, signal } = await run(module);
    const { count, failures } = readResults(output);
    total += count;
    if (!failed) continue;
    failedProcesses += 1;
    const reason = signal === null ? 'failed' : `ended by ${signal}`;
    console.log(`\n${name}: ${reason}\n${failures.join('\n')}\n${errors}`);
  }
}
await Promise.all(Array.from({ length: availableParallelism() + 1 }, work));
const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
const result = failedProcesses === 0 ? 'all pass' : `${failedProcesses} of ${modules.size} processes failed`;
console.log(`${files.length} files, ${total} results in ${seconds} s: ${result}`);
process.exitCode = failedProcesses === 0 ? 0 : 1;
