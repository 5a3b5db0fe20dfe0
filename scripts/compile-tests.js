// Compiles src/ and test/ into build/compiled, one module for each file. Node then runs a test file without a TypeScript loader,
// which costs each process a second of processor time: it also looks at the hundreds of modules of tap.

import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');

/** Where the modules are. A path below it is that of the source, with .js for .ts. */
export const compiled = join(root, 'build/compiled');

/** An esbuild plugin: import.meta names the source, beside which the files are that a module reads. */
const naming = {
  name: 'naming',
  setup(building) {
    building.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const contents = readFileSync(path, 'utf8')
        .replaceAll(/\bimport\.meta\.url\b/g, JSON.stringify(pathToFileURL(path).href))
        .replaceAll(/\bimport\.meta\.dirname\b/g, JSON.stringify(dirname(path)));
      return { contents, loader: 'ts' };
    });
  },
};

export async function compileTests() {
  // Over what is there, which another run may be using.
  const all = ['src', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((file) => join(root, folder, file)),
  );
  await build({
    entryPoints: all.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts')),
    outdir: compiled,
    outbase: root,
    format: 'esm',
    target: 'node20.19',
    sourcemap: 'linked',
    sourcesContent: false,
    plugins: [naming],
    logLevel: 'warning',
  });
  // What the modules import besides: Node resolves a link to the file itself.
  const imported = [
    'scripts',
    'bin',
    ...all.filter((file) => file.endsWith('.js')).map((file) => relative(root, file)),
  ];
  for (const path of imported) {
    mkdirSync(dirname(join(compiled, path)), { recursive: true });
    if (!existsSync(join(compiled, path))) symlinkSync(join(root, path), join(compiled, path));
  }
}

/** The module of a source file; both are paths below the package's directory. */
export function compiledPath(file) {
  return join('build/compiled', file.replace(/\.ts$/, '.js'));
}
