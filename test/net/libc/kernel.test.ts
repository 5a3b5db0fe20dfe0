import { readFile } from 'node:fs/promises';
import { test } from 'tap';
import { atLeast, parseKernelRelease, readKernel } from '../../../src/net/libc/kernel.js';

test('the kernel releases of distributions are parsed', async (t) => {
  const releases = {
    '6.1.0-18-cloud-amd64': { major: 6, minor: 1 },
    '5.10.219-208.866.amzn2.x86_64': { major: 5, minor: 10 },
    '6.18.44': { major: 6, minor: 18 },
    '5.15.153.1-microsoft-standard-WSL2': { major: 5, minor: 15 },
    '4.4': { major: 4, minor: 4 },
  };
  for (const [text, version] of Object.entries(releases)) t.same(parseKernelRelease(text), version, text);
  for (const text of ['', 'generic', '6', 'v6.1']) t.equal(parseKernelRelease(text), null, text);
});

test('5.10 is later than 5.8, and an unknown kernel is not later than any', async (t) => {
  t.ok(atLeast({ major: 5, minor: 10 }, 5, 8));
  t.ok(atLeast({ major: 5, minor: 8 }, 5, 8));
  t.ok(atLeast({ major: 6, minor: 0 }, 5, 8));
  t.notOk(atLeast({ major: 5, minor: 7 }, 5, 8));
  t.notOk(atLeast({ major: 4, minor: 20 }, 5, 8));
  t.notOk(atLeast(null, 5, 8));
});

test('the running kernel is the one in /proc', { skip: process.platform !== 'linux' }, async (t) => {
  const release = (await readFile('/proc/sys/kernel/osrelease', 'utf8')).trim();
  t.same(readKernel(), parseKernelRelease(release));
});
