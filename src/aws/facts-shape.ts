import type {
  ApiGatewayFacts,
  DeploymentFacts,
  DomainNameAccessAssociationFacts,
  DomainNameFacts,
  FactsCall,
  FactsClient,
  MethodFacts,
  ResolverFacts,
  ResourceFacts,
  RestApiFacts,
  Route53Facts,
  StageFacts,
} from '../documents/facts.js';
import type { ShapeOf } from './shape.js';

/** What is kept of each answer of AWS. The compiler compares these shapes with the types of the facts document. */

const texts = { list: 'text' } as const;

/** The answer of GetRestApi. */
export const restApiShape: ShapeOf<RestApiFacts> = {
  members: {
    id: 'text',
    createdDate: 'time',
    endpointConfiguration: { members: { types: texts, vpcEndpointIds: texts } },
    disableExecuteApiEndpoint: 'boolean',
    endpointAccessMode: 'text',
    securityPolicy: 'text',
    apiStatus: 'text',
    policy: 'text',
  },
};

/** A stage, without its variables. */
export const stageShape: ShapeOf<StageFacts> = {
  members: {
    stageName: 'text',
    deploymentId: 'text',
    createdDate: 'time',
    lastUpdatedDate: 'time',
    webAclArn: 'text',
    methodSettings: { map: { members: { loggingLevel: 'text' } } },
  },
};

/** What is kept of a method. */
const methodShape = {
  members: { authorizationType: 'text', apiKeyRequired: 'boolean' },
} as const satisfies ShapeOf<MethodFacts>;

/** A deployment. */
export const deploymentShape: ShapeOf<DeploymentFacts> = {
  members: { id: 'text', createdDate: 'time', apiSummary: { map: { map: methodShape } } },
};

/** A resource of an API, with the authorization of its methods. */
export const resourceShape: ShapeOf<ResourceFacts> = {
  members: { path: 'text', resourceMethods: { map: methodShape } },
};

/** The association of a private custom domain name with an endpoint. */
export const accessAssociationShape: ShapeOf<DomainNameAccessAssociationFacts> = {
  members: {
    domainNameAccessAssociationArn: 'text',
    domainNameArn: 'text',
    accessAssociationSource: 'text',
    accessAssociationSourceType: 'text',
  },
};

/** The settings of an account. */
export const accountShape = {
  members: { cloudwatchRoleArn: 'text' },
} as const satisfies ShapeOf<NonNullable<ApiGatewayFacts['account']>>;

/** A custom domain name. */
export const domainNameShape: ShapeOf<DomainNameFacts> = {
  members: {
    domainName: 'text',
    domainNameId: 'text',
    domainNameArn: 'text',
    domainNameStatus: 'text',
    routingMode: 'text',
    securityPolicy: 'text',
    endpointConfiguration: { members: { types: texts } },
    endpointAccessMode: 'text',
    policy: 'text',
  },
};

/** The base path mappings of a custom domain name. */
export const mappingsShape = {
  list: { members: { basePath: 'text', restApiId: 'text', stage: 'text' } },
} as const satisfies ShapeOf<NonNullable<ApiGatewayFacts['basePathMappings']>>;

/** Answers of Route 53. */
export const route53Shape: ShapeOf<Route53Facts> = {
  members: {
    HostedZoneSummaries: {
      list: {
        members: {
          HostedZoneId: 'text',
          Name: 'text',
          Owner: { members: { OwningAccount: 'text', OwningService: 'text' } },
        },
      },
    },
    ResourceRecordSets: {
      list: {
        members: {
          Name: 'text',
          Type: 'text',
          AliasTarget: { members: { DNSName: 'text' } },
          ResourceRecords: { list: { members: { Value: 'text' } } },
        },
      },
    },
  },
};

/** Answers of Route 53 Resolver. */
export const resolverShape: ShapeOf<ResolverFacts> = {
  members: {
    ResolverRules: {
      list: {
        members: {
          Id: 'text',
          DomainName: 'text',
          RuleType: 'text',
          TargetIps: { list: { members: { Ip: 'text', Ipv6: 'text', Port: 'number' } } },
        },
      },
    },
    ResolverRuleAssociations: {
      list: { members: { ResolverRuleId: 'text', VPCId: 'text', Status: 'text' } },
    },
    FirewallRuleGroupAssociations: {
      list: {
        members: {
          Id: 'text',
          FirewallRuleGroupId: 'text',
          VpcId: 'text',
          Priority: 'number',
          Status: 'text',
        },
      },
    },
    FirewallRules: {
      list: {
        members: {
          FirewallRuleGroupId: 'text',
          FirewallDomainListId: 'text',
          Priority: 'number',
          Action: 'text',
          BlockResponse: 'text',
          BlockOverrideDomain: 'text',
          FirewallDomainRedirectionAction: 'text',
          DnsThreatProtection: 'text',
          Qtype: 'text',
        },
      },
    },
    FirewallDomains: { map: { list: 'text' } },
    FirewallConfigs: { list: { members: { ResourceId: 'text', FirewallFailOpen: 'text' } } },
  },
};

/** The client of a facts document. */
export const clientShape = {
  members: { interfaceId: 'text', vpcId: 'text', subnetId: 'text', groups: texts, addresses: texts },
} as const satisfies { members: Record<keyof FactsClient, unknown> };

/** One call of a facts document. */
export const callShape = {
  members: { service: 'text', action: 'text', status: 'text', text: 'text' },
} as const satisfies { members: Record<keyof FactsCall, unknown> };
