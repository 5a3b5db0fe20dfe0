#!/usr/bin/env node
// CommonJS, as the package.json beside it says: Node starts it without the loader of ES modules.
const { existsSync } = require('node:fs');
const nodeModule = require('node:module');
const { join } = require('node:path');

const words = process.argv.slice(2);
if (words.length === 1 && /^(?:--version|version|-V|-v)$/.test(words[0])) {
  // Answered here, because reading and compiling a bundle takes longer than everything else about it.
  process.stdout.write(`${require('../package.json').version}\n`);
} else {
  start();
}

function start() {
  // Node 22.8 and later can keep compiled code between runs, which saves a third of the start-up time.
  const directory = nodeModule.enableCompileCache === undefined ? null : cacheDirectory(require('node:os'));
  if (directory !== null) nodeModule.enableCompileCache(join(directory, 'pprobe'));

  const built = join(__dirname, '../dist/bin');
  if (!existsSync(join(built, 'no-command.js'))) {
    process.stderr.write('pprobe: not built yet: dist/bin is missing; run "npm run build"\n');
    process.exitCode = 3;
    return;
  }
  // Each command has a bundle of its own: scripts/build.js says why.
  require(join(built, `${commandIn(words, built) ?? 'no-command'}.js`));
}

/**
 * The command that the words name: the first word that is one, or a URL, which is a target of `diagnose`, and not an option's
 * value; else one that is such a value.
 */
function commandIn(words, built) {
  const isCommand = (word) => /^[a-z]+$/.test(word) && existsSync(join(built, `${word}.js`));
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

/**
 * Where compiled code may be kept: never below /tmp, where another user may have left code for this one to run. Under sudo,
 * HOME may belong to another user, so root's home comes from passwd(5). Null where root has no entry there, as in some
 * containers.
 */
function cacheDirectory({ homedir, userInfo }) {
  if (process.geteuid?.() !== 0) return process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  try {
    return join(userInfo().homedir, '.cache');
  } catch {
    return null;
  }
}
