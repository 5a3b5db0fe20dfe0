import { basename } from 'node:path';
import type { ApiGatewayFacts, Ec2Facts, FactsCall, FactsDocument } from '../documents/facts.js';
import { ec2Shape } from './ec2-shape.js';
import { isMembers, type Members, picked } from './facts-document.js';
import {
  accessAssociationShape,
  accountShape,
  deploymentShape,
  domainNameShape,
  mappingsShape,
  resolverShape,
  resourceShape,
  restApiShape,
  route53Shape,
  stageShape,
} from './facts-shape.js';
import { type Shape, ShapeError } from './shape.js';

/** What one output of the AWS CLI says. */
export interface CliAnswer {
  call: FactsCall;
  part: Partial<FactsDocument>;
}

/** One output of the AWS CLI: how it is recognized, and what is kept of it. */
interface AnswerForm {
  /** In messages: the keys by which it is recognized. */
  keys: string;
  service: string;
  action: string;
  is(document: Members): boolean;
  part(document: Members, file: string): Partial<FactsDocument>;
}

/** A list of EC2 under its own key. */
function ec2List(key: Exclude<keyof Ec2Facts, 'VpcAttributes' | 'PrefixLists'>): AnswerForm {
  return {
    keys: key,
    service: 'ec2',
    action: `Describe${key}`,
    is: (document) => Object.hasOwn(document, key),
    part: (document) => ({
      ec2: { [key]: picked(document[key] ?? [], ec2Shape.members[key], key) } as Ec2Facts,
    }),
  };
}

function section<Name extends 'route53' | 'route53resolver'>(
  name: Name,
  key: string,
  action: string,
  shape: { members: Readonly<Record<string, Shape>> },
): AnswerForm {
  return {
    keys: key,
    service: name,
    action,
    is: (document) => Object.hasOwn(document, key),
    part: (document) =>
      ({ [name]: picked({ [key]: document[key] ?? [] }, shape, name) }) as Partial<FactsDocument>,
  };
}

function apiGateway(
  keys: string,
  action: string,
  is: (document: Members) => boolean,
  part: (document: Members) => Partial<Record<keyof ApiGatewayFacts, unknown>>,
): AnswerForm {
  return {
    keys,
    service: 'apigateway',
    action,
    is,
    part: (document) => ({ apigateway: part(document) as ApiGatewayFacts }),
  };
}

/** Whether every item of a list has a member. A list without items can be any list. */
function itemsHave(list: unknown, member: string): boolean {
  return Array.isArray(list) && list.length > 0 && list.every((each) => isMembers(each) && member in each);
}

const answerForms: readonly AnswerForm[] = [
  ec2List('VpcEndpoints'),
  ec2List('NetworkInterfaces'),
  ec2List('SecurityGroups'),
  ec2List('SecurityGroupRules'),
  ec2List('NetworkAcls'),
  ec2List('RouteTables'),
  ec2List('Subnets'),
  ec2List('Vpcs'),
  ec2List('DhcpOptions'),
  ec2List('VpcPeeringConnections'),
  ec2List('TransitGatewayVpcAttachments'),
  {
    keys: 'VpcId with EnableDnsSupport or EnableDnsHostnames',
    service: 'ec2',
    action: 'DescribeVpcAttribute',
    is: (document) =>
      typeof document.VpcId === 'string' &&
      ('EnableDnsSupport' in document || 'EnableDnsHostnames' in document),
    part: (document) => ({
      ec2: {
        VpcAttributes: picked(
          {
            [String(document.VpcId)]: {
              enableDnsSupport: attributeValue(document.EnableDnsSupport),
              enableDnsHostnames: attributeValue(document.EnableDnsHostnames),
            },
          },
          ec2Shape.members.VpcAttributes,
          'VpcAttributes',
        ) as NonNullable<Ec2Facts['VpcAttributes']>,
      },
    }),
  },
  {
    keys: 'PrefixLists',
    service: 'ec2',
    action: 'DescribePrefixLists',
    is: (document) => Array.isArray(document.PrefixLists),
    part: (document) => {
      const lists = picked(
        document.PrefixLists,
        { list: { members: { PrefixListId: 'text', Cidrs: { list: 'text' } } } },
        'PrefixLists',
      ) as { PrefixListId?: string; Cidrs?: string[] }[];
      const known = lists.flatMap(({ PrefixListId, Cidrs }) =>
        PrefixListId === undefined || Cidrs === undefined ? [] : [[PrefixListId, Cidrs] as const],
      );
      return { ec2: { PrefixLists: Object.fromEntries(known) } };
    },
  },
  {
    keys: 'Entries (get-managed-prefix-list-entries, in a file named pl-….json)',
    service: 'ec2',
    action: 'GetManagedPrefixListEntries',
    is: (document) => Array.isArray(document.Entries),
    part: (document, file) => {
      const [id] = /pl-[0-9a-f]{8,17}/.exec(basename(file)) ?? [];
      if (id === undefined)
        throw new ShapeError(
          'Entries: the answer does not say of which prefix list; name the file after its id: pl-….json',
        );
      const entries = picked(document.Entries, { list: { members: { Cidr: 'text' } } }, 'Entries') as {
        Cidr?: string;
      }[];
      return { ec2: { PrefixLists: { [id]: entries.flatMap(({ Cidr }) => Cidr ?? []) } } };
    },
  },
  section('route53', 'HostedZoneSummaries', 'ListHostedZonesByVPC', route53Shape),
  section('route53resolver', 'ResolverRules', 'ListResolverRules', resolverShape),
  section('route53resolver', 'ResolverRuleAssociations', 'ListResolverRuleAssociations', resolverShape),
  section('route53', 'ResourceRecordSets', 'ListResourceRecordSets', route53Shape),
  section(
    'route53resolver',
    'FirewallRuleGroupAssociations',
    'ListFirewallRuleGroupAssociations',
    resolverShape,
  ),
  section('route53resolver', 'FirewallRules', 'ListFirewallRules', resolverShape),
  section('route53resolver', 'FirewallConfigs', 'ListFirewallConfigs', resolverShape),
  {
    keys: 'FirewallConfig (get-firewall-config)',
    service: 'route53resolver',
    action: 'GetFirewallConfig',
    is: ({ FirewallConfig }) => isMembers(FirewallConfig),
    part: ({ FirewallConfig }) => ({
      route53resolver: picked(
        { FirewallConfigs: [FirewallConfig] },
        resolverShape,
        'route53resolver',
      ) as NonNullable<FactsDocument['route53resolver']>,
    }),
  },
  {
    keys: 'Domains (list-firewall-domains, with FirewallDomainListId or in a file named rslvr-fdl-….json)',
    service: 'route53resolver',
    action: 'ListFirewallDomains',
    is: ({ Domains }) => Array.isArray(Domains),
    part: ({ Domains, FirewallDomainListId }, file) => {
      const name = typeof FirewallDomainListId === 'string' ? FirewallDomainListId : basename(file);
      const [id] = /rslvr-fdl-[0-9a-z]+/.exec(name) ?? [];
      if (id === undefined)
        throw new ShapeError(
          'Domains: the answer does not say of which domain list; name the file after its id: rslvr-fdl-….json',
        );
      return {
        route53resolver: picked(
          { FirewallDomains: { [id]: Domains } },
          resolverShape,
          'route53resolver',
        ) as NonNullable<FactsDocument['route53resolver']>,
      };
    },
  },
  apiGateway(
    'items of domainNameArn and accessAssociationSource (get-domain-name-access-associations)',
    'GetDomainNameAccessAssociations',
    ({ items }) => itemsHave(items, 'accessAssociationSource'),
    ({ items }) => ({
      domainNameAccessAssociations: picked(items, { list: accessAssociationShape }, 'items'),
    }),
  ),
  apiGateway(
    'items of id and path (get-resources)',
    'GetResources',
    ({ items }) => itemsHave(items, 'path'),
    ({ items }) => ({ resources: picked(items, { list: resourceShape }, 'items') }),
  ),
  apiGateway(
    'throttleSettings (get-account)',
    'GetAccount',
    ({ throttleSettings }) => isMembers(throttleSettings),
    (document) => ({ account: picked(document, accountShape, 'account') }),
  ),
  apiGateway(
    'domainName (get-domain-name)',
    'GetDomainName',
    ({ domainName }) => typeof domainName === 'string',
    (document) => ({ domainName: picked(document, domainNameShape, 'domainName') }),
  ),
  apiGateway(
    'id with endpointConfiguration (get-rest-api)',
    'GetRestApi',
    ({ id, endpointConfiguration }) => typeof id === 'string' && isMembers(endpointConfiguration),
    (document) => ({ restApi: picked(document, restApiShape, 'restApi') }),
  ),
  apiGateway(
    'item (get-stages)',
    'GetStages',
    ({ item }) => Array.isArray(item),
    ({ item }) => ({ stages: picked(item, { list: stageShape }, 'item') }),
  ),
  apiGateway(
    'stageName with deploymentId (get-stage)',
    'GetStage',
    ({ stageName, deploymentId }) => typeof stageName === 'string' && typeof deploymentId === 'string',
    (document) => ({ stages: picked([document], { list: stageShape }, 'stage') }),
  ),
  apiGateway(
    'items of id and createdDate (get-deployments)',
    'GetDeployments',
    ({ items }) =>
      Array.isArray(items) &&
      (items.length === 0 ||
        (itemsHave(items, 'id') && itemsHave(items, 'createdDate') && !itemsHave(items, 'name'))),
    ({ items }) => ({ deployments: picked(items, { list: deploymentShape }, 'items') }),
  ),
  apiGateway(
    'id with apiSummary (get-deployment --embed apisummary)',
    'GetDeployment',
    ({ id, apiSummary }) => typeof id === 'string' && isMembers(apiSummary),
    (document) => ({ deployments: picked([document], { list: deploymentShape }, 'deployment') }),
  ),
  apiGateway(
    'items of restApiId and stage (get-base-path-mappings)',
    'GetBasePathMappings',
    ({ items }) => itemsHave(items, 'restApiId'),
    ({ items }) => ({ basePathMappings: picked(items, mappingsShape, 'items') }),
  ),
  {
    keys: 'Account with Arn (get-caller-identity)',
    service: 'sts',
    action: 'GetCallerIdentity',
    is: ({ Account, Arn }) => typeof Account === 'string' && typeof Arn === 'string',
    // The ARN names the caller's session, which can be a person.
    part: ({ Account }) => ({ account: String(Account) }),
  },
];

/** By which keys each output of the AWS CLI is recognized, for messages. */
export const knownKeys: readonly string[] = answerForms.map(({ keys }) => keys);

/** What an output of the AWS CLI says; null where none of its keys is known. Throws ShapeError for damaged members. */
export function cliAnswerOf(document: Members, file: string): CliAnswer | null {
  const form = answerForms.find(({ is }) => is(document));
  if (form === undefined) return null;
  const { service, action } = form;
  const isCut = document.NextToken != null || document.nextToken != null || document.position != null;
  return {
    call: {
      service,
      action,
      status: isCut ? 'partial' : 'ok',
      text: isCut ? 'the list goes on: leave --max-items and --no-paginate out' : null,
    },
    part: form.part(document, file),
  };
}

/** What the answer of one call says, in the form that the AWS CLI prints. Throws ShapeError where it is another one. */
export function partOf(
  action: string,
  document: unknown,
  member: string,
  file: string,
): Partial<FactsDocument> {
  const form = answerForms.find((each) => each.action === action);
  if (form === undefined || !isMembers(document) || document[member] == null)
    throw new ShapeError(`the answer has no ${member}`);
  return form.part(document, file);
}

/** The value of an attribute, which EC2 prints as `{"Value": true}`. */
function attributeValue(attribute: unknown): unknown {
  return isMembers(attribute) ? attribute.Value : attribute;
}
