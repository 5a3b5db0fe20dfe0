import { test } from 'tap';
import { classify, findingsOf } from '../../../src/diagnose/classify.js';
import { dns, evidence, HOST, VPCE_NAME } from '../evidence.js';

test('the IPv6 addresses of a VPC are public and healthy', (t) => {
  const answer = dns(HOST, ['10.0.1.5', '2600:1f18:1:2301::5']);
  t.equal(
    classify(evidence({ dns: [answer] })).cause,
    'dns.public-answer',
    'nothing says that they are the VPC’s',
  );
  t.same(
    findingsOf(evidence({ dns: [answer], vantage: { addresses: ['2600:1f18:1:23ff::9'] } })),
    [],
    'in this host’s own block',
  );
  t.same(
    findingsOf(
      evidence({
        options: { vpce: VPCE_NAME },
        dns: [answer, dns(VPCE_NAME, ['10.0.1.5', '2600:1f18:1:2301::5'])],
      }),
    ),
    [],
    'among the endpoint’s own',
  );
  t.same(findingsOf(evidence({ dns: [dns(HOST, ['fd00:1::5'])] })), [], 'unique local');
  t.end();
});
