import { test } from 'tap';
import { addressee, failureOf, InterruptedError } from '../../src/cli/failure.js';
import { CapabilityError, InvalidInputError } from '../../src/core/errors.js';
import { validateDocument } from '../documents/validate.js';

test('InvalidInputError is one line without control characters, and exit 2', async (t) => {
  const failure = failureOf(
    new InvalidInputError('name', 'name "a\nb\x1b[31m" has a control character in it'),
  );
  t.equal(failure.exitCode, 2);
  t.equal(failure.text, 'pprobe: name "a\\nb\\x1b[31m" has a control character in it\n');
  t.match(failure.document.error, { code: 'invalid-input', argument: 'name', missing: null, remedy: null });
  t.same(validateDocument(failure.document), []);
});

test('CapabilityError is printed with the command that adds what is missing', async (t) => {
  const failure = failureOf(
    new CapabilityError('CAP_NET_RAW', 'Raw sockets need CAP_NET_RAW.', 'sudo setcap …'),
  );
  t.equal(failure.exitCode, 3);
  t.equal(failure.text, 'pprobe: Raw sockets need CAP_NET_RAW.\nTo add it: sudo setcap …\n');
  t.match(failure.document.error, { code: 'capability', missing: 'CAP_NET_RAW', remedy: 'sudo setcap …' });
  t.same(validateDocument(failure.document), []);
});

test('no message of a failure keeps the credentials or the query of a URL', async (t) => {
  const url = 'https://user:passw0rd@host.example/x?token=s3cret#s3cret';
  for (const error of [
    new InvalidInputError('file', `"${url}" is no file`),
    new CapabilityError(url, `cannot read "${url}": there is no such file`),
    new TypeError(`fetch of ${url} failed`),
    url,
  ]) {
    const { text, document } = failureOf(error);
    t.notMatch(`${text}${JSON.stringify(document)}`, /passw0rd|s3cret|user:/);
    t.match(text, 'https://host.example/x');
  }
});

test('CapabilityError without a command is one line', async (t) => {
  const failure = failureOf(new CapabilityError('/etc/resolv.conf', 'No nameserver.'));
  t.equal(failure.text, 'pprobe: No nameserver.\n');
});

test('an interrupt before any result is exit 130', async (t) => {
  const failure = failureOf(new InterruptedError());
  t.equal(failure.exitCode, 130);
  t.equal(failure.document.error.code, 'interrupted');
  t.same(validateDocument(failure.document), []);
});

test('a bug is exit 1, and is printed with its stack', async (t) => {
  const failure = failureOf(new TypeError('x is not a function'));
  t.equal(failure.exitCode, 1);
  t.match(failure.text, /^pprobe: this is a bug in pprobe: TypeError: x is not a function\n {4}at /);
  t.match(failure.text, 'failure.test.ts');
  t.match(failure.text, /please report it to those who gave you pprobe, with the lines above/);
  t.equal(failure.document.error.code, 'internal');
  t.same(validateDocument(failure.document), []);
});

test('a thrown value that is not an Error is reported as a bug', async (t) => {
  t.match(failureOf('just text').text, 'bug in pprobe: just text\n');
});

test('the address for bug reports comes from package.json', async (t) => {
  t.equal(
    addressee({ bugs: { url: 'https://bugs.example/' }, homepage: 'https://a.example/' }),
    'at https://bugs.example/',
  );
  t.equal(addressee({ bugs: 'https://bugs.example/' }), 'at https://bugs.example/');
  t.equal(addressee({ bugs: { email: 'bugs@a.example' } }), 'to bugs@a.example');
  t.equal(addressee({ homepage: 'https://a.example/' }), 'at https://a.example/');
  t.equal(addressee({}), 'to those who gave you pprobe');
});
