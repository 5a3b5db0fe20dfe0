import t from 'tap';
import type { Gate } from '../../src/documents/facts.js';
import { gateName } from '../../src/report/gate-words.js';

const sample: Gate = {
  gate: 'route',
  end: 'client',
  direction: null,
  state: 'allow',
  resource: null,
  rule: null,
  text: 'a gate',
};

t.test('the name of a gate has abbreviations in capitals', async (t) => {
  const named = (gate: Gate['gate'], direction: Gate['direction']): string =>
    gateName({ ...sample, gate, direction });
  t.equal(named('network-acl', 'in'), 'client network ACL in');
  t.equal(named('security-group', 'out'), 'client security group out');
  t.equal(named('dhcp-options', null), 'client DHCP options');
  t.equal(named('vpc-attribute', null), 'client VPC attribute');
  t.equal(named('private-dns', null), 'client private DNS');
});
