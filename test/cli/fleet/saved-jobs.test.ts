import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { keepJob, keptJob } from '../../../src/cli/fleet/saved-jobs.js';
import type { FleetDocument } from '../../../src/documents/fleet.js';
import { samples } from '../../documents/samples.js';

const job = (): FleetDocument => ({ ...samples.fleet, job: { ...samples.fleet.job, id: randomUUID() } });

t.test('jobs are kept beside those of other commands, which come and go meanwhile', async (t) => {
  const before = process.env.XDG_STATE_HOME;
  const home = t.testdir();
  process.env.XDG_STATE_HOME = home;
  t.teardown(() => {
    if (before === undefined) delete process.env.XDG_STATE_HOME;
    else process.env.XDG_STATE_HOME = before;
  });
  const folder = join(home, 'pprobe/fleet');
  mkdirSync(folder, { recursive: true });
  // In the list of the directory, and gone when one looks at it.
  symlinkSync('nowhere', join(folder, 'other.json.gz.new'));
  const kept = job();
  t.equal(keepJob(kept), null);
  t.same(keptJob(kept.job.id), kept);
  const refused = job();
  mkdirSync(join(folder, `${refused.job.id}.json.gz`, 'full'), { recursive: true });
  t.match(keepJob(refused), /EISDIR|ENOTEMPTY|EEXIST/);
  t.notOk(readdirSync(folder).includes(`${refused.job.id}.json.gz.new`), 'half a file does not stay');
  for (let count = 0; count < 60; count += 1) writeFileSync(join(folder, `old-${count}.json.gz`), '');
  const last = job();
  t.equal(keepJob(last), null);
  t.same(keptJob(last.job.id), last, 'the newest one stays');
});
