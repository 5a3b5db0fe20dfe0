// Makes everything that a release consists of, in build/release: `npm run release`.
//
//   pprobe-VERSION.tgz                                      for npm publish
//   pprobe-VERSION-linux-x64.tar.xz, …-arm64.tar.xz         scripts/archive.js
//   pprobe_VERSION_amd64.deb, …, pprobe-VERSION-1.x86_64.rpm, …   scripts/packages.js
//   pprobe-VERSION.cdx.json, pprobe-diagnose.json, Dockerfile, SHA256SUMS
//
// It refuses a changed checkout and a version without an entry in CHANGELOG.md, and tries what it made. Nothing is
// published: docs/RELEASING.md says what to do with the files. `npm run release -- --fast` compresses little, to try all this.

import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { out as archives, manifest, name, root, sha256 } from './archive/tree.js';

const out = join(root, 'build/release');
const { version } = manifest;
const fast = process.argv.slice(2).filter((word) => word === '--fast');

function stop(text) {
  console.error(`release: ${text}`);
  process.exit(3);
}

function run(command, args, options = {}) {
  return execFileSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    ...options,
  });
}

function checkCheckout() {
  const changed = run('git', ['status', '--porcelain']).trimEnd();
  if (changed !== '') stop(`the checkout differs from its commit; commit or stash first:\n${changed}`);
  const changes = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
  const isTold = changes.split('\n').some((line) => line.startsWith('## ') && line.includes(version));
  if (!isTold && fast.length === 0) stop(`CHANGELOG.md has no heading for ${version}`);
}

/** Unpacks the archive of this architecture and runs it without Node in the PATH. */
function tryArchive(file) {
  const folder = mkdtempSync(join(tmpdir(), 'pprobe-release-'));
  try {
    run('tar', ['-xJf', file, '-C', folder]);
    const env = { PATH: '/usr/bin:/bin' };
    const options = { cwd: '/', env };
    const found = run(join(folder, name, 'bin/pprobe'), ['--version'], options).trim();
    if (found !== version) stop(`${file} says that it is version ${found}`);
    run(join(folder, name, 'install.sh'), ['--prefix', join(folder, 'prefix')], options);
    run(join(folder, 'prefix/bin/pprobe'), ['doctor', '--json'], options);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

checkCheckout();
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
run('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
const code = fast.length === 0 ? ['--emulate'] : fast;
run(process.execPath, ['scripts/archive.js', ...code], { stdio: 'inherit' });
const packages = join(root, 'build/packages');
rmSync(packages, { recursive: true, force: true });
// It ends with 3, and says so, where rpmbuild or dpkg-deb is missing; the other files are made all the same.
const packing = ['x64', 'arm64'].map((arch) => {
  const args = ['scripts/packages.js', ...fast, '--tree', join(archives, arch, name), arch];
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status;
});
if (packing.some((status) => status !== 0 && status !== 3)) stop('the packages could not be made');
run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', out]);
const made = [
  ...readdirSync(archives)
    .filter((file) => file.startsWith(name) && /\.(tar\.xz|cdx\.json)$/.test(file))
    .map((file) => join(archives, file)),
  ...readdirSync(packages)
    .filter((file) => /\.(deb|rpm)$/.test(file))
    .map((file) => join(packages, file)),
  join(archives, process.arch, name, 'share/ssm/pprobe-diagnose.json'),
  join(root, 'Dockerfile'),
].filter((file) => existsSync(file));
for (const file of made) copyFileSync(file, join(out, basename(file)));
tryArchive(join(out, `${name}-linux-${process.arch}.tar.xz`));
const files = readdirSync(out).sort();
writeFileSync(join(out, 'SHA256SUMS'), files.map((file) => `${sha256(join(out, file))}  ${file}\n`).join(''));
run('sha256sum', ['--quiet', '-c', 'SHA256SUMS'], { cwd: out });
console.log([...files, 'SHA256SUMS'].map((file) => join(out, file)).join('\n'));
