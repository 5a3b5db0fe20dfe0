import fc from 'fast-check';
import { test } from 'tap';
import { readDenial } from '../../src/documents/gateway-answer.js';
import { anyText } from '../diagnose/any-text.js';

const ARN = 'arn:aws:execute-api:us-east-1:********4690:dfkf3ef8vf/prod/GET/';
const ON = `User: anonymous is not authorized to perform: execute-api:Invoke on resource: ${ARN}`;
const because = (policy: string) => `${ON} because no ${policy} allows the execute-api:Invoke action`;
const explicit = (policy: string) => `${ON} with an explicit deny in ${policy}`;

test('which policy a denial names, and whether a Deny matched', (t) => {
  const rows: [string, string, boolean, string | null][] = [
    [ON, 'unknown', false, null],
    [`${ON} with an explicit deny`, 'unknown', true, null],
    [because('resource-based policy'), 'resource', false, 'resource-based policy'],
    [explicit('a resource-based policy'), 'resource', true, 'resource-based policy'],
    [because('VPC endpoint policy'), 'endpoint', false, 'VPC endpoint policy'],
    [explicit('a VPC endpoint policy'), 'endpoint', true, 'VPC endpoint policy'],
    [because('identity-based policy'), 'identity', false, 'identity-based policy'],
    [explicit('an identity-based policy'), 'identity', true, 'identity-based policy'],
    [because('permissions boundary'), 'identity', false, 'permissions boundary'],
    [explicit('a permissions boundary'), 'identity', true, 'permissions boundary'],
    [because('session policy'), 'identity', false, 'session policy'],
    [because('service control policy'), 'organization', false, 'service control policy'],
    [explicit('a service control policy'), 'organization', true, 'service control policy'],
    [explicit('a resource control policy'), 'organization', true, 'resource control policy'],
  ];
  for (const [text, layer, isExplicit, policy] of rows) {
    t.match(readDenial(text), { layer, explicit: isExplicit, policy, who: 'anonymous' }, text);
  }
  t.end();
});

test('the resource of a denial', (t) => {
  t.same(readDenial(ON)?.resource, {
    arn: ARN,
    region: 'us-east-1',
    account: '********4690',
    apiId: 'dfkf3ef8vf',
    stage: 'prod',
  });
  const china =
    'User: arn:aws-cn:iam::123456789012:user/me is not authorized to perform: execute-api:Invoke on resource: arn:aws-cn:execute-api:cn-northwest-1:123456789012:0qzs2sy7bh/*/POST/x';
  t.match(readDenial(china), {
    who: 'arn:aws-cn:iam::123456789012:user/me',
    resource: { apiId: '0qzs2sy7bh', region: 'cn-northwest-1', stage: '*' },
  });
  const cut = 'User: anonymous is not authorized to perform: execute-api:Invoke on resource:';
  t.match(
    readDenial(cut),
    { layer: 'unknown', resource: null },
    'the line of the knowledge-center article has no ARN',
  );
  t.end();
});

test('a denial inside JSON and inside an execution log', (t) => {
  t.match(readDenial(`{"Message":"${because('VPC endpoint policy')}"}`), {
    layer: 'endpoint',
    resource: { stage: 'prod' },
  });
  t.match(readDenial(`(4f3e3b0f-39db-11e9-9c2e-5bd7c2de5998) ${explicit('a resource-based policy')}`), {
    layer: 'resource',
    explicit: true,
  });
  t.end();
});

test('the sentence of a Lambda authorizer is about the caller', (t) => {
  const sentence = 'User is not authorized to access this resource';
  t.match(readDenial(sentence), { layer: 'identity', explicit: false, who: null, resource: null });
  t.match(readDenial(`${sentence} with an explicit deny`), { layer: 'identity', explicit: true });
  t.match(readDenial(`${sentence} with an explicit deny in an identity-based policy`), {
    layer: 'identity',
    explicit: true,
  });
  t.match(readDenial(`${sentence} because no identity-based policy allows the execute-api:Invoke action`), {
    layer: 'identity',
    explicit: false,
  });
  t.end();
});

test('other texts are not denials', (t) => {
  for (const text of [
    '',
    'Forbidden',
    'Missing Authentication Token',
    'The security token included in the request is invalid.',
  ]) {
    t.equal(readDenial(text), null, text);
  }
  fc.assert(fc.property(anyText(), (text) => readDenial(text) === null));
  t.end();
});

test('a hostile text of one megabyte is read in linear time', (t) => {
  const text = `${'User: '.repeat(100_000)}${ON} because no ${'a '.repeat(200_000)}`;
  t.match(readDenial(text), { layer: 'unknown', policy: null, who: 'anonymous' });
  t.end();
});
