import fc from 'fast-check';
import { test } from 'tap';
import { checkTarget } from '../../../src/diagnose/classify.js';
import { parseTarget } from '../../../src/target/parse-target.js';
import { checkApiName } from '../../../src/target/private-api/check-api-name.js';
import { suffixOf } from '../../../src/target/private-api/partitions.js';
import { anyText } from '../../diagnose/any-text.js';
import { API, HOST, VPCE } from '../../diagnose/evidence.js';

const region = fc.constantFrom(
  'us-east-1',
  'cn-north-1',
  'us-gov-west-1',
  'eusc-de-east-1',
  'us-isob-east-1',
);
const apiId = fc.stringMatching(/^[a-z0-9]{10}$/);
const vpceId = fc.stringMatching(/^vpce-[0-9a-f]{17}$/);
const random = fc.stringMatching(/^[a-z0-9]{8}$/);

/** A name in every documented form. */
const name = fc
  .record({ region, apiId, vpceId, random, form: fc.nat(4) })
  .map(({ region: at, apiId: api, vpceId: vpce, random: tail, form }) => {
    const end = `execute-api.${at}.${suffixOf(at)}`;
    const endVpce = `execute-api.${at}.vpce.${suffixOf(at)}`;
    return [
      `${api}.${end}`,
      `${api}-${vpce}.${end}`,
      `${vpce}-${tail}.${endVpce}`,
      `${vpce}-${tail}-${at}a.${endVpce}`,
      end,
    ][form] as string;
  });

test('a name in a documented form has no problems', (t) => {
  fc.assert(fc.property(name, (given) => t.same(checkApiName(given), { problems: [], right: null }, given)));
  t.end();
});

test('one character changed anywhere: no crash, and the corrected name has no problems', (t) => {
  const changed = fc
    .tuple(name, fc.nat(60), fc.constantFrom('', '-', '.', 'x', '9', 'vpce.'))
    .map(([given, at, by]) => given.slice(0, at) + by + given.slice(at + 1));
  fc.assert(
    fc.property(fc.oneof(changed, anyText(40)), (given) => {
      const { problems, right } = checkApiName(given);
      if (right === null) return;
      t.not(problems.length, 0, given);
      t.same(checkApiName(right), { problems: [], right: null }, `${given} -> ${right}`);
    }),
  );
  t.end();
});

test('other names have no problems', (t) => {
  for (const given of [
    'api.example.com',
    'execute-api.internal.example',
    'my-execute-api.example.com',
    'vpce-0123456789abcdef0-abcd1234.s3.us-east-1.vpce.amazonaws.com',
    'bucket.s3.us-east-1.amazonaws.com',
    '10.0.1.5',
  ])
    t.same(checkApiName(given).problems, [], given);
  t.end();
});

test('a target is checked before anything is sent', (t) => {
  const check = (input: string) => checkTarget(parseTarget(input));
  t.equal(check(`https://${HOST}/prod`), null);
  t.equal(check(HOST), null, 'a bare name asks about the way there, not about a stage');
  t.equal(check('db.internal:5432'), null);
  t.match(check(`https://${HOST}`), { cause: 'url.malformed', evidence: [{ observation: 'target' }] });
  t.match(check(`https://${API}-${VPCE}.execute-api.us-east-1.vpce.amazonaws.com/prod`), {
    class: 'dns',
    cause: 'url.malformed',
    confidence: 'certain',
  });
  t.end();
});
