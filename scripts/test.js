// Runs the whole suite: the files that may share a process together, the others each by itself. Prints the results as one TAP
// stream, each file when it ends, and what failed once more at the end. With words as arguments, only the files whose path
// contains one of them.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { compiledPath } from './compile-tests.js';
import { runTests } from './run-tests.js';
import { longest, mayShare, root, testFiles, writeProcesses } from './test-processes.js';

/** More than the processors of a small machine: most of the time, some of the tests wait. */
const jobs = 4;

const words = process.argv.slice(2);
const files = testFiles().filter(
  (file) => words.length === 0 || words.some((word) => `test/${file}`.includes(word)),
);
const shared = [...writeProcesses('suite', files.filter(mayShare)).values()].map((path) => ({
  name: relative(root, path),
  path,
}));
const alone = files
  .filter((file) => !mayShare(file))
  .map((file) => ({ name: `test/${file}`, path: join(root, compiledPath(`test/${file}`)) }));
// The longest start first, so that no job is left alone with one of them at the end.
const place = ({ name }) => longest.findIndex((each) => name.endsWith(`/${each}`));
const ordered = [...shared, ...alone]
  .map((module) => ({ module, rank: place(module) === -1 ? longest.length : place(module) }))
  .sort((a, b) => a.rank - b.rank)
  .map(({ module }) => module);

const startMs = performance.now();
const sum = { total: 0, failed: 0, skipped: 0 };
const failures = [];
let ended = 0;
console.log(`TAP version 14\n1..${ordered.length}`);
await runTests(ordered, { jobs, onEnd: report });
const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
const { total, failed, skipped } = sum;
console.log(`# { total: ${total}, pass: ${total - failed - skipped}, fail: ${failed}, skip: ${skipped} }`);
console.log(`# time=${seconds}s`);
if (failures.length > 0) {
  console.error(`\nfailed:\n${failures.join('\n')}`);
  process.exitCode = 1;
}

function report({ name }, result) {
  ended += 1;
  for (const key of Object.keys(sum)) sum[key] += result[key];
  keep(name, result.text);
  const lines = result.text
    .split('\n')
    .filter((line) => line !== 'TAP version 14')
    .map((line) => `    ${line}`.trimEnd());
  const verdict = `${result.reason === null ? 'ok' : 'not ok'} ${ended} - ${name}`;
  const endSeconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(`# Subtest: ${name}\n${lines.join('\n').trimEnd()}`);
  console.log(`${verdict} # time=${result.milliseconds.toFixed(0)}ms`);
  console.log(`# ended after ${endSeconds}s\n`);
  if (result.errors !== '') console.error(result.errors.trimEnd());
  if (result.reason === null) return;
  failures.push(`${name}: ${result.reason}\n${result.failures.join('\n')}\n${result.errors}`);
}

/** Where `npx tap replay` reads the results of the last run. */
function keep(name, text) {
  const path = join(root, '.tap/test-results', `${name}.tap`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
