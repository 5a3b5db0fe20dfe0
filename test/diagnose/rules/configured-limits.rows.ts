import type { Ec2Facts, FactsDocument } from '../../../src/documents/facts.js';
import { acl, configuredEvidence, factsOf, healthy, onlyRule, silentAt } from '../configuration/vpc.js';
import { API, answeredWith, attempt, denied, dns, forbidden, HOST, http, tcpOf, VPCE } from '../evidence.js';
import type { Row } from './row.js';

/** Where rules, routes, endpoints and names stop counting: another Region, a stale peering, a state, a longer base path. */

const [endpoint] = healthy.VpcEndpoints;
const [clientRule, ingress] = healthy.SecurityGroupRules;
const [table] = healthy.RouteTables;

const open = { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' };
const everything = { RuleNumber: 100, Protocol: '-1', RuleAction: 'allow', Ipv6CidrBlock: '::/0' };
const { CidrIpv4: _, ...everyAddress } = clientRule ?? {};
const { ReferencedGroupInfo: __, ...ofEndpoint } = ingress ?? {};
const fourOnly = { ...ofEndpoint, CidrIpv4: '0.0.0.0/0' };

const custom = 'orders.example.com';
const association = {
  domainNameArn: `arn:aws:apigateway:us-east-1::/domainnames/${custom}+abcd1234`,
  accessAssociationSource: VPCE,
};

function atCustomName(path: string, apigateway: FactsDocument['apigateway'], answer = forbidden()) {
  const target = { target: `https://${custom}${path}`, options: { apiId: API } };
  const { observations } = answeredWith([answer], target);
  return configuredEvidence({ ...target, ...observations }, factsOf({}, { apigateway }));
}

/** An endpoint and a client with IPv6 addresses, which are public ones in every VPC. */
const [six, ownSix] = ['2600:1f18:1::5', '2600:1f18:1:9::15'];
const withSix: Ec2Facts = {
  NetworkInterfaces: healthy.NetworkInterfaces.map((each) => ({
    ...each,
    Ipv6Addresses: [{ Ipv6Address: each.NetworkInterfaceId === 'eni-0c' ? ownSix : six }],
  })).filter(({ NetworkInterfaceId: id }) => id !== 'eni-0e2'),
  RouteTables: [
    {
      ...table,
      Routes: [{ DestinationIpv6CidrBlock: '2600:1f18:1::/56', GatewayId: 'local', State: 'active' }],
    },
  ],
  NetworkAcls: ['subnet-0c', 'subnet-0e1'].map((id) =>
    acl(`acl-of-${id}`, id, [
      { ...everything, Egress: true },
      { ...everything, Egress: false },
    ]),
  ),
};

/** The answer of a request, with the policies that were read. */
function judgedBy(
  answer: ReturnType<typeof forbidden>,
  { endpointPolicy, policy }: { endpointPolicy: object; policy: object },
  accountId?: string,
) {
  const { observations } = answeredWith([answer]);
  const facts = factsOf(
    { VpcEndpoints: [{ ...endpoint, PolicyDocument: JSON.stringify({ Statement: [endpointPolicy] }) }] },
    {
      account: '123456784690',
      apigateway: {
        ...(accountId === undefined ? {} : { accountId }),
        restApi: {
          id: API,
          endpointConfiguration: { types: ['PRIVATE'] },
          policy: JSON.stringify({ Statement: [open, policy] }),
        },
      },
    },
  );
  return configuredEvidence(observations, facts);
}

export const configuredLimitRows: Row[] = [
  {
    name: 'the public IPv6 address of the name is that of the endpoint, and the groups have rules for IPv4 alone',
    given: configuredEvidence(
      {
        dns: [dns(HOST, [six])],
        tcp: [tcpOf(HOST, [attempt(six, 'timeout', { localAddress: ownSix })])],
      },
      factsOf({
        ...withSix,
        SecurityGroupRules: [{ ...everyAddress, CidrIpv6: '::/0' }, fourOnly],
      }),
    ),
    class: 'timeout',
    cause: 'tcp.security-group',
    confidence: 'certain',
    evidence: ['allows it from 0.0.0.0/0 only'],
  },
  {
    name: 'the policy of the endpoint denies, too, where API Gateway says that it finds no API',
    given: judgedBy(forbidden(), {
      endpointPolicy: { ...open, Principal: { AWS: '999999999999' } },
      policy: open,
    }),
    class: 'service',
    cause: 'api.not-matched',
    confidence: 'low',
    evidence: ['the nearest is statement 1: Principal 999999999999'],
  },
  {
    name: 'a Deny for everybody but one role',
    given: judgedBy(denied(' with an explicit deny in a resource-based policy'), {
      endpointPolicy: open,
      policy: {
        Effect: 'Deny',
        NotPrincipal: { AWS: 'arn:aws:iam::123456784690:role/app' },
        Action: 'execute-api:Invoke',
        Resource: 'execute-api:/*',
      },
    }),
    class: 'policy',
    cause: 'policy.resource-explicit',
    confidence: 'certain',
    evidence: ['denies the request: NotPrincipal arn:aws:iam::123456784690:role/app'],
  },
  {
    name: 'the entries of the prefix list were not read, and are what is to be read',
    given: configuredEvidence(silentAt('10.0.1.5'), factsOf(onlyRule({ PrefixListId: 'pl-0a' }))),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'low',
    remedy: [/get-managed-prefix-list-entries .*--prefix-list-id pl-0a/],
  },
  {
    name: 'packets of IPv6 meet a group with rules for IPv4 alone, whatever the address of the client is',
    given: configuredEvidence(
      silentAt('fd00:1::5'),
      factsOf(
        onlyRule(
          { CidrIpv4: '0.0.0.0/0' },
          {
            NetworkInterfaces: healthy.NetworkInterfaces.map((each, index) =>
              index === 1 ? { ...each, Ipv6Addresses: [{ Ipv6Address: 'fd00:1::5' }] } : each,
            ),
          },
        ),
      ),
    ),
    class: 'timeout',
    cause: 'tcp.security-group',
    confidence: 'medium',
    evidence: ['allows it from 0.0.0.0/0 only'],
  },
  {
    name: 'a private custom name that only the configuration knows as one',
    given: atCustomName('/orders', {
      domainName: {
        domainName: custom,
        domainNameId: 'abcd1234',
        endpointConfiguration: { types: ['PRIVATE'] },
      },
      domainNameAccessAssociations: [],
    }),
    class: 'service',
    cause: 'api.not-matched',
    confidence: 'high',
    remedy: [/create-domain-name-access-association/],
  },
  {
    name: 'of two mappings the one with the longer base path decides which stage is missing',
    given: atCustomName('/v1/orders', {
      restApi: { id: API, endpointConfiguration: { types: ['PRIVATE'] } },
      stages: [{ stageName: 'prod' }],
      basePathMappings: [
        { basePath: '(none)', restApiId: API, stage: 'prod' },
        { basePath: 'v1', restApiId: API, stage: 'test' },
      ],
      domainName: { domainName: custom, endpointConfiguration: { types: ['PRIVATE'] } },
      domainNameAccessAssociations: [association],
    }),
    class: 'service',
    cause: 'api.stage-missing',
    confidence: 'certain',
    evidence: [`${API} has no stage test; it has prod`],
  },
  {
    name: 'the path behind a custom name, which has no stage, where one stage is known',
    given: atCustomName(
      '/orders',
      {
        restApi: { id: API, endpointConfiguration: { types: ['PRIVATE'] } },
        stages: [{ stageName: 'prod' }],
      },
      http(403, { errorType: 'MissingAuthenticationTokenException' }),
    ),
    class: 'service',
    cause: 'api.path-unknown',
    confidence: 'medium',
    summary: ['has no GET /orders in stage prod'],
  },
  {
    name: 'the API is of another account than the VPC, and its policy names its own account',
    given: judgedBy(
      denied(' because no VPC endpoint policy allows the execute-api:Invoke action'),
      {
        endpointPolicy: { ...open, Resource: `arn:aws:execute-api:us-east-1:999999999999:${API}/*` },
        policy: open,
      },
      '999999999999',
    ),
    class: 'policy',
    cause: 'policy.endpoint-implicit',
    confidence: 'high',
    evidence: ['the configuration read contradicts the answer: statement 1'],
  },
];
