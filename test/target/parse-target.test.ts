import { test } from 'tap';
import { parseTarget } from '../../src/target/parse-target.js';

test('the forms of a target', (t) => {
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
    ['fe80::1%eth0', 'fe80::1%eth0', 443, null],
    ['[fe80::1%eth0]:22', 'fe80::1%eth0', 22, null],
    ['https://[fe80::1%25eth0]/x', 'fe80::1%eth0', 443, 'https://[fe80::1]/x'],
    ['https://[fe80::1%eth0]:8443', 'fe80::1%eth0', 8443, 'https://[fe80::1]:8443/'],
    ['::ffff:10.0.1.5', '10.0.1.5', 443, null],
  ];
  for (const [input, host, port, url] of rows) {
    const target = parseTarget(input);
    t.same([target.host, target.port, target.url], [host, port, url], input);
  }
  t.end();
});

test('a separate port must not contradict the target', (t) => {
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

test('a URL object is read as its text', (t) => {
  const text = 'https://api.example.com:8443/v1?key=hunter2#x';
  t.same(parseTarget(new URL(text)), parseTarget(text));
  t.notMatch(JSON.stringify(parseTarget(new URL(text))), /hunter2/);
  for (const [url, message] of [
    ['http://api.example.com/', /is not an https URL/],
    ['ftp://api.example.com/', /is not an https URL/],
    ['https://me:hunter2@api.example.com/', /carried credentials/],
    ['file:///etc/passwd', /is not an https URL/],
    ['mailto:me@example.com', /carried credentials/],
  ] as const) {
    t.throws(() => parseTarget(new URL(url)), { code: 'invalid-input', argument: 'target', message }, url);
  }
  t.end();
});
