import { buildSync } from 'esbuild';

/** What a file of TypeScript or of an ES module exports, evaluated now. */
export function exportsOf(file) {
  const { outputFiles } = buildSync({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
  });
  const module = { exports: {} };
  new Function('module', 'exports', 'require', outputFiles[0].text)(module, module.exports);
  return module.exports;
}
