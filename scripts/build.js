// Builds what its arguments name: `node scripts/build.js lib cli`. With no argument: lib, cli, aws, lab and tun.
//
//   lib    dist/: the library, its types and the JSON Schemas
//   cli    dist/bin: the executable's bundles
//   aws    dist/aws-sdk.cjs: the AWS SDK, which only `collect`, `--aws` and `doctor --aws` load, in a thread of its own
//   lab    build/lab: the network lab of the tests, run by `npm run lab`
//   tun    build/tun: the peer that answers on a TUN device in the tests
//   bench  build/bench: the benchmarks, run by `npm run bench`
//   maps   build/maps: source maps of the executable's bundles, for scripts/stack.js
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const at = (...path) => join(root, ...path);

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  external: ['koffi', '@koromix/*', 'raw-socket', 'yargs', 'tap'],
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
  aws: buildSdk,
  lab: buildLab,
  tun: buildTun,
  bench: buildBenchmarks,
  maps: buildMaps,
};

/** tsconfig.build.json emits what src/index.ts reaches, and nothing of report/ and cli/. */
async function buildLibrary() {
  rmSync(at('dist'), { recursive: true, force: true });
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', at('tsconfig.build.json')], { stdio: 'inherit' });
  await minified(at('dist'));
  removeInnerTypes(at('dist'));
  // The compiler copies no JavaScript.
  cpSync(at('src/generated/partitions.js'), at('dist/generated/partitions.js'));
  await buildReportCheck();
  mkdirSync(at('dist/schema'), { recursive: true });
  for (const name of readdirSync(at('src/generated/schema'))) {
    const schema = JSON.parse(readFileSync(at('src/generated/schema', name), 'utf8'));
    writeFileSync(at('dist/schema', name), JSON.stringify(schema));
  }
}

/**
 * The check of a saved report is a twentieth of the package. It is there once, as CommonJS, which the library's ES modules and the
 * executable's bundles can both load.
 */
async function buildReportCheck() {
  await build({
    entryPoints: [at('src/generated/saved-report.js')],
    outfile: at('dist/generated/saved-report.cjs'),
    format: 'cjs',
    platform: 'node',
    target: common.target,
    minify: true,
  });
  writeFileSync(
    at('dist/generated/saved-report.js'),
    "import check from './saved-report.cjs';export const{validate}=check;\n",
  );
}

/** Minifies the library's JavaScript, a third of it. Each module keeps its file, which a stack names. The types keep comments. */
function minified(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.js'));
  const entryPoints = files.map((name) => join(folder, name));
  return build({
    entryPoints,
    outdir: folder,
    outbase: folder,
    allowOverwrite: true,
    format: 'esm',
    target: common.target,
    minify: true,
  });
}

/**
 * Removes the declarations that those of the public API do not lead to: half of them, which nobody can import. The others are
 * not indented, a tenth less.
 */
function removeInnerTypes(folder) {
  const reached = new Set();
  const follow = (file) => {
    if (reached.has(file) || !existsSync(file)) return;
    reached.add(file);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/^ +/gm, ''));
    for (const [, path] of text.matchAll(/(?:\bfrom|\bimport\() ?'(\.[^']+)\.js'/g))
      follow(resolve(dirname(file), `${path}.d.ts`));
  };
  for (const entry of ['index', 'telemetry/opentelemetry']) follow(join(folder, `${entry}.d.ts`));
  for (const name of readdirSync(folder, { recursive: true }))
    if (name.endsWith('.d.ts') && !reached.has(join(folder, name))) rmSync(join(folder, name));
}

/**
 * Each command has a bundle of its own, and no-command.js has none of them, for --help and mistakes. The bundles repeat code,
 * because the start-up time grows with the size of the file: reading and compiling one bundle with all commands takes 20 ms
 * of CPU time more (Node 20; `node -e 0` takes 31 ms).
 */
async function buildExecutable() {
  const outdir = at('dist/bin');
  rmSync(outdir, { recursive: true, force: true });
  await bundleCommands(outdir);
  await bundleApart(outdir);
  await bundleServers(readdirSync(at('src/cli/commands')).map((file) => file.slice(0, -'.ts'.length)));
  copyFileSync(at('bin/package.json'), join(outdir, 'package.json'));
  writeFileSync(join(outdir, 'value-options.json'), JSON.stringify(await valueOptions()));
}

/** The options that take a value in some command, as typed. With them bin/pprobe.js finds the command behind options. */
async function valueOptions() {
  const outfile = at('build/commands.cjs');
  const define = { 'import.meta.url': '__filename' };
  await build({ ...common, entryPoints: [at('src/cli/commands.ts')], outfile, format: 'cjs', define });
  const { commands, loadCommands } = createRequire(import.meta.url)(outfile);
  const taking = (await loadCommands(commands)).flatMap(({ options }) =>
    Object.entries(options).filter(([, { type }]) => type === 'string'),
  );
  const spellings = taking.flatMap(([name, { alias }]) => [`--${name}`, ...(alias ? [`-${alias}`] : [])]);
  return [...new Set(spellings), '--format'].sort();
}

/** The same bundles with source maps, for scripts/stack.js. */
function buildMaps() {
  return Promise.all([
    bundleCommands(at('build/maps'), { sourcemap: 'external' }),
    bundleApart(at('build/maps'), { sourcemap: 'external' }),
  ]);
}

/**
 * Commands that run for seconds or for days. Their start may take longer, so they are ES modules that load the library in dist/ instead of a
 * copy of it: a twentieth of the size. bin/pprobe.js imports them.
 */
const servers = ['agent', 'fleet', 'serve'];

async function bundleServers(names) {
  for (const name of servers.filter((each) => !Object.hasOwn(shared, each))) {
    await build({
      ...module,
      entryPoints: { [name]: at('src/cli/main.ts') },
      outdir: at('dist/bin'),
      outExtension: { '.js': '.mjs' },
      plugins: [omitting(besides(name, names)), separating, sharing(at('dist/bin'))],
      minify: true,
      charset: 'ascii',
    });
  }
  // The client of Prometheus, which `serve` alone loads, with its licence, which asks to be passed on.
  await build({
    ...module,
    stdin: {
      contents: "export { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';",
      resolveDir: root,
    },
    outfile: at('dist/prom-client.mjs'),
    minify: true,
  });
  copyFileSync(at('node_modules/prom-client/LICENSE'), at('dist/prom-client.LICENSE'));
}

/** An esbuild plugin: a module of src/ that is in the library is loaded from dist/, and so is the client of Prometheus. */
function sharing(outdir) {
  return {
    name: 'shared',
    setup(building) {
      building.onResolve({ filter: /^prom-client$/ }, () => ({ path: '../prom-client.mjs', external: true }));
      building.onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        const file = relative(at('src'), resolve(resolveDir, path));
        const shared = at('dist', file);
        if (file.startsWith('..') || !existsSync(shared)) return undefined;
        return { path: relative(outdir, shared), external: true };
      });
    },
  };
}

/** Commands that are in the bundle of another one, with which they have most of their code in common. bin/pprobe.js has the same. */
const shared = { explain: 'diagnose', agent: 'fleet', collect: 'diagnose' };

/** The commands that are not in the bundle of this name. */
function besides(bundle, names) {
  return names.filter((each) => each !== bundle && shared[each] !== bundle);
}

async function bundleCommands(outdir, options = {}) {
  const names = readdirSync(at('src/cli/commands')).map((file) => file.slice(0, -'.ts'.length));
  const own = names.filter((each) => !servers.includes(each) && !Object.hasOwn(shared, each));
  for (const name of ['no-command', ...own]) {
    await build({
      ...common,
      entryPoints: { [name]: at('src/cli/main.ts') },
      outdir,
      plugins: [
        omitting(besides(name, names)),
        separating,
        checking,
        measuring,
        deferring(await namesOfBuiltins()),
      ],
      // Node starts a CommonJS file faster than an ES module.
      format: 'cjs',
      // Without keepNames, which costs a call for every function that is created, also while a command runs. The names
      // in the stack of a bug message are short ones: scripts/stack.js gives the places in the source.
      minify: true,
      supported: { 'dynamic-import': false },
      define: { 'import.meta.url': '__filename' },
      ...options,
    });
    const place = /[^\0-\x7f]/.exec(readFileSync(join(outdir, `${name}.js`), 'utf8'));
    // bin/compiled-code.js reads the bundles as latin1. esbuild escapes strings, but not regular expressions and raw templates.
    if (place !== null)
      throw new Error(`${name}.js: not ASCII: ${place.input.slice(place.index - 40, place.index + 40)}`);
  }
}

/**
 * Modules of src/ that each have a file of their own, which a command loads only where it uses it: the client of NATS, which is
 * larger than the rest of pprobe, and what every bundle would repeat and few runs need.
 */
const apart = { 'fleet/nats/client': 'nats-client', 'cli/completion': 'shell-completion' };

async function bundleApart(outdir, options = {}) {
  await build({
    ...common,
    stdin: { contents: "export { eastAsianWidth } from 'get-east-asian-width';", resolveDir: root },
    outfile: join(outdir, 'wide-characters.js'),
    format: 'cjs',
    minify: true,
  });
  const commands = readdirSync(at('src/cli/commands')).map((file) => file.slice(0, -'.ts'.length));
  for (const [module, name] of Object.entries(apart))
    await build({
      ...common,
      entryPoints: { [name]: at(`src/${module}.ts`) },
      outdir,
      plugins: [omitting(commands)],
      format: 'cjs',
      minify: true,
      supported: { 'dynamic-import': false },
      define: { 'import.meta.url': '__filename' },
      ...options,
    });
}

/** An esbuild plugin: the bundle loads what is apart from its file. */
const separating = {
  name: 'separate',
  setup(building) {
    building.onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
      const module = resolve(resolveDir, path)
        .replace(/\.js$/, '')
        .slice(at('src').length + 1);
      return Object.hasOwn(apart, module) ? { path: `./${apart[module]}.js`, external: true } : undefined;
    });
  },
};

/** An esbuild plugin: the bundle loads the check of saved reports from the library when it first reads a report. */
const checking = {
  name: 'check',
  setup(building) {
    building.onResolve({ filter: /\/generated\/saved-report\.js$/ }, ({ path }) => ({
      path,
      namespace: 'check',
    }));
    building.onResolve({ filter: /\.cjs$/, namespace: 'check' }, ({ path }) => ({ path, external: true }));
    building.onLoad({ filter: /.*/, namespace: 'check' }, () => ({
      contents:
        "module.exports = { get validate() { return require('../generated/saved-report.cjs').validate; } };",
    }));
  },
};

/** An esbuild plugin: the bundle loads the table of wide characters from its file when it first prints one that is not ASCII. */
const measuring = {
  name: 'measure',
  setup(building) {
    building.onResolve({ filter: /^get-east-asian-width$/ }, ({ path, namespace }) =>
      namespace === 'measure' ? undefined : { path, namespace: 'measure' },
    );
    building.onResolve({ filter: /^\.\/wide-characters\.js$/, namespace: 'measure' }, ({ path }) => ({
      path,
      external: true,
    }));
    building.onLoad({ filter: /.*/, namespace: 'measure' }, () => ({
      contents:
        "module.exports = { get eastAsianWidth() { return require('./wide-characters.js').eastAsianWidth; } };",
    }));
  },
};

/** An esbuild plugin: the bundle does not contain these commands. Loading one of them gives undefined. */
function omitting(commands) {
  const namespace = 'omitted';
  return {
    name: namespace,
    setup(building) {
      building.onResolve({ filter: /^\.\/commands\/[a-z]+\.js$/ }, ({ path }) => {
        const name = path.slice('./commands/'.length, -'.js'.length);
        return commands.includes(name) ? { path: name, namespace } : undefined;
      });
      building.onLoad({ filter: /.*/, namespace }, () => ({ contents: 'module.exports = {};' }));
    },
  };
}

/** Modules of Node that take a millisecond or more to load, and that a run may not need. The others are loaded when Node starts. */
const costly = [
  'child_process',
  'crypto',
  'dgram',
  'fs/promises',
  'http',
  'net',
  'stream',
  'tls',
  'tty',
  'zlib',
];

/** What src/ imports from each costly module. */
async function namesOfBuiltins() {
  const found = new Map(costly.map((name) => [`node:${name}`, new Set()]));
  for (const file of readdirSync(at('src'), { recursive: true }).filter((name) => name.endsWith('.ts'))) {
    const text = readFileSync(at('src', file), 'utf8');
    for (const [, names, module] of text.matchAll(/^import \{([^}]*)\} from '(node:[^']+)'/gm)) {
      for (const name of names.split(',').map((each) => each.trim().split(' as ')[0]))
        if (name !== '' && !name.startsWith('type ')) found.get(module)?.add(name);
    }
    for (const [, local, module] of text.matchAll(/^import \* as (\w+) from '(node:[^']+)'/gm)) {
      for (const [, name] of text.matchAll(new RegExp(`\\b${local}\\.(\\w+)`, 'g')))
        found.get(module)?.add(name);
    }
  }
  return found;
}

/** An esbuild plugin: the bundle loads costly modules of Node when it first uses them, and not when it starts. */
function deferring(namesByModule) {
  const namespace = 'deferred';
  return {
    name: namespace,
    setup(building) {
      building.onResolve({ filter: /^node:/ }, ({ path, importer }) => {
        if (!namesByModule.has(path) || !/[\\/]src[\\/]/.test(importer)) return { path, external: true };
        return { path, namespace };
      });
      building.onLoad({ filter: /.*/, namespace }, ({ path }) => {
        const getters = [...namesByModule.get(path)].map(
          (name) => `get ${name}() { return load().${name}; },`,
        );
        return { contents: `const load = () => require('${path}'); module.exports = {${getters.join('')}};` };
      });
    },
  };
}

/** The AWS SDK with what pprobe uses of it, and its licence, which asks to be passed on. */
async function buildSdk() {
  const outfile = at('dist/aws-sdk.cjs');
  await build({
    ...common,
    entryPoints: [at('src/aws/sdk/worker.ts')],
    outfile,
    format: 'cjs',
    minify: true,
  });
  copyFileSync(at('node_modules/@aws-sdk/client-ec2/LICENSE'), at('dist/aws-sdk.LICENSE'));
}

async function buildLab() {
  const outdir = at('build/lab');
  rmSync(outdir, { recursive: true, force: true });
  const entryPoints = ['main', 'agent', 'resolver/main', 'endpoint/main', 'configuration/main'].map((name) =>
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
    'node-dns': at('test/bench/node-dns.ts'),
    all: at('test/bench/all.ts'),
  };
  await build({ ...module, entryPoints, outdir: at('build/bench') });
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : ['lib', 'cli', 'aws', 'lab', 'tun'];
const unknown = wanted.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(`scripts/build.js: unknown: ${unknown.join(', ')}; known: ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
for (const name of wanted) await parts[name]();
