import { test } from 'tap';
import { addressee, failureOf, InterruptedError } from '../../src/cli/failure.js';
import { CapabilityError, InvalidInputError } from '../../src/core/errors.js';
import { validateDocument } from '../documents/validate.js';

test('a mistake is one line and exit 2, whatever characters were given', async (t) => {
  const failure = failureOf(
    new InvalidInputError('name', 'name "a\nb\x1b[31m" has a control character in it'),
  );
  t.equal(failure.exitCode, 2);
  t.equal(failure.text, 'pprobe: name "a\\nb\\x1b[31m" has a control character in it\n');
  t.match(failure.document.error, { code: 'invalid-input', argument: 'name', missing: null, remedy: null });
  t.same(validateDocument(failure.document), []);
});

test('what the host lacks comes with the command that adds it', async (t) => {
  const failure = failureOf(
    new CapabilityError('CAP_NET_RAW', 'Raw sockets need CAP_NET_RAW.', 'sudo setcap …'),
  );
  t.equal(failure.exitCode, 3);
  t.equal(failure.text, 'pprobe: Raw sockets need CAP_NET_RAW.\nTo add it: sudo setcap …\n');
  t.match(failure.document.error, { code: 'capability', missing: 'CAP_NET_RAW', remedy: 'sudo setcap …' });
  t.same(validateDocument(failure.document), []);
});

test('without such a command there is no empty line for it', async (t) => {
  const failure = failureOf(new CapabilityError('/etc/resolv.conf', 'No nameserver.'));
  t.equal(failure.text, 'pprobe: No nameserver.\n');
});

test('an interruption before any result is 130', async (t) => {
  const failure = failureOf(new InterruptedError());
  t.equal(failure.exitCode, 130);
  t.equal(failure.document.error.code, 'interrupted');
  t.same(validateDocument(failure.document), []);
});

test('a bug is exit 1, says that it is one, and carries its stack', async (t) => {
  const failure = failureOf(new TypeError('x is not a function'));
  t.equal(failure.exitCode, 1);
  t.match(failure.text, /^pprobe: this is a bug in pprobe: TypeError: x is not a function\n {4}at /);
  t.match(failure.text, 'failure.test.ts');
  t.match(failure.text, /please report it to those who gave you pprobe, with the lines above/);
  t.equal(failure.document.error.code, 'internal');
  t.same(validateDocument(failure.document), []);
});

test('even what is thrown without being an error is reported', async (t) => {
  t.match(failureOf('just text').text, 'bug in pprobe: just text\n');
});

test('a bug is reported where package.json says', async (t) => {
  t.equal(
    addressee({ bugs: { url: 'https://bugs.example/' }, homepage: 'https://a.example/' }),
    'at https://bugs.example/',
  );
  t.equal(addressee({ bugs: 'https://bugs.example/' }), 'at https://bugs.example/');
  t.equal(addressee({ bugs: { email: 'bugs@a.example' } }), 'to bugs@a.example');
  t.equal(addressee({ homepage: 'https://a.example/' }), 'at https://a.example/');
  t.equal(addressee({}), 'to those who gave you pprobe');
});
