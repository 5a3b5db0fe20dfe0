import t from 'tap';
import { inRange, parseRange } from '../../../src/net/address/range.js';

t.test('ranges contain addresses of their family', async (t) => {
  const range = (text: string) => {
    const parsed = parseRange(text);
    if (parsed === null) throw new Error(`${text} is no range`);
    return parsed;
  };
  t.ok(inRange(range('10.0.0.5'), range('10.0.0.0/8')));
  t.ok(inRange(range('10.1.0.0/16'), range('10.0.0.0/8')));
  t.notOk(inRange(range('10.0.0.0/8'), range('10.1.0.0/16')));
  t.notOk(inRange(range('::ffff:10.0.0.5'), range('10.0.0.0/8')));
  for (const text of ['', '10.0.0.0/', '10.0.0.0/x', 'fe80::1%eth0/64', '::/129', '10.0.0.0/8/8']) {
    t.equal(parseRange(text), null, text);
  }
});
