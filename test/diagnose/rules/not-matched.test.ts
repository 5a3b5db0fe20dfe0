import { test } from 'tap';
import { classify } from '../../../src/diagnose/classify.js';
import { API, answeredWith, forbidden, HOST, http, VPCE_NAME } from '../evidence.js';

test('an answer of CloudFront shows its way', (t) => {
  t.match(classify(answeredWith([forbidden({ viaCloudFront: true })])).evidence[0]?.text, /CloudFront/);
  t.end();
});

test('commands survive what a URL may hold', (t) => {
  const target = `https://${VPCE_NAME}/prod/$(reboot);'x'`;
  const verdict = classify(
    answeredWith([forbidden(), http(200, { variant: 'host' })], { target, options: { apiId: API } }),
  );
  t.equal(
    verdict.remedies[0]?.command,
    `curl -v -H 'Host: ${HOST}' 'https://${VPCE_NAME}/prod/$(reboot);'\\''x'\\'''`,
  );
  t.end();
});
