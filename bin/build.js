// Writes dist/bin: for each command a file with that one alone, which pprobe.js takes where the command line begins with
// its name; no-command.js for --help and the like; any-command.js with all of them, for command lines that name
// one somewhere else. Code costs 45 ms a megabyte to read, and each file half a millisecond (Node 20, measured): a trace
// is at work 10 to 23 ms sooner than it was from 66 files that the commands shared, of 100 ms in all.
// CommonJS, for Node starts it faster than ES modules.
const { copyFileSync, readdirSync, rmSync } = require('node:fs');
const { join } = require('node:path');
const { build } = require('esbuild');

const root = join(__dirname, '..');
const outdir = join(root, 'dist/bin');
// A command's file has its name; what only one command needs is called after it, with a hyphen.
const commands = readdirSync(join(root, 'src/cli/commands'))
  .filter((file) => /^[a-z]+\.ts$/.test(file))
  .map((file) => file.slice(0, -'.ts'.length));

function write(name, plugins) {
  return build({
    entryPoints: { [name]: join(root, 'src/cli/main.ts') },
    outdir,
    plugins,
    bundle: true,
    minifySyntax: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': '__filename' },
    external: ['koffi', 'raw-socket', 'yargs'],
    logLevel: 'warning',
  });
}

function without(others) {
  const namespace = 'left-out';
  return {
    name: namespace,
    setup(building) {
      building.onResolve({ filter: /^\.\/commands\/[a-z]+\.js$/ }, ({ path }) => {
        const name = path.slice('./commands/'.length, -'.js'.length);
        return others.includes(name) ? { path: name, namespace } : undefined;
      });
      building.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
        contents: `throw new Error('"${path}" is not in this file: see bin/build.js');`,
      }));
    },
  };
}

async function main() {
  rmSync(outdir, { recursive: true, force: true });
  await write('any-command', []);
  await write('no-command', [without(commands)]);
  for (const name of commands) await write(name, [without(commands.filter((other) => other !== name))]);
  copyFileSync(join(__dirname, 'package.json'), join(outdir, 'package.json'));
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
