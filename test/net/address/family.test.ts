import t from 'tap';
import { familyOf } from '../../../src/net/address/address.js';

t.test('only a literal has a family', async (t) => {
  t.equal(familyOf('10.0.0.1'), 4);
  t.equal(familyOf('fe80::1%eth0'), 6);
  t.equal(familyOf('::ffff:10.0.0.1'), 6);
  for (const text of ['', 'example.com', '10.0.0.01', '10.1', '[::1]', '10.0.0.1/8', ' 10.0.0.1']) {
    t.equal(familyOf(text), null, text);
  }
});
