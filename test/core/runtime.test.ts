import { test } from 'tap';
import { CapabilityError } from '../../src/core/errors.js';
import { checkRuntime } from '../../src/core/runtime.js';
import * as library from '../../src/index.js';

const target = '127.0.0.1';

/** Every public function that measures. */
const measuring: Record<string, () => unknown> = {
  resolve: () => library.resolve('a.test'),
  resolveMany: () => library.resolveMany(['a.test']).next(),
  lookupSystem: () => library.lookupSystem('a.test'),
  connect: () => library.connect(target, 1),
  connectMany: () => library.connectMany([{ host: target, port: 1 }]).next(),
  trace: () => library.trace(target),
  watchTrace: () => library.watchTrace(target).next(),
  observe: () => library.observe(target),
  diagnose: () => library.diagnose(target),
  doctor: () => library.doctor(),
};

test('Node is supported; Bun and Deno are refused in one line', async (t) => {
  checkRuntime();
  for (const [member, name] of [
    ['bun', 'Bun'],
    ['deno', 'Deno'],
  ] as const)
    t.throws(() => checkRuntime({ node: '24.3.0', [member]: '1.2.3' }), {
      code: 'capability',
      missing: 'Node.js',
      message: new RegExp(`^${name} 1\\.2\\.3 is not supported, because [^\\n]+; run pprobe with Node`),
    });
});

test('every function that measures refuses to run in Bun; judging works', async (t) => {
  Object.defineProperty(process.versions, 'bun', { value: '1.2.3', configurable: true });
  t.teardown(() => Reflect.deleteProperty(process.versions, 'bun'));
  for (const [name, call] of Object.entries(measuring))
    await t.rejects(async () => await call(), CapabilityError, name);
  t.equal(library.parseTarget('a.test').host, 'a.test');
});
