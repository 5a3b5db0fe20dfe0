// The directory that the archive of an architecture contains, from npm's packages and the build in dist/.

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { compileCommands } from '../compiled-code.js';
import { completionScripts, manPage } from './pages.js';
import { ssmDocument } from './ssm/document.js';

export const root = resolve(import.meta.dirname, '../..');
export const out = join(root, 'build/archive');
export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
export const node = JSON.parse(readFileSync(join(import.meta.dirname, 'node.json'), 'utf8'));
export const name = `pprobe-${manifest.version}`;

/** The directories whose files are for share/: units of systemd, and files for monitors and orchestrators. */
export const sharedFolders = ['systemd', 'monitoring', 'kubernetes', 'ansible'];

/** The packages that the executable's bundles and the library load at run time (scripts/build.js). */
const loadedPackages = (arch) => [
  `@koromix/koffi-linux-${arch}`,
  'yargs',
  'dns-packet',
  'ip-address',
  'get-east-asian-width',
];

/** Parts of npm packages that are not needed at run time: sources in C++, documentation, types, and builds for musl. */
const needless =
  /(^|\/)(doc|vendor|lib\/native|musl_\w+|CMakeLists\.txt|cnoke\.cjs)$|\.(cc|hh|inc|S|asm|def|c|h|d\.[cm]?ts|md|map)$/;

export function run(command, args, options = {}) {
  return execFileSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    ...options,
  });
}

/** The seconds since 1970 of the commit, which are the time of every file. SOURCE_DATE_EPOCH replaces them. */
export function commitTime() {
  const { stdout, status } = spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' });
  return process.env.SOURCE_DATE_EPOCH ?? (status === 0 ? stdout.trim() : '0');
}

/** Node's binary and licence for an architecture, from npm, in a directory that is kept for the next run. */
function fetchNode(arch) {
  const folder = join(out, 'cache', `node-${node.version}-${arch}`);
  if (existsSync(join(folder, 'package/bin/node'))) return join(folder, 'package');
  mkdirSync(folder, { recursive: true });
  run('npm', ['pack', `node-linux-${arch}@${node.version}`, '--silent', '--pack-destination', folder]);
  const file = join(folder, `node-linux-${arch}-${node.version}.tgz`);
  const found = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  if (found !== node.integrity[arch]) {
    rmSync(folder, { recursive: true });
    throw new Error(`node-linux-${arch} ${node.version} has another checksum than scripts/archive/node.json`);
  }
  run('tar', ['-xzf', file, '-C', folder, 'package/bin/node', 'package/LICENSE']);
  rmSync(file);
  return join(folder, 'package');
}

/**
 * The packages that the program loads, for an architecture, as package-lock.json has them, and the licences of all packages. They
 * are kept for the next run: npm takes longer than the rest of the archive. The directory's name has the checksum of all that
 * decides what is in it.
 */
function fetchDependencies(arch) {
  const deciding = ['package.json', 'package-lock.json'].map((file) => readFileSync(join(root, file)));
  const sum = createHash('sha256');
  for (const part of [...deciding, readFileSync(import.meta.filename)]) sum.update(part);
  const folder = join(out, 'cache', `modules-${arch}-${sum.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  const made = `${folder}.${process.pid}`;
  mkdirSync(made, { recursive: true });
  try {
    const licences = installDependencies(made, arch);
    writeFileSync(join(made, 'licences.json'), JSON.stringify(licences));
    // Another run may have made it meanwhile.
    if (!existsSync(folder)) renameSync(made, folder);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  return folder;
}

/** Installs the packages into an empty directory. Returns the licences of all. */
function installDependencies(folder, arch) {
  for (const file of ['package.json', 'package-lock.json'])
    copyFileSync(join(root, file), join(folder, file));
  const target = ['--os=linux', `--cpu=${arch}`, '--libc=glibc'];
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
  run('npm', ['ci', '--omit=dev', '--omit=peer', ...quiet, ...target], { cwd: folder });
  rmSync(join(folder, 'package-lock.json'));
  const modules = join(folder, 'node_modules');
  const licences = readLicences(modules);
  const needed = withDependencies(modules, loadedPackages(arch));
  for (const path of packagesIn(modules)) {
    if (!needed.has(path)) rmSync(join(modules, path), { recursive: true });
  }
  for (const hidden of ['.bin', '.package-lock.json'])
    rmSync(join(modules, hidden), { recursive: true, force: true });
  for (const path of readdirSync(modules, { recursive: true })) {
    if (needless.test(path)) rmSync(join(modules, path), { recursive: true, force: true });
  }
  return licences;
}

/** The names of the packages in node_modules, sorted. */
function packagesIn(modules) {
  return readdirSync(modules, { recursive: true })
    .filter((path) => /^(@[^/]+\/)?[^/]+\/package\.json$/.test(path))
    .map(dirname)
    .sort();
}

function manifestOf(modules, name) {
  const file = join(modules, name, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

/** The names and those of everything that they depend on, as far as it is installed. */
function withDependencies(modules, names) {
  const found = new Set();
  const queue = [...names];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const description = manifestOf(modules, next);
    if (description === null || found.has(next)) continue;
    found.add(next);
    queue.push(...Object.keys({ ...description.dependencies, ...description.optionalDependencies }));
  }
  return found;
}

/** The licence of each package in node_modules, as NOTICE quotes it. */
function readLicences(modules) {
  return packagesIn(modules).map((name) => {
    const { version, license } = manifestOf(modules, name);
    // The packages of koffi's binaries have no licence file: it is that of koffi.
    const home = name.startsWith('@koromix/koffi-') ? join(root, 'node_modules/koffi') : join(modules, name);
    const file = readdirSync(home).find((each) => /^licen[cs]e/i.test(each));
    const text = file === undefined ? `License: ${license}` : readFileSync(join(home, file), 'utf8').trim();
    return `${name} ${version}\n\n${text}`;
  });
}

/** Every file and link below a directory, sorted, relative to it. */
export function filesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort();
}

export function sha256(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** Debian's packages qemu-user-static and libc6-arm64-cross. */
const emulators = { arm64: ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu'] };

/**
 * The directory that the archive of an architecture contains. With `emulate`, V8's compiled code of a foreign architecture is made
 * in an emulator; without, it is left out there. Throws where the emulator is missing.
 */
export async function makeTree(arch, { emulate = false } = {}) {
  const tree = join(out, arch, name);
  rmSync(tree, { recursive: true, force: true });
  const program = join(tree, 'lib/pprobe');
  for (const folder of [join(tree, 'bin'), program]) mkdirSync(folder, { recursive: true });
  const nodePackage = fetchNode(arch);
  const install = (from, to, mode) => {
    const target = join(tree, to);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(from, target);
    chmodSync(target, mode);
  };
  install(join(nodePackage, 'bin/node'), 'lib/node', 0o755);
  install(join(import.meta.dirname, 'pprobe.sh'), 'bin/pprobe', 0o755);
  install(join(import.meta.dirname, 'install.sh'), 'install.sh', 0o755);
  install(join(root, 'LICENSE'), 'LICENSE', 0o644);
  const dependencies = fetchDependencies(arch);
  for (const file of ['package.json', 'node_modules'])
    cpSync(join(dependencies, file), join(program, file), { recursive: true });
  const licences = JSON.parse(readFileSync(join(dependencies, 'licences.json'), 'utf8'));
  // The library is there for the commands that run for days (scripts/build.js); its types and schemas are for programmers.
  cpSync(join(root, 'dist'), join(program, 'dist'), {
    recursive: true,
    filter: (path) => !path.endsWith('.d.ts') && path !== join(root, 'dist/schema'),
  });
  cpSync(join(root, 'bin'), join(program, 'bin'), { recursive: true });
  const binary = join(tree, 'lib/node');
  const isForeign = emulate && arch !== process.arch;
  const code = compileCommands(program, isForeign ? [...emulators[arch], binary] : [binary]);
  if (isForeign && code.length === 0)
    throw new Error(
      `${emulators[arch].join(' ')} cannot run Node: install qemu-user-static and libc6-arm64-cross`,
    );
  const licenceOfNode = readFileSync(join(nodePackage, 'LICENSE'), 'utf8').trim();
  const rule = `\n\n${'='.repeat(78)}\n\n`;
  const notice = [
    'pprobe contains the following software.',
    `Node.js ${node.version}\n\n${licenceOfNode}`,
    ...licences,
  ];
  writeFileSync(join(tree, 'NOTICE'), `${notice.join(rule)}\n`);
  const share = {
    'ssm/pprobe-diagnose.json': ssmDocument(manifest.version),
    'man/man1/pprobe.1': await manPage(root, manifest, Number(commitTime())),
  };
  for (const folder of sharedFolders)
    for (const file of readdirSync(join(import.meta.dirname, folder)))
      share[`${folder}/${file}`] = readFileSync(join(import.meta.dirname, folder, file), 'utf8');
  for (const [file, script] of Object.entries(completionScripts(root))) share[`completions/${file}`] = script;
  for (const [file, text] of Object.entries(share)) {
    mkdirSync(dirname(join(tree, 'share', file)), { recursive: true });
    writeFileSync(join(tree, 'share', file), text);
  }
  const sums = filesBelow(tree).map((file) => `${sha256(join(tree, file))}  ${file}`);
  writeFileSync(join(tree, 'lib/SHA256SUMS'), `${sums.join('\n')}\n`);
  return tree;
}
