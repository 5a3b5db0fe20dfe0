import t from 'tap';
import { chooseAddress } from '../../src/observe/trace-host.js';

t.test('the unspecified address is traced where a connection to it arrives', async (t) => {
  for (const [given, traced] of [
    ['0.0.0.0', '127.0.0.1'],
    ['::', '::1'],
    ['10.0.1.5', '10.0.1.5'],
  ] as const)
    t.equal(
      await chooseAddress({ addresses: [given], resolution: null, source: 'literal' }, undefined),
      traced,
    );
  t.equal(await chooseAddress({ addresses: [], resolution: null, source: 'literal' }, undefined), null);
});
