import fc from 'fast-check';
import { test } from 'tap';
import { proxyAddress, readProxyEnvironment } from '../../src/host/proxy.js';

const host = 'abc123defg.execute-api.us-east-1.amazonaws.com';
const proxy = 'http://proxy.corp:3128';

test('credentials are removed', async (t) => {
  t.equal(proxyAddress('http://user:p@ss@proxy.corp:3128'), proxy);
  t.equal(proxyAddress('user:pass@proxy.corp:3128'), 'proxy.corp:3128');
  t.equal(proxyAddress(proxy), proxy);
  const word = fc.stringMatching(/^[a-z0-9:/@]{1,12}$/);
  fc.assert(fc.property(word, (secret) => proxyAddress(`http://u:${secret}@proxy`) === 'http://proxy'));
});

test('the variable for the target is found, and none if no_proxy exempts the target', async (t) => {
  const forTarget = (env: Record<string, string>, name = host) =>
    readProxyEnvironment(env, name, 443).forTarget?.name ?? null;
  t.equal(forTarget({}), null);
  t.equal(forTarget({ HTTPS_PROXY: proxy, https_proxy: proxy }), 'https_proxy');
  t.equal(forTarget({ HTTPS_PROXY: proxy, ALL_PROXY: proxy }), 'HTTPS_PROXY');
  t.equal(forTarget({ ALL_PROXY: proxy }), 'ALL_PROXY');
  t.equal(forTarget({ http_proxy: proxy }), null, 'it applies to http only');
  t.equal(forTarget({ https_proxy: ' ' }), null, 'a blank value counts as unset');
  for (const no_proxy of [
    '*',
    'amazonaws.com',
    '.amazonaws.com',
    `x, ${host}`,
    `${host}:443`,
    '*.us-east-1.amazonaws.com',
  ]) {
    t.equal(forTarget({ https_proxy: proxy, no_proxy }), null, no_proxy);
  }
  for (const no_proxy of ['zonaws.com', `${host}:8443`, 'example.com', '10.0.0.0/8', '']) {
    t.equal(forTarget({ https_proxy: proxy, no_proxy }), 'https_proxy', no_proxy);
  }
  t.equal(forTarget({ https_proxy: proxy, no_proxy: '10.0.0.0/8' }, '10.0.2.20'), null);
  t.equal(forTarget({ https_proxy: proxy, no_proxy: 'fd10::/16' }, 'fd10::1'), null);
  t.equal(forTarget({ https_proxy: proxy, no_proxy: '10.0.3.0/24' }, '10.0.2.20'), 'https_proxy');
});

test('no environment makes it throw or show credentials', async (t) => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (https_proxy, no_proxy) => {
      const { variables } = readProxyEnvironment({ https_proxy, no_proxy }, host, 443);
      return variables.every(({ name, value }) => name === 'no_proxy' || !value.includes('@'));
    }),
  );
  t.pass();
});
