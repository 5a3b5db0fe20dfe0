#!/usr/bin/env node
// CommonJS, as the package.json beside it says: Node starts it without its loader of ES modules.
const { existsSync } = require('node:fs');
const nodeModule = require('node:module');
const { join } = require('node:path');

// Node 22.8 and later keep compiled code between runs: a third of what a start costs.
nodeModule.enableCompileCache?.();

const main = join(__dirname, '../dist/bin/main.cjs');
if (existsSync(main)) {
  require(main);
} else {
  process.stderr.write('pprobe: not built yet: dist/bin/main.cjs is missing; run "npm run build"\n');
  process.exitCode = 3;
}
