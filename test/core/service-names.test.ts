import fc from 'fast-check';
import t from 'tap';
import { servicePort } from '../../src/core/service-names.js';
import { parsePort } from '../../src/target/host-port.js';

t.test('names of services are ports', async (t) => {
  t.equal(servicePort('https'), 443);
  t.equal(servicePort('HTTPS'), 443);
  t.equal(parsePort('postgresql'), 5432);
  for (const name of ['', 'toString', '__proto__', 'https ', 'no-such-service'])
    t.equal(servicePort(name), null, name);
});

t.test('other texts are numbers from 1 to 65535, or refused', async (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.integer().map(String)), (text) => {
      try {
        const port = parsePort(text);
        return port >= 1 && port <= 65_535;
      } catch (error) {
        return error instanceof Error && error.message.includes('is not a port');
      }
    }),
    { numRuns: 200 },
  );
  t.pass();
});
