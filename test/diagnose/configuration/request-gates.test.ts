import { test } from 'tap';
import { API, answeredWith, denied, dns, type Given, HOST, tcp } from '../evidence.js';
import { configuredEvidence, factsOf, healthy } from './vpc.js';

const account = '123456784690';
const statement = {
  Effect: 'Allow',
  Principal: '*',
  Action: 'execute-api:Invoke',
  Resource: `arn:aws:execute-api:us-east-1:${account}:${API}/*`,
};

/** The gate of a resource policy whose only Allow has a condition. */
function policyGateOf(
  answer: ReturnType<typeof denied>,
  Condition: object,
  given: Given = {},
  ec2: object = {},
) {
  const { observations } = answeredWith([answer]);
  const facts = factsOf(ec2, {
    account,
    apigateway: {
      restApi: {
        id: API,
        endpointConfiguration: { types: ['PRIVATE'] },
        policy: JSON.stringify({ Statement: [{ ...statement, Condition }] }),
      },
    },
  });
  const { gates = [] } = configuredEvidence({ ...observations, ...given }, facts);
  return gates.find(({ gate }) => gate === 'resource-policy');
}

const elsewhere = { StringEquals: { 'aws:SourceVpce': 'vpce-0dddddddddddddddd' } };
const identity = ' because no identity-based policy allows the execute-api:Invoke action';
const resource = ' because no resource-based policy allows the execute-api:Invoke action';
const signed = (owner: string, suffix: string) => {
  const answer = denied(suffix);
  const caller = `arn:aws:sts::${owner}:assumed-role/orders/i-0a`;
  return { ...answer, message: answer.message?.replace('anonymous', caller) ?? null };
};

test('a caller of the account of the API can pass without an Allow of the resource policy', async (t) => {
  t.match(policyGateOf(signed(account, identity), elsewhere), { state: 'unknown', rule: 'statement 1' });
  t.match(policyGateOf(signed('210987654321', identity), elsewhere), { state: 'deny' }, 'another account');
  t.match(policyGateOf(signed(account, resource), elsewhere), { state: 'deny' }, 'as the answer says');
  t.match(policyGateOf(denied(identity), elsewhere), { state: 'deny' }, 'nobody signed');
});

test('behind a load balancer, the VPC and the source address are those of the way that follows', async (t) => {
  const balancer = {
    NetworkInterfaces: healthy.NetworkInterfaces.map((each) =>
      each.InterfaceType === 'vpc_endpoint' ? { ...each, InterfaceType: 'network_load_balancer' } : each,
    ),
    VpcEndpoints: [],
  };
  const ofVpc = { StringEquals: { 'aws:SourceVpc': 'vpc-0f' } };
  const ofAddress = { IpAddress: { 'aws:VpcSourceIp': '10.99.0.0/16' } };
  for (const condition of [ofVpc, ofAddress]) {
    t.equal(policyGateOf(denied(''), condition, {}, balancer)?.state, 'unknown');
    t.equal(policyGateOf(denied(''), condition)?.state, 'deny', `${HOST} at the endpoint itself`);
  }
});

test('a request to a public address that no interface has goes through no endpoint', async (t) => {
  const given = { dns: [dns(HOST, ['52.94.10.5'])], tcp: [tcp(HOST, { '52.94.10.5': 'open' })] };
  const only = { StringEquals: { 'aws:SourceVpce': 'vpce-0dddddddddddddddd' } };
  const gate = policyGateOf(denied(''), only, given);
  t.match(gate, { state: 'deny', text: /the request has no aws:SourceVpce/ });
});
