import fc from 'fast-check';
import t from 'tap';
import { withoutPasswordsOf, withoutSecrets } from '../../src/core/text.js';

t.test('a URL, a host and a relative reference lose query, fragment and user information', async (t) => {
  t.equal(withoutSecrets('https://u:p@a.test/x?token=1'), 'https://a.test/x');
  t.equal(withoutSecrets('u:p@a.test:443'), 'a.test:443');
  t.equal(withoutSecrets('//u@a.test/x#t'), '//a.test/x');
  t.equal(withoutSecrets('/x/y@z?token=1'), '/x/y@z');
  t.equal(withoutSecrets('/y@z'), '/y@z');
  t.equal(withoutSecrets('?token=1'), '');
  fc.assert(fc.property(fc.string(), (text) => !/[?#]/.test(withoutSecrets(text))));
});

t.test('a password with the delimiters of a URL is no part of a cleaned URL', async (t) => {
  const rows: [string, string][] = [
    ['https://bob:s3cr#et@h/', 'https://…'],
    ['https://bob:s3cr?et@h/', 'https://…'],
    ['https://bob:s3/cr@h/x', 'https://…'],
    ['https://bob:s3@cr#et@h/', 'https://…'],
    ['https://bob:s3@cr@h/', 'https://h/'],
    ['bob:s3cr#et@h', '…'],
    // Here the `@` is in the query or in the path.
    ['host:https?x=a@b', 'host:https'],
    ['host:443?x=a@b', 'host:443'],
    ['https://host/@scope/x?y=a@b', 'https://host/@scope/x'],
    ['https://host:8443/a@b', 'https://host:8443/a@b'],
    ['https://[fd00::1]/a@b', 'https://[fd00::1]/a@b'],
    ['https://[fd00::1]:8443?a@b', 'https://[fd00::1]:8443'],
    ['fd00::1?a@b', 'fd00::1'],
  ];
  for (const [url, shown] of rows) t.equal(withoutSecrets(url), shown, url);
});

t.test('a message about a URL has no part of its password, in whatever parts the URL was read', async (t) => {
  t.equal(
    withoutPasswordsOf(
      '--server=https://bob:s3cret#part@h/',
      'server: "https://bob:s3cret" is not an address',
    ),
    'server: "https://…" is not an address',
  );
  t.equal(withoutPasswordsOf('https://host/x', 'port: "host" is not a port'), 'port: "host" is not a port');
  t.equal(withoutPasswordsOf('a@b', 'port: "a@b" is not a port'), 'port: "a@b" is not a port');
});
