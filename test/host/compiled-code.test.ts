import t from 'tap';
import { type CompiledCodeState, compiledCodeState, readCompiledCode } from '../../src/host/compiled-code.js';

const state = (changes: Partial<CompiledCodeState>): CompiledCodeState => ({
  use: 'none',
  path: null,
  why: null,
  release() {},
  ...changes,
});

t.test('the library has no compiled code', async (t) => {
  t.equal(compiledCodeState(), null);
  t.equal(readCompiledCode(), null);
});

t.test('code in use, and code that this run keeps', async (t) => {
  const path = `${t.testdirName}/a/b/doctor.code`;
  t.same(readCompiledCode(state({ use: 'kept', path })), { use: 'kept', path, problem: null });
  t.same(readCompiledCode(state({ path })), { use: 'none', path, problem: null });
});

t.test('why there is none', async (t) => {
  const why = 'NODE_COMPILE_CACHE is set';
  t.same(readCompiledCode(state({ why })), { use: 'none', path: null, problem: why });
  const refused = readCompiledCode(state({ path: '/proc/self/task/pprobe/doctor.code' }));
  t.match(refused, { use: 'none' });
});
