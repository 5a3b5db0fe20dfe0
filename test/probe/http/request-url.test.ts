import { test } from 'tap';
import { parseRequestUrl } from '../../../src/probe/http/request.js';

test('the request has the query, the shown URL has not', async (t) => {
  t.same(parseRequestUrl('https://u:p@api.test:8443/prod/a%20b?key=secret#frag'), {
    path: '/prod/a%20b?key=secret',
    host: 'api.test:8443',
    shown: 'https://api.test:8443/prod/a%20b',
    shownWithQuery: 'https://api.test:8443/prod/a%20b?key=secret',
  });
  t.same(parseRequestUrl('https://[fd00::1]'), {
    path: '/',
    host: '[fd00::1]',
    shown: 'https://[fd00::1]/',
    shownWithQuery: 'https://[fd00::1]/',
  });
});

test('text that is not a URL is refused without repeating it, because it can contain a secret', async (t) => {
  for (const text of ['', 'api.test', 'ftp://api.test/?secret', 'http://', 'https://a b/?secret']) {
    t.throws(() => parseRequestUrl(text), { code: 'invalid-input', argument: 'url' });
    t.throws(() => parseRequestUrl(text), { message: /^(?!.*secret)/ });
  }
});
