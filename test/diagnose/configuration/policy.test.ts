import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'tap';
import {
  isKnownOperator,
  type KeyValue,
  wildcardMatch,
} from '../../../src/diagnose/configuration/policy/condition.js';
import { readPolicy, type Statement } from '../../../src/diagnose/configuration/policy/document.js';
import { evaluatePolicy, type PolicyRequest } from '../../../src/diagnose/configuration/policy/evaluate.js';

interface Case {
  name: string;
  policy: string;
  request: PolicyRequest;
  expected: string;
}

function requestWith(
  keys: Readonly<Record<string, KeyValue>>,
  caller: string | null,
  path: string | null,
  account: string | null,
): PolicyRequest {
  return {
    caller,
    action: 'execute-api:Invoke',
    resource: { partition: 'aws', region: 'us-east-1', account, apiId: 'a1b2c3d4e5', path },
    key: (name) => keys[name] ?? 'unknown',
  };
}

const cases: Case[] = readFileSync(new URL('policy-cases.tsv', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [name = '', statements = '', caller = '', path = '', account = '', keys = '', expected = ''] =
      line.split('\t');
    const orNull = (text: string): string | null => (text === '' ? null : text);
    return {
      name,
      policy: `{"Statement":${statements}}`,
      request: requestWith(JSON.parse(keys), orNull(caller), orNull(path), orNull(account)),
      expected,
    };
  });

function statementsOf(policy: string): Statement[] {
  const read = readPolicy(policy);
  if ('problem' in read) throw new Error(read.problem);
  return read.statements;
}

test('the table of policies, requests and decisions', async (t) => {
  t.ok(cases.length >= 200, `${cases.length} cases`);
  for (const { name, policy, request, expected } of cases) {
    const { state, statement, why } = evaluatePolicy(statementsOf(policy), request);
    t.equal(state, expected, name);
    if (state === 'explicit-deny' || state === 'allow') t.ok(statement, `${name}: the statement is named`);
    t.notMatch(why, /undefined|\bnull\b/, name);
  }
});

test('the table has every operator', async (t) => {
  const used = new Set(
    cases.flatMap(({ policy }) =>
      statementsOf(policy).flatMap(({ conditions }) =>
        conditions.map(({ operator }) => operator.replace(/^.*:|IfExists$/g, '').toLowerCase()),
      ),
    ),
  );
  const families = ['equals', 'notequals', 'equalsignorecase', 'notequalsignorecase', 'like', 'notlike'].map(
    (each) => `string${each}`,
  );
  const sizes = ['equals', 'notequals', 'lessthan', 'lessthanequals', 'greaterthan', 'greaterthanequals'];
  const all = [
    ...families,
    ...sizes.flatMap((each) => [`numeric${each}`, `date${each}`]),
    ...[
      'bool',
      'binaryequals',
      'ipaddress',
      'notipaddress',
      'arnequals',
      'arnlike',
      'arnnotequals',
      'arnnotlike',
      'null',
    ],
  ];
  for (const operator of all) {
    t.ok(used.has(operator), operator);
    t.ok(isKnownOperator(operator));
  }
  t.notOk(isKnownOperator('StringResembles'));
});

const open =
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/*"}}';
const plainRequest = requestWith({}, 'anonymous', 'prod/GET/orders', '123456789012');
const once = JSON.stringify(open).slice(1, -1);

test('a policy is read in each form in which AWS gives it', async (t) => {
  const forms = [
    open,
    once,
    `"${once}"`,
    once.replaceAll('/', '\\/'),
    JSON.stringify(JSON.stringify(once)),
    encodeURIComponent(open),
    ` ${open}\n`,
  ];
  for (const form of forms)
    t.equal(evaluatePolicy(statementsOf(form), plainRequest).state, 'allow', form.slice(0, 40));
});

test('policy variables have the value of the request, in policies of 2012 alone', async (t) => {
  const judged = (value: string, keys: Record<string, KeyValue>, version: string | null = '2012-10-17') => {
    const statement = {
      ...{ Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: '*' },
      Condition: { StringEquals: { 'aws:ResourceAccount': value } },
    };
    const policy = { ...(version === null ? {} : { Version: version }), Statement: statement };
    const request = requestWith(
      { 'aws:resourceaccount': ['123456789012'], ...keys },
      'anonymous',
      'prod/GET/orders',
      '123456789012',
    );
    return evaluatePolicy(statementsOf(JSON.stringify(policy)), request).state;
  };
  const variable = '\u0024{aws:PrincipalAccount}';
  t.equal(judged(variable, { 'aws:principalaccount': ['anonymous'] }), 'implicit-deny');
  t.equal(judged(variable, { 'aws:principalaccount': ['123456789012'] }), 'allow');
  t.equal(judged(variable, {}), 'unknown');
  t.equal(judged(variable, { 'aws:principalaccount': 'absent' }), 'unknown');
  t.equal(judged(variable, { 'aws:principalaccount': ['123456789012', 'x'] }), 'unknown');
  const withDefault = "\u0024{aws:PrincipalTag/account, '123456789012'}";
  t.equal(judged(withDefault, { 'aws:principaltag/account': 'absent' }), 'allow');
  t.equal(judged(withDefault, { 'aws:principaltag/account': ['2'] }), 'implicit-deny');
  t.equal(judged(variable, { 'aws:principalaccount': ['anonymous'] }, null), 'unknown');
});

test('what is no policy says why', async (t) => {
  for (const text of ['', 'allow all', '{"Statement":', '\\', '%7', '"x"', '{\\"Version\\":'])
    t.same(readPolicy(text), { problem: 'the policy is not JSON' }, text);
  t.match(readPolicy('[]'), { problem: /not an object/ });
  t.match(readPolicy('{"Version":"2012-10-17"}'), { problem: /no statement/ });
  t.equal(
    evaluatePolicy(statementsOf('{"Statement":["nonsense", 5, null, {}]}'), plainRequest).state,
    'unknown',
  );
});

test('a policy of 20 KB is evaluated, and so is a pattern made of stars', async (t) => {
  const one = {
    Effect: 'Allow',
    Principal: '*',
    Action: 'execute-api:Invoke',
    Resource: `${'*'.repeat(500)}x`,
    Condition: { StringLike: { 'aws:SourceVpce': `${'*a'.repeat(200)}b` } },
  };
  const policy = JSON.stringify({ Statement: Array.from({ length: 20 }, () => one) });
  t.ok(policy.length > 20_000);
  const request = requestWith(
    { 'aws:sourcevpce': ['a'.repeat(2000)] },
    'anonymous',
    'prod/GET/x',
    '123456789012',
  );
  t.equal(evaluatePolicy(statementsOf(policy), request).state, 'implicit-deny');
});

test('wildcards match as a regular expression of them does', async (t) => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', ':'), maxLength: 8 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?'), maxLength: 8 });
  fc.assert(
    fc.property(pattern, text, (wanted, given) => {
      const expression = new RegExp(`^${wanted.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      return wildcardMatch(wanted, given) === expression.test(given);
    }),
    { numRuns: 200 },
  );
  t.pass();
});

test('a further Allow never denies, a further Deny never allows, and unknown only shrinks as keys are known', async (t) => {
  const pool = cases.flatMap(({ policy }) => statementsOf(policy));
  const any = fc.constantFrom(...pool);
  const values = fc.dictionary(
    fc.constantFrom('aws:sourcevpce', 'aws:sourcevpc', 'aws:vpcsourceip', 'aws:sourceip', 'aws:currenttime'),
    fc.constantFrom<KeyValue>('absent', 'unknown', ['vpce-0aaa'], ['vpc-1'], ['10.0.9.15']),
  );
  fc.assert(
    fc.property(fc.array(any, { maxLength: 4 }), any, values, (statements, more, keys) => {
      const request = requestWith(keys, 'anonymous', 'prod/GET/orders', '123456789012');
      const before = evaluatePolicy(statements, request).state;
      const after = evaluatePolicy([...statements, more], request).state;
      if (more.effect === 'allow' && before === 'allow' && after !== 'allow')
        throw new Error('an Allow took one away');
      if (more.effect === 'deny' && before === 'explicit-deny' && after !== 'explicit-deny')
        throw new Error('a Deny took one away');
      if (more.effect === 'deny' && before !== 'allow' && after === 'allow') throw new Error('a Deny allows');
      // Less is known.
      for (const name of Object.keys(keys)) {
        const less = evaluatePolicy(
          statements,
          requestWith({ ...keys, [name]: 'unknown' }, 'anonymous', 'prod/GET/orders', '123456789012'),
        ).state;
        if (less !== 'unknown' && less !== before)
          throw new Error(`${less} without ${name}, and ${before} with it`);
      }
    }),
    { numRuns: 200 },
  );
  t.pass();
});
