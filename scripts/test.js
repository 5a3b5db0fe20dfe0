// Runs the whole suite with tap: the files that may share a process together, the others each by itself. Arguments go to tap.

import { spawnSync } from 'node:child_process';
import { mayShare, root, testFiles, writeProcesses } from './test-processes.js';

const files = testFiles();
// The lab's files take longest, so they start first.
const alone = files.filter((file) => !mayShare(file)).map((file) => `test/${file}`);
const shared = [...writeProcesses('suite', files.filter(mayShare)).values()];
const { status } = spawnSync('npx', ['tap', ...process.argv.slice(2), ...shared, ...alone], {
  cwd: root,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
