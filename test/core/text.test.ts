import fc from 'fast-check';
import t from 'tap';
import { withoutSecrets } from '../../src/core/text.js';

t.test('a URL, a host and a relative reference lose query, fragment and user information', async (t) => {
  t.equal(withoutSecrets('https://u:p@a.test/x?token=1'), 'https://a.test/x');
  t.equal(withoutSecrets('u:p@a.test:443'), 'a.test:443');
  t.equal(withoutSecrets('//u@a.test/x#t'), '//a.test/x');
  t.equal(withoutSecrets('/x/y@z?token=1'), '/x/y@z');
  t.equal(withoutSecrets('/y@z'), '/y@z');
  t.equal(withoutSecrets('?token=1'), '');
  fc.assert(fc.property(fc.string(), (text) => !/[?#]/.test(withoutSecrets(text))));
});
