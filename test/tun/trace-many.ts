import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TraceDocument } from '../../src/documents/trace.js';
import type { Run } from './expectation.js';
import type { TunPath } from './tun.js';

/**
 * Makes traces behind the responder with the built library, in one process, so many at once. With `stillMs` the process is
 * busy for this time again and again. Rejects with what the process wrote to standard error.
 */
export async function traceMany(
  path: TunPath,
  runs: readonly Run[],
  { atOnce, stillMs = 0 }: { atOnce: number; stillMs?: number },
): Promise<[Run, TraceDocument][]> {
  const work = {
    library: pathToFileURL(join(process.cwd(), 'dist/index.js')).href,
    atOnce,
    stillMs,
    runs: runs.map(({ method, scenario: { path, options } }) => ({
      target: path.target,
      options: { ...options, method, port: path.port },
    })),
  };
  const argv = [process.execPath, 'test/tun/trace-many.mjs', JSON.stringify(work)];
  const { stdout, stderr } = await path.exec(argv);
  if (stderr !== '') throw new Error(stderr);
  const documents = JSON.parse(stdout) as TraceDocument[];
  return documents.flatMap((document, index) => {
    const run = runs[index];
    return run === undefined ? [] : [[run, document]];
  });
}
