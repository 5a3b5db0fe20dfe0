import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { findKoffi, openKoffi } from '../../../src/net/libc/koffi.js';
import { koffiError } from '../../../src/net/libc/load.js';

const native = `@koromix/koffi-linux-${process.arch}`;
const installed = realpathSync(join('node_modules', native));
const binary = join(installed, `linux_${process.arch}`, 'koffi.node');

/** Makes files and links in a new directory: the text of a file, or the target of a link. */
function tree(t: Test, entries: Record<string, string | { link: string }>): string {
  // The directory of t.testdir() is below the repository and its node_modules.
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'pprobe-koffi-')));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(entries)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    if (typeof content === 'string') writeFileSync(path, content);
    else symlinkSync(content.link, path);
  }
  return root;
}

const manifest = (version: string): string => JSON.stringify({ name: '@koromix/koffi-linux-x64', version });
const flat = {
  'node_modules/@koromix/koffi-linux-x64/package.json': manifest('3.3.4'),
  'node_modules/@koromix/koffi-linux-x64/linux_x64/koffi.node': '',
  'node_modules/@koromix/koffi-linux-x64/musl_x64/koffi.node': '',
};

t.test('each layout of installed packages', (t) => {
  const layouts: [
    what: string,
    from: string,
    found: string,
    entries: Record<string, string | { link: string }>,
  ][] = [
    ['npm and yarn, flat', 'node_modules/pprobe/dist/bin', 'node_modules/@koromix', flat],
    ['npm install -g, a checkout and the archive', 'dist/bin', 'node_modules/@koromix', flat],
    [
      'npm, below pprobe because another release is above',
      'node_modules/pprobe/dist/net/libc',
      'node_modules/pprobe/node_modules/@koromix',
      {
        ...flat,
        'node_modules/@koromix/koffi-linux-x64/package.json': manifest('2.9.0'),
        'node_modules/pprobe/node_modules/@koromix/koffi-linux-x64/package.json': manifest('3.3.4'),
        'node_modules/pprobe/node_modules/@koromix/koffi-linux-x64/linux_x64/koffi.node': '',
      },
    ],
    [
      'pnpm, and npm with install-strategy=linked',
      'node_modules/.pnpm/pprobe@0.1.0/node_modules/pprobe/dist/bin',
      'node_modules/.pnpm/pprobe@0.1.0/node_modules/@koromix',
      {
        'node_modules/.pnpm/pprobe@0.1.0/node_modules/@koromix/koffi-linux-x64': {
          link: '../../../koffi-linux-x64@3.3.4/node_modules/@koromix/koffi-linux-x64',
        },
        'node_modules/.pnpm/koffi-linux-x64@3.3.4/node_modules/@koromix/koffi-linux-x64/package.json':
          manifest('3.3.4'),
        'node_modules/.pnpm/koffi-linux-x64@3.3.4/node_modules/@koromix/koffi-linux-x64/linux_x64/koffi.node':
          '',
      },
    ],
  ];
  for (const [what, from, found, entries] of layouts) {
    t.test(what, (t) => {
      const root = tree(t, entries);
      const places = findKoffi(join(root, from), 'x64', 'linux');
      t.same(places, { version: '3.3.4', binary: join(root, found, 'koffi-linux-x64/linux_x64/koffi.node') });
      t.end();
    });
  }
  t.end();
});

t.test('musl has a binary of its own', (t) => {
  const root = tree(t, flat);
  t.equal(
    findKoffi(root, 'x64', 'musl')?.binary,
    join(root, 'node_modules/@koromix/koffi-linux-x64/musl_x64/koffi.node'),
  );
  const { 'node_modules/@koromix/koffi-linux-x64/musl_x64/koffi.node': _musl, ...others } = flat;
  t.equal(findKoffi(tree(t, others), 'x64', 'musl'), null, 'not that of glibc');
  t.end();
});

t.test('the import decides about everything else', (t) => {
  const without = { 'node_modules/@koromix/koffi-linux-x64/package.json': manifest('3.3.4') };
  t.equal(findKoffi(tree(t, {}), 'x64', 'linux'), null, 'no node_modules, as with Plug’n’Play');
  t.equal(findKoffi(tree(t, without), 'x64', 'linux'), null, 'no binary, or one that was built here');
  t.equal(findKoffi(tree(t, flat), 'arm64', 'linux'), null, 'another processor');
  const next = { ...flat, 'node_modules/@koromix/koffi-linux-x64/package.json': manifest('4.0.0') };
  t.equal(findKoffi(tree(t, next), 'x64', 'linux'), null, 'another major release');
  const damaged = { ...flat, 'node_modules/@koromix/koffi-linux-x64/package.json': '{' };
  t.equal(openKoffi(tree(t, damaged)), null, 'a damaged manifest');
  t.equal(openKoffi(tree(t, flat)), null, 'a file that is no binary');
  t.end();
});

t.test('the binary is opened, and that of another release is not', (t) => {
  t.equal(
    openKoffi(process.cwd())?.version,
    JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')).version,
  );
  const root = tree(t, { [`node_modules/${native}/package.json`]: manifest('3.0.1') });
  cpSync(binary, join(root, 'node_modules', native, `linux_${process.arch}`, 'koffi.node'));
  t.equal(openKoffi(root), null);
  t.end();
});

t.test('where the binary cannot be opened, the package is imported', (t) => {
  const folder = `node_modules/${native}`;
  const functions = 'load() {}, errno() {}, address() {}';
  const root = tree(t, {
    [`${folder}/package.json`]: manifest('3.3.4'),
    [`${folder}/index.js`]: `module.exports = { version: 'imported', ${functions} };`,
    [`${folder}/linux_${process.arch}/koffi.node`]: 'damaged',
    'main.mts': "import { loadKoffi } from './dist/koffi.mts'; console.log((await loadKoffi()).version);",
    'dist/koffi.mts': readFileSync('src/net/libc/koffi.ts', 'utf8'),
  });
  const argv = ['--import=tsx', join(root, 'main.mts')];
  t.equal(execFileSync(process.execPath, argv, { encoding: 'utf8' }), 'imported\n');
  t.end();
});

t.test('a binary that is missing, and one that the system refuses, are told apart', async (t) => {
  const failed = Object.assign(new Error('koffi.node: failed to map segment from shared object\n...'), {
    code: 'ERR_DLOPEN_FAILED',
  });
  const refused = koffiError(failed);
  t.match(
    refused.message,
    /failed to map segment from shared object\): a file system that is mounted noexec/,
  );
  t.equal(refused.remedy, null);
  const missing = koffiError(Object.assign(new Error('no'), { code: 'ERR_MODULE_NOT_FOUND' }));
  t.match(missing, { message: /is missing; npm leaves it out/, remedy: `npm install ${native}` });
});
