import t from 'tap';
import { evaluate, type Policy, type PolicyRequest, type Statement } from './policy.js';

const request: PolicyRequest = {
  action: 'execute-api:Invoke',
  resource: 'arn:aws:execute-api:us-east-1:123456789012:abc123defg/prod/GET/health',
  context: { 'aws:SourceVpce': 'vpce-1', 'aws:SourceVpc': 'vpc-1' },
};

const invoke = { Principal: '*', Action: 'execute-api:Invoke', Resource: '*' } as const;
const allow: Statement = { ...invoke, Effect: 'Allow' };
const deny: Statement = { ...invoke, Effect: 'Deny' };

function decide(...statements: Statement[]): string {
  return evaluate({ Version: '2012-10-17', Statement: statements }, request);
}

t.test('a request that no statement allows is denied; a Deny precedes an Allow', async (t) => {
  t.equal(decide(), 'implicit-deny');
  t.equal(decide(allow), 'allow');
  t.equal(decide(deny, allow), 'explicit-deny');
  t.equal(decide(allow, deny), 'explicit-deny');
});

t.test('a statement applies only to the actions, resources and principals it names', async (t) => {
  const resource = (value: string): string => decide({ ...allow, Resource: value });
  t.equal(resource(request.resource), 'allow');
  t.equal(resource('arn:aws:execute-api:us-east-1:123456789012:abc123defg/*'), 'allow');
  t.equal(resource('arn:aws:execute-api:*:*:abc123def?/prod/*/health'), 'allow');
  t.equal(resource('arn:aws:execute-api:us-east-1:123456789012:other/*'), 'implicit-deny');
  t.equal(
    resource('arn.aws:execute-api:us-east-1:123456789012:abc123defg/*'),
    'implicit-deny',
    'a dot matches only a dot',
  );
  t.equal(
    resource('execute-api:/prod/GET/*'),
    'allow',
    'the short form is about the API that has the policy',
  );
  t.equal(resource('execute-api:/prod/POST/*'), 'implicit-deny');

  t.equal(decide({ ...allow, Action: 'EXECUTE-API:invoke' }), 'allow', 'actions match in any case');
  t.equal(decide({ ...allow, Action: ['s3:*', 'execute-api:*'] }), 'allow');
  t.equal(decide({ ...allow, Action: 's3:*' }), 'implicit-deny');

  t.equal(decide({ ...allow, Principal: { AWS: '*' } }), 'allow');
  t.equal(decide({ ...allow, Principal: { AWS: 'arn:aws:iam::123456789012:root' } }), 'implicit-deny');
});

t.test('conditions compare the endpoint and the VPC of the request', async (t) => {
  const when = (Condition: Statement['Condition']): string =>
    decide({ ...allow, ...(Condition && { Condition }) });
  t.equal(when({ StringEquals: { 'aws:SourceVpce': 'vpce-1' } }), 'allow');
  t.equal(when({ StringEquals: { 'aws:sourcevpce': ['vpce-0', 'vpce-1'] } }), 'allow', 'keys in any case');
  t.equal(
    when({ StringEquals: { 'aws:SourceVpce': 'VPCE-1' } }),
    'implicit-deny',
    'values are case-sensitive',
  );
  t.equal(when({ StringNotEquals: { 'aws:SourceVpce': 'vpce-2' } }), 'allow');
  t.equal(when({ StringNotEquals: { 'aws:SourceVpce': ['vpce-2', 'vpce-1'] } }), 'implicit-deny');
  t.equal(when({ StringLike: { 'aws:SourceVpc': 'vpc-*' } }), 'allow');
  t.equal(when({ StringNotLike: { 'aws:SourceVpc': 'vpc-*' } }), 'implicit-deny');
  t.equal(
    when({ StringEquals: { 'aws:SourceVpce': 'vpce-1' }, StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } }),
    'implicit-deny',
    'every operator must hold',
  );
});

t.test('a request without an endpoint fails equality and passes its negation', async (t) => {
  const outside = { ...request, context: {} };
  const policy = (statement: Statement): Policy => ({ Version: '2012-10-17', Statement: [statement] });
  const equal = { StringEquals: { 'aws:SourceVpce': 'vpce-1' } };
  const notEqual = { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } };
  t.equal(evaluate(policy({ ...allow, Condition: equal }), outside), 'implicit-deny');
  t.equal(evaluate(policy({ ...deny, Condition: notEqual }), outside), 'explicit-deny');
});

t.test('an unknown operator is an error', async (t) => {
  const statement: Statement = JSON.parse(
    JSON.stringify({ ...allow, Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }),
  );
  t.throws(() => decide(statement), { message: /IpAddress/ });
});
