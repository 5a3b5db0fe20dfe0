import fc from 'fast-check';
import t from 'tap';
import { InvalidInputError } from '../../src/core/errors.js';
import { servicePort } from '../../src/core/service-names.js';
import { parsePort } from '../../src/target/host-port.js';

/** What ports, ranges, lists and digits of other scripts are written with. */
const portSign = fc.constantFrom(...'0189,-:+. \uff14\u0663');

t.test('names of services are ports', async (t) => {
  t.equal(servicePort('https'), 443);
  t.equal(servicePort('HTTPS'), 443);
  t.equal(parsePort('postgresql'), 5432);
  for (const name of ['', 'toString', '__proto__', 'https ', 'no-such-service'])
    t.equal(servicePort(name), null, name);
});

t.test('other texts are numbers from 1 to 65535, or refused as the port', async (t) => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.integer().map(String), fc.string({ unit: portSign, maxLength: 9 })),
      (text) => {
        try {
          const port = parsePort(text);
          return port >= 1 && port <= 65_535;
        } catch (error) {
          return error instanceof InvalidInputError && error.argument === 'port';
        }
      },
    ),
    { numRuns: 200 },
  );
  t.pass();
});

t.test('a refusal says what the text is', async (t) => {
  for (const [text, says] of [
    ['0', '"0" is not a port; give a whole number from 1 to 65535'],
    ['65536', '"65536" is not a port'],
    ['443,', '"443," is not a port'],
    ['0,0', '"0,0" is more than one port'],
    ['80-90', '"80-90" is more than one port'],
    ['\uff14\uff14\uff13', 'has other digits or spaces than a port is written with; give 443'],
    ['443\u00a0', 'give 443'],
  ] as const)
    t.throws(() => parsePort(text), { name: 'InvalidInputError', message: says }, text);
});
