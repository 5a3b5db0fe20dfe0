import type { FactsDocument } from '../documents/facts.js';
import type { AwsRequest } from './calls.js';
import { deploymentNamed } from './requests.js';

/** The ids that answers name, which further questions are about. Each kind is bounded. */

/** So many prefix lists are read. Rules and routes name few. */
const mostPrefixLists = 20;

export function listsIn({ ec2 }: FactsDocument): string[] {
  const rules = (ec2.SecurityGroupRules ?? []).map(({ PrefixListId }) => PrefixListId);
  const routes = (ec2.RouteTables ?? []).flatMap(({ Routes = [] }) =>
    Routes.map(({ DestinationPrefixListId }) => DestinationPrefixListId),
  );
  return distinct([...rules, ...routes]).slice(0, mostPrefixLists);
}

/** More rule groups of DNS Firewall than a VPC can use, and more domain lists than decide about a name in practice. */
const mostFirewallGroups = 10;
const mostDomainLists = 20;

export function firewallGroupsIn({ route53resolver }: FactsDocument): string[] {
  const associations = route53resolver?.FirewallRuleGroupAssociations ?? [];
  return distinct(associations.map(({ FirewallRuleGroupId }) => FirewallRuleGroupId)).slice(
    0,
    mostFirewallGroups,
  );
}

export function domainListsIn({ route53resolver }: FactsDocument): string[] {
  const rules = route53resolver?.FirewallRules ?? [];
  return distinct(rules.map(({ FirewallDomainListId }) => FirewallDomainListId)).slice(0, mostDomainLists);
}

/** So many stages of an API are looked at where it is not known which one is meant. */
const mostStages = 5;

/** The deployments behind the stage of the target; behind all of them where the name hides the stage. */
export function deploymentsOf({ apigateway }: FactsDocument, stage: string | null): AwsRequest[] {
  const { restApi, stages = [] } = apigateway;
  const apiId = restApi?.id;
  if (apiId === undefined) return [];
  const meant = stages.filter(({ stageName }) => stage === null || stageName === stage);
  return distinct(meant.map(({ deploymentId }) => deploymentId))
    .slice(0, mostStages)
    .map((id) => deploymentNamed(apiId, id));
}

/** The APIs behind a custom domain name, the first few. */
export function apisBehind({ apigateway }: FactsDocument): string[] {
  const ids = distinct((apigateway.basePathMappings ?? []).map(({ restApiId }) => restApiId));
  // Facts are about one API.
  return ids.length === 1 ? ids : [];
}

/** The distinct texts of a list, in order. */
export function distinct(values: readonly (string | null | undefined)[]): string[] {
  return [...new Set(values.filter((each) => typeof each === 'string'))];
}
