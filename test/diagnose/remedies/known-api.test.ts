import { test } from 'tap';
import { classify } from '../../../src/diagnose/classify.js';
import { withKnownApi } from '../../../src/diagnose/remedies/known-api.js';
import { configuredEvidence, factsOf, healthy } from '../configuration/vpc.js';
import { API, answeredWith, denied, forbidden, http, VPCE_NAME } from '../evidence.js';
import { because } from '../rules/situations.js';

const target = `https://${VPCE_NAME}/prod/orders`;

test('the ARN of a denial names the API and its stage', (t) => {
  const given = answeredWith([denied(because('resource-based policy'))], { target: `https://${VPCE_NAME}/` });
  t.match(withKnownApi(given).privateApi, { apiId: API, stage: 'prod', region: 'us-east-1' });
  t.end();
});

test('configuration that was read names the API in remedies, in place of API_ID', (t) => {
  const { observations } = answeredWith([forbidden()], { target });
  const given = configuredEvidence(
    { target, ...observations },
    factsOf(healthy, { apigateway: { restApi: { id: API }, stages: [{ stageName: 'prod' }] } }),
  );
  const remedies = JSON.stringify(classify(given).remedies);
  t.match(remedies, `x-apigw-api-id: ${API}`);
  t.notMatch(remedies, 'API_ID');
  t.end();
});

test('nothing is known of the API of a request without a denial and without configuration', (t) => {
  t.match(withKnownApi(answeredWith([http(200)], { target })).privateApi, { apiId: null, stage: 'prod' });
  t.end();
});
