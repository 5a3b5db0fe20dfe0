import t from 'tap';
import { accountId, apiId, names, stage } from '../facts.js';
import { faultNamed } from '../faults/index.js';
import { healthyGateway, publicFrontEnd } from '../state.js';
import { answerRequest, type GatewayAnswer, type GatewayRequest } from './gateway.js';

function get(change: Partial<GatewayRequest> = {}, config = healthyGateway): GatewayAnswer {
  return answerRequest(config, {
    method: 'GET',
    path: `/${stage}/health`,
    host: names.api,
    apiIdHeader: null,
    ...change,
  });
}

const forbidden = { status: 403, errorType: 'ForbiddenException', body: { message: 'Forbidden' } };

t.test('an API is found by its name, its alias, or the header', async (t) => {
  t.equal(get().status, 200);
  t.equal(get({ host: `${names.api.toUpperCase()}:443` }).status, 200);
  t.equal(get({ host: names.alias }).status, 200);
  t.equal(get({ host: names.vpce, apiIdHeader: apiId }).status, 200);
  t.equal(get({ path: `/${stage}` }).status, 200);
  t.equal(get({ path: `/${stage}/` }).status, 200);
});

t.test('a request that selects no API or no stage is Forbidden', async (t) => {
  t.strictSame(get({ host: names.vpce }), forbidden, "the endpoint's name alone names no API");
  t.strictSame(get({ host: null }), forbidden);
  t.strictSame(get({ host: names.api.replace(apiId, 'zzzzzzzzzz') }), forbidden);
  t.strictSame(get({ host: names.api.replace(apiId, 'constructor') }), forbidden);
  t.strictSame(get({ host: `${names.api}.cn` }), forbidden, 'a wrong suffix');
  t.strictSame(
    get({ host: names.alias.replace('vpce-0', 'vpce-1') }),
    forbidden,
    'an endpoint that is not associated',
  );
  t.strictSame(get({ apiIdHeader: 'zzzzzzzzzz' }), forbidden, 'the header decides');
  t.strictSame(get({ path: '/' }), forbidden);
  t.strictSame(get({ path: '/dev/health' }), forbidden);
  t.strictSame(get({}, publicFrontEnd.gateway), forbidden, 'the public front end serves no private API');
});

t.test('an unknown path or method is a missing authentication token', async (t) => {
  const missing = {
    status: 403,
    errorType: 'MissingAuthenticationTokenException',
    body: { message: 'Missing Authentication Token' },
  };
  t.strictSame(get({ path: `/${stage}/nowhere` }), missing);
  t.strictSame(get({ method: 'POST' }), missing);
});

t.test('a denial names the policy, and only the last four digits of the account', async (t) => {
  const denial = (fault: string): unknown => {
    const { status, errorType, body } = get({}, faultNamed(fault).state.endpoint.gateway);
    t.equal(status, 403);
    t.equal(errorType, 'AccessDeniedException');
    return body;
  };
  const said = (suffix: string): object => ({
    Message:
      'User: anonymous is not authorized to perform: execute-api:Invoke on resource: ' +
      `arn:aws:execute-api:us-east-1:********${accountId.slice(-4)}:${apiId}/prod/GET/health${suffix}`,
  });
  t.strictSame(
    denial('resource-policy-implicit'),
    said(' because no resource-based policy allows the execute-api:Invoke action'),
  );
  t.strictSame(denial('resource-policy-explicit'), said(' with an explicit deny in a resource-based policy'));
  t.strictSame(
    denial('endpoint-policy-implicit'),
    said(' because no VPC endpoint policy allows the execute-api:Invoke action'),
  );
  t.strictSame(denial('endpoint-policy-explicit'), said(' with an explicit deny in a VPC endpoint policy'));
  t.strictSame(denial('old-denial'), said(''));
});

t.test('a private API without a resource policy denies every request', async (t) => {
  const api = healthyGateway.apis[apiId];
  if (api === undefined) throw new Error('the lab has no API');
  const config = { ...healthyGateway, apis: { [apiId]: { ...api, resourcePolicy: null } } };
  t.match(get({}, config).body, { Message: /because no resource-based policy allows/ });
});

t.test('an explicit deny of one policy precedes an implicit deny of the other', async (t) => {
  const silent = faultNamed('endpoint-policy-implicit').state.endpoint.gateway.endpointPolicy;
  const denying = faultNamed('resource-policy-explicit').state.endpoint.gateway;
  t.match(get({}, { ...denying, endpointPolicy: silent }).body, {
    Message: /with an explicit deny in a resource-based policy$/,
  });
  t.match(get({}, { ...denying, oldWording: true }).body, { Message: /with an explicit deny$/ });
});
