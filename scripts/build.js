// Builds what its arguments name: `node scripts/build.js lib cli`. With no argument: lib, cli, lab and tun.
//
//   lib    dist/: the library, its types and the JSON Schemas
//   cli    dist/bin: the executable's bundles
//   lab    build/lab: the network lab of the tests, run by `npm run lab`
//   tun    build/tun: the peer that answers on a TUN device in the tests
//   bench  build/bench: the benchmarks, run by `npm run bench:*`
//   maps   build/maps: source maps of the executable's bundles, for scripts/stack.js
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const at = (...path) => join(root, ...path);

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  external: ['koffi', 'raw-socket', 'yargs', 'tap'],
  logLevel: 'warning',
};

/** A bundle in the form of an ES module may contain CommonJS packages, which call require(). */
const module = {
  ...common,
  format: 'esm',
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
};

const parts = {
  lib: buildLibrary,
  cli: buildExecutable,
  lab: buildLab,
  tun: buildTun,
  bench: buildBenchmarks,
  maps: buildMaps,
};

/** tsconfig.build.json emits what src/index.ts reaches, and nothing of report/ and cli/. */
function buildLibrary() {
  rmSync(at('dist'), { recursive: true, force: true });
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', at('tsconfig.build.json')], { stdio: 'inherit' });
  // The compiler copies no JavaScript.
  for (const name of ['saved-report.js', 'partitions.js'])
    cpSync(at('src/generated', name), at('dist/generated', name));
  cpSync(at('src/generated/schema'), at('dist/schema'), { recursive: true });
}

/**
 * The commands that have a bundle of their own, loaded by bin/pprobe.js where the command's name is the first word. A command
 * line without any word but options, such as --help, loads no-command.js, which has none of the commands, and every other
 * command line loads pprobe.js, which has all of them.
 *
 * The bundles repeat code, because the start-up time grows with the size of the file. CPU time in milliseconds (Node 20,
 * medians of 20 interleaved runs, 31 ms for `node -e 0`), from the bundle of its own and from pprobe.js: tcp 85 and 103,
 * dns 99 and 118, trace 106 and 121, --help 52 and 82. The others share pprobe.js: diagnose and explain would add bundles of
 * 400 and 300 kB, and doctor is not called often.
 */
const separate = ['dns', 'tcp', 'trace'];

async function buildExecutable() {
  const outdir = at('dist/bin');
  rmSync(outdir, { recursive: true, force: true });
  await bundleCommands(outdir);
  copyFileSync(at('bin/package.json'), join(outdir, 'package.json'));
}

/** The same bundles with source maps, for scripts/stack.js. */
function buildMaps() {
  return bundleCommands(at('build/maps'), { sourcemap: 'external' });
}

async function bundleCommands(outdir, options = {}) {
  const names = readdirSync(at('src/cli/commands')).map((file) => file.slice(0, -'.ts'.length));
  const bundles = { pprobe: [], 'no-command': [omitting(names)] };
  for (const name of separate) bundles[name] = [omitting(names.filter((other) => other !== name))];
  for (const [name, plugins] of Object.entries(bundles)) {
    await build({
      ...common,
      entryPoints: { [name]: at('src/cli/main.ts') },
      outdir,
      plugins,
      // Node starts a CommonJS file faster than an ES module.
      format: 'cjs',
      // Without keepNames, which costs a call for every function that is created, also while a command runs. The names
      // in the stack of a bug message are short ones: scripts/stack.js gives the places in the source.
      minify: true,
      supported: { 'dynamic-import': false },
      define: { 'import.meta.url': '__filename' },
      ...options,
    });
  }
}

/** An esbuild plugin: the bundle does not contain these commands, and throws where one of them is loaded. */
function omitting(commands) {
  const namespace = 'omitted';
  return {
    name: namespace,
    setup(building) {
      building.onResolve({ filter: /^\.\/commands\/[a-z]+\.js$/ }, ({ path }) => {
        const name = path.slice('./commands/'.length, -'.js'.length);
        return commands.includes(name) ? { path: name, namespace } : undefined;
      });
      building.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
        contents: `throw new Error('"${path}" is not in this bundle; see scripts/build.js');`,
      }));
    },
  };
}

async function buildLab() {
  const outdir = at('build/lab');
  rmSync(outdir, { recursive: true, force: true });
  const entryPoints = ['main', 'agent', 'resolver/main', 'endpoint/main'].map((name) =>
    at(`test/lab/${name}.ts`),
  );
  await build({ ...module, entryPoints, outdir, outbase: at('test/lab') });
  // In the lab's shells, `pprobe` runs this checkout.
  mkdirSync(join(outdir, 'bin'));
  symlinkSync('../../../bin/pprobe.js', join(outdir, 'bin/pprobe'));
}

async function buildTun() {
  const outdir = at('build/tun');
  rmSync(outdir, { recursive: true, force: true });
  await build({ ...module, entryPoints: [at('test/tun/responder.ts')], outdir });
}

async function buildBenchmarks() {
  const entryPoints = {
    'dns/main': at('test/bench/dns/main.ts'),
    'dns/node-dns': at('test/bench/dns/node-dns.ts'),
    'tcp-sweep': at('test/bench/tcp-sweep.ts'),
    trace: at('test/bench/trace/main.ts'),
    diagnose: at('test/bench/diagnose.ts'),
    log: at('test/bench/log.ts'),
  };
  await build({ ...module, entryPoints, outdir: at('build/bench') });
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : ['lib', 'cli', 'lab', 'tun'];
const unknown = wanted.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(`scripts/build.js: unknown: ${unknown.join(', ')}; known: ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
for (const name of wanted) await parts[name]();
