#!/usr/bin/env node
// CommonJS, as the package.json beside it says: Node starts it without its loader of ES modules.
const { existsSync } = require('node:fs');
const nodeModule = require('node:module');
const { join } = require('node:path');

// Node 22.8 and later keep compiled code between runs: a third of what a start costs. Not below /tmp, where anybody
// may have left code for others to run; and root's HOME may be that of another user under sudo, so root's is looked up.
if (nodeModule.enableCompileCache !== undefined) {
  const caches = cachesOf(require('node:os'));
  if (caches !== null) nodeModule.enableCompileCache(join(caches, 'pprobe'));
}

function cachesOf({ homedir, userInfo }) {
  if (process.geteuid?.() !== 0) return process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  try {
    return join(userInfo().homedir, '.cache');
  } catch {
    // A container may have no passwd(5) to look it up in.
    return null;
  }
}

const built = join(__dirname, '../dist/bin');
const fileOf = (name) => join(built, `${name}.js`);

if (existsSync(fileOf('no-command'))) {
  // Each command has a file of its own: bin/build.js says why.
  const words = process.argv.slice(2);
  const named = words.filter((word) => /^[a-z]+$/.test(word) && existsSync(fileOf(word)));
  if (named.length === 0) require(fileOf('no-command'));
  else require(fileOf(named[0] === words[0] ? named[0] : 'any-command'));
} else {
  process.stderr.write('pprobe: not built yet: dist/bin is missing; run "npm run build"\n');
  process.exitCode = 3;
}
