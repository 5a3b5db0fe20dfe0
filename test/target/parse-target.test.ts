import { test } from 'tap';
import { parseTarget } from '../../src/target/parse-target.js';

test('what is read from each way to write a target', (t) => {
  const rows: [string, string, number, string | null][] = [
    ['https://api.example.com/v1/x', 'api.example.com', 443, 'https://api.example.com/v1/x'],
    ['HTTPS://API.Example.com', 'api.example.com', 443, 'https://api.example.com/'],
    ['https://api.example.com:8443/x', 'api.example.com', 8443, 'https://api.example.com:8443/x'],
    ['https://api.example.com:443/x', 'api.example.com', 443, 'https://api.example.com/x'],
    ['https://10.0.1.5/prod', '10.0.1.5', 443, 'https://10.0.1.5/prod'],
    ['https://[FD00:0::5]/prod', 'fd00::5', 443, 'https://[fd00::5]/prod'],
    ['https://api.example.com/a/../b', 'api.example.com', 443, 'https://api.example.com/b'],
    ['api.example.com', 'api.example.com', 443, 'https://api.example.com/'],
    ['api.example.com.', 'api.example.com', 443, 'https://api.example.com/'],
    ['api.example.com:443', 'api.example.com', 443, 'https://api.example.com/'],
    ['api.example.com/prod', 'api.example.com', 443, 'https://api.example.com/prod'],
    ['  api.example.com  ', 'api.example.com', 443, 'https://api.example.com/'],
    ['db.internal:5432', 'db.internal', 5432, null],
    ['localhost', 'localhost', 443, 'https://localhost/'],
    ['_sip.example.com:5060', '_sip.example.com', 5060, null],
    ['bücher.example', 'xn--bcher-kva.example', 443, 'https://xn--bcher-kva.example/'],
    ['10.0.1.5', '10.0.1.5', 443, null],
    ['10.0.1.5:443', '10.0.1.5', 443, null],
    ['10.0.1.5:22', '10.0.1.5', 22, null],
    ['fd00:0:0::5', 'fd00::5', 443, null],
    ['[fd00::5]', 'fd00::5', 443, null],
    ['[fd00::5]:8443', 'fd00::5', 8443, null],
    ['::ffff:10.0.1.5', '10.0.1.5', 443, null],
  ];
  for (const [input, host, port, url] of rows) {
    const target = parseTarget(input);
    t.same([target.host, target.port, target.url], [host, port, url], input);
  }
  t.end();
});

test('a port may be given beside the target, but not against it', (t) => {
  t.equal(parseTarget('db.internal', { port: 5432 }).port, 5432);
  t.equal(parseTarget('https://api.example.com/x', { port: 8443 }).url, 'https://api.example.com:8443/x');
  t.equal(parseTarget('db.internal:5432', { port: 5432 }).port, 5432);
  t.throws(() => parseTarget('db.internal:5432', { port: 443 }), {
    code: 'invalid-input',
    argument: 'port',
    message: /5432/,
  });
  t.throws(() => parseTarget('db.internal', { port: 0 }), { argument: 'port', message: /1 to 65535/ });
  t.end();
});
