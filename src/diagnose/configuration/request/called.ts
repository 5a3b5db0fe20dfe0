import type { ApiGatewayFacts, FactsDocument } from '../../../documents/facts.js';
import type { Evidence } from '../../../documents/report.js';

/** The API, stage and path that a request is for. Unknown is null. */
export interface CalledApi {
  /** The host of the request is a custom domain name: only a mapping says which API it leads to. */
  byCustomName: boolean;
  apiId: string | null;
  stage: string | null;
  /** Behind the stage, with its slash and without the query. */
  path: string | null;
}

type Mapping = NonNullable<ApiGatewayFacts['basePathMappings']>[number];

/** What a request is for: the URL names it, or the mapping of a custom domain name does. */
export function calledApi({ target }: Evidence, facts: FactsDocument): CalledApi {
  const { privateApi: api, url, host } = target;
  const path = url === null ? null : pathOf(url);
  const byCustomName = api?.form === 'custom' || (api === null && isCustomName(facts, host));
  if (!byCustomName) {
    const behind = path?.replace(/^\/[^/]*/, '') ?? null;
    return {
      byCustomName,
      apiId: api?.apiId ?? null,
      stage: api?.stage ?? null,
      path: behind || (url && '/'),
    };
  }
  const mapping = path === null ? null : mappingFor(facts.apigateway, path);
  const rest = mapping === null ? null : withoutBase(path ?? '', mapping);
  // A mapping without a stage leaves it to the caller, as the first part of the path behind the base.
  const named = rest === null ? null : (/^\/([^/]+)/.exec(rest)?.[1] ?? null);
  const isOpen = mapping !== null && mapping.stage === undefined;
  return {
    byCustomName,
    apiId: api?.apiId ?? mapping?.restApiId ?? null,
    stage: isOpen ? named : (mapping?.stage ?? api?.stage ?? null),
    path: isOpen ? (rest?.replace(/^\/[^/]*/, '') ?? '') || '/' : rest,
  };
}

/** The mapping with the longest base path that a path begins with; null where none fits or they were not read. */
export function mappingFor(
  { basePathMappings = [], domainName }: ApiGatewayFacts,
  path: string,
): Mapping | null {
  // Routing rules choose the API by headers and paths of their own.
  if (domainName?.routingMode !== undefined && domainName.routingMode !== 'BASE_PATH_MAPPING_ONLY')
    return null;
  const fitting = basePathMappings.filter((mapping) => {
    const base = baseOf(mapping);
    return base === '' || path === `/${base}` || path.startsWith(`/${base}/`);
  });
  return fitting.sort((one, other) => baseOf(other).length - baseOf(one).length)[0] ?? null;
}

/** The base path without slashes at its ends; empty for `(none)`, which fits every path. */
function baseOf({ basePath = '(none)' }: Mapping): string {
  return basePath === '(none)' ? '' : basePath.replace(/^\/|\/$/g, '');
}

function withoutBase(path: string, mapping: Mapping): string {
  const base = baseOf(mapping);
  return (base === '' ? path : path.slice(base.length + 1)) || '/';
}

/** Whether the configuration has the host as a private custom domain name. */
function isCustomName({ apigateway }: FactsDocument, host: string): boolean {
  const { domainName, domainNameAccessAssociations: associations = [] } = apigateway;
  return [
    domainName?.domainName ?? '',
    ...associations.map(({ domainNameArn = '' }) => nameInArn(domainNameArn)),
  ].some((name) => isNameFor(name.toLowerCase(), host));
}

/** `…/domainnames/private.example.com+abcd1234`: the id tells names of several accounts apart. */
export function nameInArn(arn: string): string {
  return /\/domainnames\/([^/+]+)/.exec(arn)?.[1]?.toLowerCase() ?? '';
}

/** Whether a domain name, or one with a star for its first label, is that of a host. */
export function isNameFor(name: string, host: string): boolean {
  return name === host || (name.startsWith('*.') && host.replace(/^[^.]+/, '*') === name);
}

/** The path of a URL as API Gateway compares it: with its characters as they are. */
function pathOf(url: string): string {
  const { pathname } = new URL(url);
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}
