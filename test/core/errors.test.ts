import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { test } from 'tap';

type Errors = typeof import('../../src/core/errors.js');

/** The module as the package has it: minified, which shortens the names of its classes. */
async function minifiedErrors(): Promise<Errors> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../src/core/errors.ts', import.meta.url))],
    format: 'esm',
    minify: true,
    write: false,
  });
  const [file] = outputFiles;
  return import(`data:text/javascript,${encodeURIComponent(file?.text ?? '')}`);
}

test('errors have their names in the package, too', async (t) => {
  const { CapabilityError, InvalidInputError, PprobeError } = await minifiedErrors();
  const errors = [
    new InvalidInputError('port', 'port: no'),
    new CapabilityError('CAP_NET_RAW', 'needs CAP_NET_RAW'),
  ];
  t.same(
    errors.map((error) => [error.name, error.constructor.name]),
    [
      ['InvalidInputError', 'InvalidInputError'],
      ['CapabilityError', 'CapabilityError'],
    ],
  );
  t.equal(String(errors[0]), 'InvalidInputError: port: no');
  t.ok(errors.every((error) => error instanceof PprobeError));
});
