import { test } from 'tap';
import { parseResolvConf, systemPatience } from '../../src/host/resolv-conf.js';

/** Silent servers and options, and how long `getent ahosts` took with them (glibc 2.36, without a search list). */
const measured: [servers: number, options: string, totalMs: number][] = [
  [1, 'timeout:2 attempts:2', 4000],
  [2, 'timeout:3 attempts:2', 12_000],
  [3, 'timeout:3 attempts:1', 9000],
  [3, 'timeout:1 attempts:2', 6000],
];

test('as long as getent was seen to wait for silent servers', async (t) => {
  for (const [servers, options, totalMs] of measured) {
    const lines = [...Array(servers).keys()].map((index) => `nameserver 10.0.0.${index + 2}`);
    const conf = parseResolvConf([...lines, `options ${options}`].join('\n'));
    t.same(systemPatience(conf), { firstMs: conf.timeoutMs, totalMs }, `${servers} servers, ${options}`);
  }
});

test('the defaults of resolv.conf(5): five seconds, twice', async (t) => {
  t.same(systemPatience(parseResolvConf('nameserver 10.0.0.2')), { firstMs: 5000, totalMs: 10_000 });
});
