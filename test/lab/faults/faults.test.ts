import t from 'tap';
import { healthy } from '../state.js';
import { faultNamed, faults } from './index.js';

/** The exit codes by class of cause, which users of pprobe rely on. */
const exitCodes: Record<string, number> = {
  dns: 10,
  'tcp.timeout-all': 11,
  'tcp.timeout-some': 11,
  policy: 12,
  'tcp.refused': 13,
  route: 14,
  'route.loop': 11,
  local: 3,
  backend: 16,
  http: 16,
  tls: 15,
  api: 16,
  filtered: 11,
  prohibited: 12,
};

t.test('every fault has a unique name and a sentence, and changes the state', async (t) => {
  t.equal(new Set(faults.map(({ name }) => name)).size, faults.length);
  for (const { name, sentence, state } of faults) {
    t.match(name, /^[a-z]+(-[a-z]+)*$/);
    t.match(sentence, /^[A-Z].*\.$/);
    t.notSame(state, healthy, name);
    t.strictSame(Object.keys(state).sort(), Object.keys(healthy).sort(), `${name} is a whole state`);
  }
});

t.test('the exit code that a fault expects is that of its cause', async (t) => {
  for (const { name, expect } of faults) {
    const said = expect.ask === 'diagnose' ? expect.cause : expect.outcome;
    const code = exitCodes[said] ?? exitCodes[said.split('.')[0] ?? ''];
    t.equal(expect.exitCode, code, `${name}: ${said}`);
  }
});

t.test('the error for an unknown fault lists all faults', async (t) => {
  t.equal(faultNamed('egress').name, 'egress');
  t.throws(() => faultNamed('egres'), { message: /no fault is named "egres"; there are .*security-group/ });
});
