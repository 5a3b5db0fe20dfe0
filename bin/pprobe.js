#!/usr/bin/env node
// CommonJS, as the package.json beside it says: Node starts it without the loader of ES modules.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

/** Commands that are in the bundle of another one. */
const shared = { __proto__: null, explain: 'diagnose', agent: 'fleet', collect: 'fleet' };

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
  const built = join(__dirname, '../dist/bin');
  if (!existsSync(join(built, 'no-command.js'))) {
    process.stderr.write('pprobe: not built yet: dist/bin is missing; run "npm run build"\n');
    process.exitCode = 3;
    return;
  }
  // Each command has a bundle of its own, but for those of `shared`: scripts/build.js says why.
  const command = commandIn(words, built) ?? 'no-command';
  const bundle = shared[command] ?? command;
  const server = join(built, `${bundle}.mjs`);
  if (existsSync(server)) import(require('node:url').pathToFileURL(server).href);
  else require('./compiled-code.js').run(built, bundle, command);
}

/**
 * The command that the words name: the first word that is one, or a URL, which is a target of `diagnose`, and not an option's
 * value; else one that is such a value.
 */
function commandIn(words, built) {
  const isCommand = (word) =>
    /^[a-z]+$/.test(word) &&
    ['.js', '.mjs'].some((end) => existsSync(join(built, `${shared[word] ?? word}${end}`)));
  if (words[0] === undefined || isCommand(words[0])) return words[0];
  const takesValue = new Set(require(join(built, 'value-options.json')));
  const isNamed = (word, index) => (isCommand(word) || isUrl(word)) && !takesValue.has(words[index - 1]);
  const named = words.find(isNamed) ?? words.find(isCommand);
  return isUrl(named) ? 'diagnose' : named;
}

/** src/cli/parse.ts has the same test. */
function isUrl(word) {
  return word?.includes('://') === true;
}
