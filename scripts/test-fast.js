// Runs the tests that need no root, no network namespaces and no build: every test file that may share a process with others
// (test-processes.js), except those that start the executable or read dist/. With words as arguments, only the files whose
// path contains one of them. Prints of the results only what failed.
//
// A property with many cases gets a tenth of them here; `npm test` gives it all.

import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { runTests } from './run-tests.js';
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

const generated = spawnSync('npm', ['run', '--silent', 'generate'], { cwd: root, stdio: 'inherit' });
if (generated.status !== 0) process.exit(1);
const startMs = performance.now();
const modules = [...writeProcesses('fast', files)].map(([name, path]) => ({ name, path }));
let [count, failedProcesses] = [0, 0];
await runTests(modules, {
  jobs: availableParallelism() + 2,
  env: { PPROBE_RUNS_SHARE: runsShare },
  onEnd({ name }, { total, failures, reason, errors }) {
    count += total;
    if (reason === null) return;
    failedProcesses += 1;
    console.log(`\n${name}: ${reason}\n${failures.join('\n')}\n${errors}`);
  },
});
const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
const result =
  failedProcesses === 0 ? 'all pass' : `${failedProcesses} of ${modules.length} processes failed`;
console.log(`${files.length} files, ${count} results in ${seconds} s: ${result}`);
process.exitCode = failedProcesses === 0 ? 0 : 1;
