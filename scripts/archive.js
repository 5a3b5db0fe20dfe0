// Makes the archives that bring pprobe to hosts without Node and without a registry: `node scripts/archive.js [--fast] [--emulate] [ARCH…]`.
//
//   build/archive/pprobe-VERSION-linux-ARCH.tar.xz   Node, the program, its native parts, man page, completions, install.sh
//   build/archive/SHA256SUMS                         of the archives
//   build/archive/pprobe-VERSION.cdx.json            the components as CycloneDX
//   build/archive/ARCH/pprobe-VERSION                what the archive unpacks to
//
// With --tree only the last is made; --fast compresses little, to try the rest. Both architectures are made on any machine, from
// npm's packages alone, and the same commit gives the same octets: files are sorted, have the commit's time and belong to root.
// The code that V8 compiled is in the archive of this machine's architecture, and with --emulate in the other's.

import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { billOfMaterials } from './archive/bill.js';
import { commitTime, makeTree, manifest, name, node, out, root, run, sha256 } from './archive/tree.js';

const words = process.argv.slice(2);
const treeOnly = words.includes('--tree');
const fast = words.includes('--fast');
const emulate = words.includes('--emulate');

/** The archive of a tree: the same octets for the same commit. */
function makeArchive(arch) {
  const file = join(out, `${name}-linux-${arch}.tar.xz`);
  const tar = [
    '--sort=name',
    `--mtime=@${commitTime()}`,
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--mode=a+rX,u+w,go-w',
  ];
  const options = ['-C', join(out, arch), '-I', fast ? 'xz -0 -T1' : 'xz -9 -T1', '-cf', file, name];
  run('tar', [...tar, ...options], { env: { ...process.env, LC_ALL: 'C' } });
  return file;
}

const named = words.filter((word) => !word.startsWith('--'));
const unknown = named.find((word) => !Object.hasOwn(node.integrity, word));
if (unknown !== undefined)
  throw new Error(`no architecture ${unknown}: there are ${Object.keys(node.integrity)}`);
const architectures = named.length === 0 ? Object.keys(node.integrity) : named;
const archives = [];
for (const arch of architectures) {
  const tree = await makeTree(arch, { emulate });
  if (treeOnly) console.log(tree);
  else archives.push(makeArchive(arch));
}
if (!treeOnly) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const bill = billOfMaterials({ manifest, lock, node, seconds: Number(commitTime()) });
  writeFileSync(join(out, `${name}.cdx.json`), bill);
  const sums = archives.map((file) => `${sha256(file)}  ${file.slice(out.length + 1)}\n`);
  writeFileSync(join(out, 'SHA256SUMS'), sums.join(''));
  for (const file of archives) console.log(`${(statSync(file).size / 1e6).toFixed(1)} MB  ${file}`);
}
