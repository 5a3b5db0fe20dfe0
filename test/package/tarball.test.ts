import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import t from 'tap';

const run = promisify(execFile);
const repository = process.cwd();
const manifest = JSON.parse(await readFile('package.json', 'utf8'));

/** What `npm pack --json` says of a tarball; sizes in bytes. */
interface Packed {
  filename: string;
  size: number;
  unpackedSize: number;
  files: { path: string; size: number }[];
}

/**
 * A project outside the repository with the packed tarball in its node_modules, as `npm install` would leave it. The
 * dependencies are links to the repository's: what is tried here is our package, not the registry.
 */
async function installTarball(): Promise<{ folder: string; packed: Packed }> {
  const folder = await mkdtemp(join(tmpdir(), 'pprobe-user-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: repository,
  });
  const [packed]: [Packed] = JSON.parse(stdout);
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, 'pprobe'), { recursive: true });
  await run('tar', [
    '-xzf',
    join(folder, packed.filename),
    '-C',
    join(modules, 'pprobe'),
    '--strip-components=1',
  ]);
  const optional = Object.keys(manifest.optionalDependencies).filter((name) =>
    existsSync(join(repository, 'node_modules', name)),
  );
  for (const name of [...Object.keys(manifest.dependencies), ...optional, '@types/node']) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(repository, 'node_modules', name), join(modules, name));
  }
  return { folder, packed };
}

const { folder, packed } = await installTarball();

async function node(file: string, source: string): Promise<string> {
  await writeFile(join(folder, file), source);
  const { stdout } = await run(process.execPath, [file], { cwd: folder });
  return stdout.trim();
}

const names = ['resolve', 'connect', 'trace', 'observe', 'classify', 'diagnose', 'explain'];

t.test('import works from a folder outside the repository', async (t) => {
  const output = await node(
    'user.mjs',
    `import * as pprobe from 'pprobe';
     console.log(${JSON.stringify(names)}.filter((name) => typeof pprobe[name] !== 'function').join() || 'all there');`,
  );
  t.equal(output, 'all there');
});

t.test('require works, too', async (t) => {
  const output = await node(
    'user.cjs',
    `const { connect, InvalidInputError, version } = require('pprobe');
     connect('127.0.0.1', 70000).catch((error) => console.log(error instanceof InvalidInputError, error.code, version));`,
  );
  t.equal(output, `true invalid-input ${manifest.version}`);
});

t.test('the types are seen, and are checked', async (t) => {
  const compiler = {
    compilerOptions: { strict: true, noEmit: true, module: 'nodenext', target: 'es2023', types: ['node'] },
    include: ['*.ts'],
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(compiler));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  const right = `import { diagnose, trace, type Verdict } from 'pprobe';
    export const verdict: Verdict = (await diagnose('https://example.com')).verdict;
    for await (const hop of trace('192.0.2.1', { port: 443 })) console.log(hop.probes[0]?.rttMs);`;
  await writeFile(join(folder, 'user.ts'), right);
  const tsc = join(repository, 'node_modules/typescript/bin/tsc');
  const check = () =>
    run(process.execPath, [tsc, '-p', folder]).then(
      () => '',
      (error: { stdout: string }) => error.stdout,
    );
  t.equal(await check(), '');
  await writeFile(join(folder, 'user.ts'), right.replace('port: 443', "port: '443'"));
  t.match(await check(), /Type 'string' is not assignable to type 'number'/);
});

t.test('the schemas are exported', async (t) => {
  const output = await node(
    'schema.cjs',
    "console.log(require('pprobe/schema/report.json').type, require('pprobe/package.json').name);",
  );
  t.equal(output, 'object pprobe');
});

t.test('the executable runs without the repository', async (t) => {
  const { stdout } = await run(process.execPath, ['node_modules/pprobe/bin/pprobe.js', '--version'], {
    cwd: folder,
  });
  t.equal(stdout.trim(), manifest.version);
});

t.test('nothing is packed that a user has no use for', async (t) => {
  const tops = new Set(packed.files.map(({ path }) => path.split('/')[0]));
  const papers = ['CHANGELOG.md', 'LICENSE'].filter((name) => existsSync(name));
  t.same([...tops].sort(), [...papers, 'README.md', 'bin', 'dist', 'native-notes', 'package.json'].sort());
  // The command line and its texts are in the bundles; the library does not reach them.
  const rooms = new Set(
    packed.files.map(({ path }) => /^dist\/([a-z-]+)\//.exec(path)?.[1]).filter((room) => room !== undefined),
  );
  t.notOk(rooms.has('cli'));
  t.notOk(rooms.has('report'));
});

t.test('a script of package.json is under 120 characters; what is longer is a file', async (t) => {
  const scripts: Record<string, string> = manifest.scripts;
  t.same(
    Object.entries(scripts).filter(([, command]) => command.length >= 120),
    [],
  );
});

/** The bundled clients of other services, which nothing else loads. */
const bundles = /^dist\/(?:bin\/)?(?:aws-sdk|nats-client|prom-client)\.[a-zA-Z]+$/;

t.test('without bundled SDKs, the package is under 1.3 MB, and under 3.5 MB unpacked', async (t) => {
  const apart = packed.files.filter(({ path }) => bundles.test(path));
  const compressed = apart.map(({ path }) => gzipSync(readFileSync(path)).length);
  const [size, unpacked] = [
    compressed.reduce((rest, each) => rest - each, packed.size),
    apart.reduce((rest, each) => rest - each.size, packed.unpackedSize),
  ];
  const largest = packed.files
    .toSorted((one, other) => other.size - one.size)
    .slice(0, 10)
    .map(({ path, size }) => `${path} ${size}`);
  t.ok(size < 1_300_000, `${size} bytes packed`, { largest });
  t.ok(unpacked < 3_500_000, `${unpacked} bytes unpacked`, { largest });
});
