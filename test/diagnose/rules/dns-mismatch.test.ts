import { test } from 'tap';
import { findingsOf } from '../../../src/diagnose/classify.js';
import { dns, evidence, HOST, VPCE, VPCE_NAME } from '../evidence.js';
import { three } from './situations.js';

test('names of one zone, and private names without AAAA, are no mismatch', (t) => {
  const zonal = `${VPCE}-abcd1234-us-east-1a.execute-api.us-east-1.vpce.amazonaws.com`;
  const inZone = evidence({ options: { vpce: zonal }, dns: [dns(HOST, three), dns(zonal, ['10.0.1.5'])] });
  t.same(findingsOf(inZone), []);
  const dualStack = evidence({
    options: { vpce: VPCE_NAME },
    dns: [dns(HOST, three), dns(VPCE_NAME, [...three, '2600:1f18::5'])],
  });
  t.same(findingsOf(dualStack), []);
  t.end();
});
