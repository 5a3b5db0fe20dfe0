import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(import.meta.dirname, '..');

/**
 * The arguments with which Node runs a program of the tests, given by its source: as the runner of the suite has compiled it, or
 * from the source, as this process runs.
 */
export function programArguments(source: URL): string[] {
  const file = fileURLToPath(source);
  const compiled = process.env.PPROBE_COMPILED_TESTS;
  if (compiled === undefined) return [...process.execArgv, file];
  return [join(compiled, relative(root, file)).replace(/\.ts$/, '.js')];
}
