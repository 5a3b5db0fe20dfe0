#!/usr/bin/env node
// CommonJS, as the package.json beside it says: Node starts it without the loader of ES modules.
// Node 10 and 12, of Ubuntu 20.04 and Debian 11, have to come as far as the message that they are too old: no syntax of ES2020,
// and no module with the prefix `node:` before that.

/** Commands that are in the bundle of another one. */
const shared = { __proto__: null, explain: 'diagnose', agent: 'fleet', collect: 'diagnose' };

const words = process.argv.slice(2);
if (words.length === 1 && /^(?:--version|version|-V|-v)$/.test(words[0])) {
  // Answered here, because reading and compiling a bundle takes longer than everything else about it.
  process.stdout.on('error', ({ code }) => {
    if (code === 'EPIPE') return;
    process.stderr.write(`pprobe: cannot write to standard output: ${code}\n`);
    process.exitCode = 3;
  });
  process.stdout.write(`${require('../package.json').version}\n`);
} else {
  start();
}

function start() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    process.stderr.write(
      `pprobe: Node ${process.versions.node} is too old: pprobe needs Node 20.19 or later\n`,
    );
    process.exitCode = 3;
    return;
  }
  const { existsSync } = require('node:fs');
  const { join } = require('node:path');
  const built = join(__dirname, '../dist/bin');
  const isBuilt = (file) => existsSync(join(built, file));
  if (!isBuilt('no-command.js')) {
    process.stderr.write('pprobe: not built yet: dist/bin is missing; run "npm run build"\n');
    process.exitCode = 3;
    return;
  }
  // Each command has a bundle of its own, but for those of `shared`: scripts/build.js says why.
  const takingValue = () => require(join(built, 'value-options.json'));
  const command = commandIn(words, isBuilt, takingValue) || 'no-command';
  const bundle = bundleOf(command);
  if (isBuilt(`${bundle}.mjs`))
    import(require('node:url').pathToFileURL(join(built, `${bundle}.mjs`)).href).catch(tellUnloadable);
  else require('./compiled-code.js').run(built, bundle, command);
}

/**
 * Node opens the modules of such a bundle all at once, more than a low limit of descriptors allows; and where it cannot read a
 * package.json for that reason, it says that the package is not found.
 */
function tellUnloadable(error) {
  const isLimit = /^(?:EMFILE|ENFILE|ERR_MODULE_NOT_FOUND)$/.test(error.code);
  if (!isLimit) throw error;
  const line = error.message.split('\n')[0];
  const other = error.code === 'ERR_MODULE_NOT_FOUND' ? ', or install pprobe again' : '';
  process.stderr.write(
    `pprobe: cannot load its modules: ${line}; allow this process more open files, as \`ulimit -n 1024\` does${other}\n`,
  );
  process.exitCode = 3;
}

function bundleOf(command) {
  return shared[command] || command;
}

/**
 * The command that the words name: the first word that is one, or a URL, which is a target of `diagnose`, and not an option's
 * value; else one that is such a value.
 */
function commandIn(words, isBuilt, takingValue) {
  const isCommand = (word) =>
    /^[a-z]+$/.test(word) && ['.js', '.mjs'].some((end) => isBuilt(`${bundleOf(word)}${end}`));
  if (words[0] === undefined || isCommand(words[0])) return words[0];
  const takesValue = new Set(takingValue());
  const isNamed = (word, index) => (isCommand(word) || isUrl(word)) && !takesValue.has(words[index - 1]);
  const named = words.find(isNamed) || words.find(isCommand);
  return isUrl(named) ? 'diagnose' : named;
}

/** src/cli/parse.ts has the same test. */
function isUrl(word) {
  return /:\/\//.test(word);
}
