import { hostname } from 'node:os';
import t from 'tap';
import { readVantage } from '../../src/host/vantage.js';
import { canonicalAddress } from '../../src/net/address/address.js';
import { scopeOf } from '../../src/net/address/scope.js';

t.test('the host of this process is described', async (t) => {
  const vantage = await readVantage();
  t.equal(vantage.hostname, hostname());
  t.match(vantage.platform, new RegExp(`^${process.platform} \\S+ ${process.arch}$`));
  t.ok(Array.isArray(vantage.nameservers));
  for (const address of vantage.addresses) {
    t.equal(canonicalAddress(address), address);
    t.not(scopeOf(address), 'loopback', address);
  }
  t.equal(new Set(vantage.addresses).size, vantage.addresses.length, 'no duplicates');
});
