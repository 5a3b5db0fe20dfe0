import type { ApiGatewayFacts } from '../../../src/documents/facts.js';
import { acl, configuredEvidence, factsOf, healthy, routes, silentAt, VPC } from '../configuration/vpc.js';
import { API, answeredWith, denied, dns, forbidden, HOST, http, tcp, tls, VPCE } from '../evidence.js';
import type { Row } from './row.js';

/** Situations in which packets and configuration together say what neither does alone. */

const [endpoint] = healthy.VpcEndpoints;
const [clientRule, ingress] = healthy.SecurityGroupRules;
const stage = { stageName: 'prod', deploymentId: 'dep1' };
const privateApi = { id: API, endpointConfiguration: { types: ['PRIVATE'] } };

function answered(
  answers: Parameters<typeof answeredWith>[0],
  apigateway: ApiGatewayFacts,
  target: { target?: string; options?: object } = {},
) {
  const { observations: seen } = answeredWith(answers, target);
  return configuredEvidence({ ...target, ...seen }, factsOf({}, { account: '123456784690', apigateway }));
}

const custom = { target: 'https://orders.example.com/orders', options: { vpce: VPCE } };
const identity = denied(' because no identity-based policy allows the execute-api:Invoke action');
const iam = { id: 'dep1', apiSummary: { '/orders': { GET: { authorizationType: 'AWS_IAM' } } } };

export const configuredScenarioRows: Row[] = [
  {
    name: 'the private custom name is not associated with the endpoint',
    given: answered([forbidden()], { domainNameAccessAssociations: [] }, custom),
    class: 'service',
    cause: 'api.not-matched',
    confidence: 'high',
    evidence: [`orders.example.com has no access association with ${VPCE}`],
    remedy: [/create-domain-name-access-association .*--access-association-source vpce-0123456789abcdef0/],
  },
  {
    name: 'the private custom name is associated, and has no mapping for the path',
    given: answered(
      [forbidden()],
      {
        domainNameAccessAssociations: [
          {
            domainNameArn: 'arn:aws:apigateway:us-east-1::/domainnames/orders.example.com+abcd1234',
            accessAssociationSource: VPCE,
          },
        ],
        domainName: { domainName: 'orders.example.com', endpointConfiguration: { types: ['PRIVATE'] } },
        basePathMappings: [{ basePath: 'v1', restApiId: API, stage: 'prod' }],
      },
      custom,
    ),
    class: 'service',
    cause: 'api.not-matched',
    confidence: 'certain',
    evidence: ['no base path mapping for /orders; it has /v1'],
  },
  {
    name: 'the address belongs to no interface of the endpoint',
    given: configuredEvidence(silentAt('10.0.1.77'), factsOf()),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'high',
    summary: ['not that of an endpoint for API Gateway'],
    evidence: ['10.0.1.77 belongs to no network interface', '10.0.1.5 and 10.0.2.5', /gives 10\.0\.1\.77/],
    remedy: ['Find the record that gives 10.0.1.77'],
    alternatives: ['dns.endpoint-mismatch'],
  },
  {
    name: 'the address is that of a load balancer',
    given: configuredEvidence(
      silentAt('10.0.1.77'),
      factsOf({
        NetworkInterfaces: [
          ...healthy.NetworkInterfaces,
          {
            NetworkInterfaceId: 'eni-0b',
            InterfaceType: 'network_load_balancer',
            OwnerId: '210987654321',
            VpcId: VPC,
            SubnetId: 'subnet-0e1',
            Groups: [{ GroupId: 'sg-0e' }],
            PrivateIpAddress: '10.0.1.77',
          },
        ],
      }),
    ),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'medium',
    evidence: ['eni-0b of account 210987654321, of type network_load_balancer'],
  },
  {
    name: 'the address is that of an endpoint for another service',
    given: configuredEvidence(
      silentAt('10.0.1.5'),
      factsOf({ VpcEndpoints: [{ ...endpoint, ServiceName: 'com.amazonaws.us-east-1.sqs' }] }),
    ),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'high',
    evidence: ['an endpoint for com.amazonaws.us-east-1.sqs and not for API Gateway'],
  },
  {
    name: 'the authorization of the method was changed and not deployed',
    given: answered([identity], {
      restApi: privateApi,
      stages: [stage],
      deployments: [iam],
      resources: [{ path: '/orders', resourceMethods: { GET: { authorizationType: 'NONE' } } }],
    }),
    class: 'policy',
    cause: 'policy.not-deployed',
    confidence: 'high',
    evidence: ['deployment dep1 of stage prod has authorization AWS_IAM for GET /orders'],
    remedy: [`create-deployment --region us-east-1 --rest-api-id ${API} --stage-name prod`],
  },
  {
    name: 'the deployed method is authorized by IAM, and the request was not signed',
    given: answered(
      [
        http(403, {
          errorType: 'MissingAuthenticationTokenException',
          message: 'Missing Authentication Token',
        }),
      ],
      {
        restApi: privateApi,
        stages: [stage],
        deployments: [iam],
      },
    ),
    class: 'service',
    cause: 'api.authentication',
    confidence: 'high',
    evidence: ['authorization AWS_IAM for GET /orders'],
  },
  {
    name: 'the API takes TLS 1.3 alone',
    given: configuredEvidence(
      {
        dns: [dns(HOST, ['10.0.1.5'])],
        tcp: [tcp(HOST, { '10.0.1.5': 'open' })],
        tls: [tls('protocol', { errorCode: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', certificate: null })],
      },
      factsOf(
        {},
        { apigateway: { restApi: { ...privateApi, securityPolicy: 'SecurityPolicy_TLS13_1_3_2025_09' } } },
      ),
    ),
    class: 'tls',
    cause: 'tls.protocol',
    confidence: 'high',
    evidence: ['takes TLS 1.3 alone'],
    remedy: ['speaks TLS 1.3'],
  },
  {
    name: 'the execution log of the stage is off',
    given: answered([forbidden()], { restApi: privateApi, stages: [{ ...stage, methodSettings: {} }] }),
    class: 'service',
    cause: 'api.not-matched',
    confidence: 'low',
    evidence: ['the execution log of stage prod cannot have this request: its loggingLevel is OFF'],
    remedy: [
      "update-stage --region us-east-1 --rest-api-id a1b2c3d4e5 --stage-name prod --patch-operations 'op=replace,path=/*/*/logging/loglevel,value=INFO'",
    ],
  },
  {
    name: 'API Gateway may not write logs',
    given: answered([denied('')], { restApi: privateApi, account: {} }),
    class: 'policy',
    cause: 'policy.resource-implicit',
    confidence: 'high',
    evidence: ['no role in this account that may write to CloudWatch'],
  },
  {
    name: 'the attachment to the transit gateway is not available',
    given: configuredEvidence(
      silentAt('10.7.1.5'),
      factsOf({
        ...routes({ DestinationCidrBlock: '10.7.0.0/16', TransitGatewayId: 'tgw-0a', State: 'active' }),
        TransitGatewayVpcAttachments: [
          {
            TransitGatewayAttachmentId: 'tgw-attach-0a',
            TransitGatewayId: 'tgw-0a',
            VpcId: VPC,
            State: 'failed',
          },
        ],
      }),
    ),
    class: 'timeout',
    cause: 'route.blackhole',
    confidence: 'certain',
    evidence: ['tgw-attach-0a is failed'],
  },
  {
    name: 'an attachment that was deleted is listed before the one that replaced it',
    given: configuredEvidence(
      silentAt('10.7.1.5'),
      factsOf({
        ...routes({ DestinationCidrBlock: '10.7.0.0/16', TransitGatewayId: 'tgw-0a', State: 'active' }),
        TransitGatewayVpcAttachments: ['deleted', 'available'].map((State, index) => ({
          TransitGatewayAttachmentId: `tgw-attach-0${index}`,
          TransitGatewayId: 'tgw-0a',
          VpcId: VPC,
          State,
        })),
      }),
    ),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'low',
    evidence: ['not readable: the routes of tgw-0a itself'],
  },
  {
    name: 'the range of source ports is not in the report, and the ACL lets no answers in',
    given: configuredEvidence(
      silentAt('10.0.1.5'),
      factsOf({
        NetworkAcls: [
          acl('acl-0c', 'subnet-0c', [
            { RuleNumber: 100, Egress: true, Protocol: '-1', RuleAction: 'allow', CidrBlock: '0.0.0.0/0' },
          ]),
          ...healthy.NetworkAcls.slice(1),
        ],
      }),
    ),
    class: 'timeout',
    cause: 'tcp.network-acl',
    confidence: 'high',
    evidence: ['32768-60999 is the usual range of source ports'],
  },
  {
    name: 'the VPC of the client is not known, so that its address can be changed on the way',
    given: configuredEvidence(
      { ...silentAt('10.0.1.5'), vantage: { addresses: ['172.17.0.2'] } },
      factsOf(
        { SecurityGroupRules: [{ ...ingress, ReferencedGroupInfo: { GroupId: 'sg-0f' } }] },
        { client: null },
      ),
    ),
    class: 'timeout',
    cause: 'route.missing',
    confidence: 'medium',
  },
  {
    name: 'the group of the endpoint is of another account, whose rules this one does not see',
    given: configuredEvidence(
      silentAt('10.0.1.5'),
      factsOf({
        SecurityGroupRules: [{ ...clientRule }],
        NetworkInterfaces: healthy.NetworkInterfaces.map((each, index) =>
          index === 0 ? each : { ...each, OwnerId: '210987654321' },
        ),
      }),
    ),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'low',
    evidence: ['not readable: the rules of sg-0e'],
  },
];
