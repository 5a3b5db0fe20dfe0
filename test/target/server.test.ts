import fc from 'fast-check';
import t from 'tap';
import { InvalidInputError } from '../../src/core/errors.js';
import { formatServer, parseServer } from '../../src/target/server.js';

t.test('a server is an address with or without port', async (t) => {
  t.same(parseServer('10.0.0.2'), { address: '10.0.0.2', port: 53 });
  t.same(parseServer('10.0.0.2#5353'), { address: '10.0.0.2', port: 5353 });
  t.same(parseServer('FD00:0::2#5353'), { address: 'fd00::2', port: 5353 });
  t.same(parseServer('[fd00::2]#5353'), { address: 'fd00::2', port: 5353 });
  t.same(parseServer('[fd00::2]'), { address: 'fd00::2', port: 53 });
  t.same(parseServer('fe80::2%eth0#53'), { address: 'fe80::2%eth0', port: 53 });
  t.equal(formatServer({ address: 'fd00::2', port: 53 }), 'fd00::2');
  t.equal(formatServer({ address: 'fd00::2', port: 5353 }), 'fd00::2#5353');
});

t.test('other text is refused with the correct form', async (t) => {
  t.throws(() => parseServer('10.0.0.2:5353'), { message: /not written ADDR#PORT; write 10\.0\.0\.2#5353$/ });
  t.throws(() => parseServer('[fd00::2]:5353'), { message: /write fd00::2#5353$/ });
  t.throws(() => parseServer('ns.example.com'), { message: /is not an IP address; write ADDR or ADDR#PORT/ });
  for (const text of ['10.0.0.2#0', '10.0.0.2#65536', '10.0.0.2#', '10.0.0.2#5x', '10.0.0.2#-1']) {
    t.throws(
      () => parseServer(text),
      { message: /is not a port; give a whole number from 1 to 65535/ },
      text,
    );
  }
  t.throws(() => parseServer('', '--server'), { argument: '--server', message: /^--server: "" is not/ });
});

t.test('a printed server is read as the same server; any other text throws InvalidInputError', async () => {
  // Multicast and link-local addresses are refused.
  const address = fc
    .oneof(fc.ipV4(), fc.ipV6())
    .filter((text) => !/^(?:22[4-9]|23\d|ff|fe[89ab])/i.test(text));
  fc.assert(
    fc.property(address, fc.integer({ min: 1, max: 65535 }), (text, port) => {
      const server = parseServer(`${text}#${port}`);
      const again = parseServer(formatServer(server));
      return again.address === server.address && again.port === port;
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      try {
        return parseServer(text).port > 0;
      } catch (error) {
        return error instanceof InvalidInputError && !error.message.includes('\n');
      }
    }),
  );
});
