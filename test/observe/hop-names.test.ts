import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { HopNames } from '../../src/observe/hop-names.js';

test('each address is looked up once, few at a time, and reported when its name is known', async (t) => {
  let underWay = 0;
  let most = 0;
  const asked: string[] = [];
  const told: string[] = [];
  const names = new HopNames(
    async (address) => {
      asked.push(address);
      most = Math.max(most, ++underWay);
      await sleep(1);
      underWay -= 1;
      return address === '10.0.0.3' ? null : `name-of-${address}`;
    },
    (address) => told.push(address),
  );
  const addresses = Array.from({ length: 20 }, (_, index) => `10.0.0.${index}`);
  names.want([null, ...addresses]);
  names.want(addresses);
  await names.settle(10_000);
  t.same(asked, addresses);
  t.equal(most, 8);
  t.equal(told.length, 19);
  t.match(names.known(), { '10.0.0.1': 'name-of-10.0.0.1', '10.0.0.3': null });
});

test('a resolver that fails or is silent delays no other lookup', async (t) => {
  const names = new HopNames(async (address, signal) => {
    if (address === '10.0.0.1') throw new Error('no nameserver');
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    return null;
  });
  names.want(['10.0.0.1', '10.0.0.2']);
  await names.settle(5);
  t.same(names.known(), { '10.0.0.1': null, '10.0.0.2': null });
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 5);
  await names.settle(3_600_000, stop.signal);
  names.close();
  names.want(['10.0.0.3']);
  t.same(Object.keys(names.known()), ['10.0.0.1', '10.0.0.2'], 'no lookup starts after the end');
});
