// Runs test files, several at a time, and reads their results. tap's own runner costs as much processor time as the tests: for
// reading 40,000 lines of results, and for a loader in every process of Node that a test starts, which triples the time of one
// run of pprobe. `npx tap FILE` still runs a single file.

import { spawn } from 'node:child_process';
import { compiled, compileTests } from './compile-tests.js';
import { root } from './test-processes.js';

/** After so long a process is stopped with all that it started. tap ends a file before that, with what it waits for. */
const timeoutSeconds = 1800;
const killAfterMs = (timeoutSeconds + 60) * 1000;

const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => {
    for (const child of running) stop(child);
    process.exit(1);
  });

function stop(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/**
 * Runs the modules, `jobs` at a time, in their order. Calls `onEnd` with each module and its results when it ends.
 * A module has a `name` and a `path`.
 */
export async function runTests(modules, { jobs, env = {}, onEnd }) {
  await compileTests();
  const queue = [...modules];
  async function work() {
    for (let module = queue.shift(); module !== undefined; module = queue.shift())
      onEnd(module, await runModule(module.path, env));
  }
  await Promise.all(Array.from({ length: jobs }, work));
}

function runModule(path, env) {
  const startMs = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--enable-source-maps', path], {
      cwd: root,
      env: {
        ...process.env,
        TAP: '1',
        TAP_TIMEOUT: String(timeoutSeconds),
        PPROBE_COMPILED_TESTS: compiled,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, so that the kill reaches what the tests started.
      detached: true,
    });
    running.add(child);
    const timer = setTimeout(stop, killAfterMs, child);
    const [output, errors] = [[], []];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => errors.push(chunk));
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      running.delete(child);
      const text = Buffer.concat(output).toString();
      const results = readResults(text);
      let reason = null;
      if (signal !== null) reason = `ended by ${signal}`;
      else if (status !== 0) reason = `exit status ${status}`;
      else if (!results.planned) reason = 'no plan: it ended before its tests did';
      resolve({
        text,
        errors: Buffer.concat(errors).toString(),
        reason,
        milliseconds: performance.now() - startMs,
        ...results,
      });
    });
  });
}

/**
 * The failed results of a TAP stream, each with its diagnostics, and the number of results. A test's own result counts only
 * where it has none inside, as in tap's totals.
 */
export function readResults(text) {
  const failures = [];
  let [total, failed, skipped, inFailure, planned] = [0, 0, 0, false, false];
  for (const line of text.split('\n')) {
    const result = /^ *(not )?ok \d+/.exec(line);
    if (result !== null) {
      const excused = /# (SKIP|TODO)\b/i.test(line);
      total += 1;
      if (excused) skipped += 1;
      inFailure = result[1] !== undefined && !excused;
      if (inFailure) failed += 1;
    } else if (/^ *# Subtest/.test(line)) {
      total -= 1;
      inFailure = false;
    } else if (/^ *\d+\.\.\d+/.test(line)) {
      if (/^ *1\.\.0/.test(line)) total += 1;
      if (/^1\.\./.test(line)) planned = true;
      inFailure = false;
    }
    if (inFailure) failures.push(line);
  }
  return { total, failed, skipped, failures, planned };
}
