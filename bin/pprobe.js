#!/usr/bin/env node
// CommonJS, as the package.json beside it says: Node starts it without its loader of ES modules.
const { existsSync } = require('node:fs');
const nodeModule = require('node:module');
const { join } = require('node:path');

// Node 22.8 and later keep compiled code between runs: a third of what a start costs. Not below /tmp, where anybody
// may have left code for others to run, and not for root, whose HOME may be that of another user under sudo.
if (nodeModule.enableCompileCache !== undefined && process.geteuid?.() !== 0) {
  const { homedir } = require('node:os');
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  nodeModule.enableCompileCache(join(caches, 'pprobe'));
}

const main = join(__dirname, '../dist/bin/main.js');
if (existsSync(main)) {
  require(main);
} else {
  process.stderr.write('pprobe: not built yet: dist/bin/main.js is missing; run "npm run build"\n');
  process.exitCode = 3;
}
