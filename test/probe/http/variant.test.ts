import { test } from 'tap';
import { variantHeaders } from '../../../src/probe/http/request.js';

const names = { apiHost: 'abc123defg.execute-api.us-east-1.amazonaws.com', apiId: 'abc123defg' };

test('each variant names the API differently', async (t) => {
  t.same(variantHeaders('plain', names), {});
  t.same(variantHeaders('host', names), { host: names.apiHost });
  t.same(variantHeaders('api-id', names), { 'x-apigw-api-id': 'abc123defg' });
});

test('the bogus id has the form of an id and is not the id of the API', async (t) => {
  const bogus = variantHeaders('bogus', names)?.['x-apigw-api-id'];
  t.match(bogus, /^[a-z0-9]{10}$/);
  t.not(bogus, names.apiId);
});

test('a variant whose name is unknown has no headers', async (t) => {
  const unknown = { apiHost: null, apiId: null };
  t.equal(variantHeaders('host', unknown), null);
  t.equal(variantHeaders('api-id', unknown), null);
  t.same(variantHeaders('plain', unknown), {});
});
