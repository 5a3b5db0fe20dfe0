#!/usr/bin/env node
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';

// Node 22.8 and later keep compiled code between runs: a third of what a start costs.
nodeModule.enableCompileCache?.();

const main = new URL('../dist/bin/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write('pprobe: not built yet: dist/bin/main.js is missing; run "npm run build"\n');
  process.exitCode = 3;
}
