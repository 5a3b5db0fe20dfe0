import { chmodSync, existsSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { pprobe, start } from '../cli/pprobe.js';

/** An ssh that says it has logged in, and has the document of its host once there is a file `go`. */
const ssh = `#!/bin/sh
cd "$(dirname "$0")"
echo 'Authenticated to h1 ([127.0.0.1]:22) using "publickey".' >&2
touch begun
while [ ! -e go ]; do sleep 0.05; done
cat report.json
`;

function appears(directory: string, name: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(directory, () => look());
    const look = (): void => {
      if (!existsSync(join(directory, name))) return;
      watcher.close();
      resolve();
    };
    look();
  });
}

t.test('a report that came while the controller stood still is read', async (t) => {
  const directory = t.testdir({ ssh });
  chmodSync(join(directory, 'ssh'), 0o755);
  const { stdout: report } = await pprobe(['diagnose', '127.0.0.1:1', '--no-trace', '--json']);
  writeFileSync(join(directory, 'report.json'), report);
  const begun = appears(directory, 'begun');
  const words = ['fleet', 'diagnose', '127.0.0.1:1', '--via', 'ssh', '--hosts', 'h1', '--deadline', '2s'];
  const { child, finished } = start([...words, '--json'], {
    PATH: `${directory}:${process.env.PATH}`,
    HOME: directory,
  });
  await begun;
  child.kill('SIGSTOP');
  writeFileSync(join(directory, 'go'), '');
  // Longer than the deadline.
  await sleep(3500);
  child.kill('SIGCONT');
  const { stdout } = await finished;
  t.match(JSON.parse(stdout).results, [{ agent: 'h1', outcome: 'answered' }]);
});
