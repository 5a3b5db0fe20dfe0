import type { Item } from './description.js';
import { type Answer, type Asked, AwsError, type AwsService, jsonAnswer, pageOf } from './exchange.js';

/**
 * The management API of API Gateway: REST and JSON. Times are seconds since 1970, lists have the key `item` on the wire, and a
 * request that does not accept JSON gets HAL.
 */

interface Operation {
  action: string;
  /** The path, with names of parts in braces. */
  path: string;
  answer(parts: Readonly<Record<string, string>>, asked: Asked): Item;
}

const operations: readonly Operation[] = [
  {
    action: 'GetAccount',
    path: '/account',
    answer: (_, { description }) => ({
      throttleSettings: { burstLimit: 5000, rateLimit: 10_000 },
      ...description.apiGatewayAccount,
    }),
  },
  {
    action: 'GetRestApis',
    path: '/restapis',
    answer: (_, asked) =>
      list(
        Object.values(asked.description.restApis).map(({ restApi }) => restApi),
        asked,
      ),
  },
  { action: 'GetRestApi', path: '/restapis/{api}', answer: (parts, asked) => apiOf(parts, asked).restApi },
  // This list has no pages.
  {
    action: 'GetStages',
    path: '/restapis/{api}/stages',
    answer: (parts, asked) => ({ item: shown(apiOf(parts, asked).stages, asked) }),
  },
  {
    action: 'GetStage',
    path: '/restapis/{api}/stages/{stage}',
    answer: (parts, asked) => only(apiOf(parts, asked).stages, 'stageName', parts.stage, 'stage'),
  },
  {
    action: 'GetDeployments',
    path: '/restapis/{api}/deployments',
    answer: (parts, asked) => list(apiOf(parts, asked).deployments.map(withoutSummary), asked),
  },
  {
    action: 'GetDeployment',
    path: '/restapis/{api}/deployments/{deployment}',
    answer(parts, asked) {
      const found = only(apiOf(parts, asked).deployments, 'id', parts.deployment, 'deployment');
      return asked.query.get('embed') === 'apisummary' ? found : withoutSummary(found);
    },
  },
  {
    action: 'GetResources',
    path: '/restapis/{api}/resources',
    answer: (parts, asked) => list(apiOf(parts, asked).resources, asked),
  },
  {
    action: 'GetAuthorizers',
    path: '/restapis/{api}/authorizers',
    answer: (parts, asked) => list(apiOf(parts, asked).authorizers, asked),
  },
  {
    action: 'GetDomainNames',
    path: '/domainnames',
    answer: (_, asked) => list(asked.description.domainNames, asked),
  },
  { action: 'GetDomainName', path: '/domainnames/{name}', answer: domainName },
  {
    action: 'GetBasePathMappings',
    path: '/domainnames/{name}/basepathmappings',
    answer(parts, asked) {
      domainName(parts, asked);
      return list(asked.description.basePathMappings[parts.name ?? ''] ?? [], asked);
    },
  },
  {
    action: 'GetDomainNameAccessAssociations',
    path: '/domainnameaccessassociations',
    answer: (_, asked) => list(asked.description.accessAssociations, asked),
  },
];

export const apiGateway: AwsService = {
  actionOf: (asked) => (asked.method === 'GET' ? (matched(asked)?.operation.action ?? null) : null),
  answer(_action, asked) {
    const found = matched(asked);
    if (found === null) throw new AwsError('NotFoundException', 404, 'Not Found');
    const value = found.operation.answer(found.parts, asked);
    const { accept = '' } = asked.headers;
    return accept.includes('application/json') ? jsonAnswer(onWire(value)) : hal(value);
  },
  refuse: ({ code, status, message }) =>
    // A denial has its text in `Message`, the other errors in `message`.
    jsonAnswer(code === 'AccessDeniedException' ? { Message: message } : { message }, status, {
      'x-amzn-errortype': code,
    }),
  denied: { code: 'AccessDeniedException', status: 403 },
  throttled: { code: 'TooManyRequestsException', status: 429, message: 'Too Many Requests' },
};

function matched({ path }: Asked): { operation: Operation; parts: Record<string, string> } | null {
  for (const operation of operations) {
    const pattern = operation.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)');
    const found = new RegExp(`^${pattern}/?$`).exec(path);
    if (found === null) continue;
    const parts = Object.entries(found.groups ?? {}).map(([name, value]) => [
      name,
      decodeURIComponent(value),
    ]);
    return { operation, parts: Object.fromEntries(parts) };
  }
  return null;
}

function apiOf({ api = '' }: Readonly<Record<string, string>>, { description }: Asked) {
  const found = Object.hasOwn(description.restApis, api) ? description.restApis[api] : undefined;
  if (found === undefined)
    throw new AwsError(
      'NotFoundException',
      404,
      `Invalid API identifier specified ${description.account}:${api}`,
    );
  return found;
}

/** Private domain names are not unique, so that an id may be needed to tell them apart. */
function domainName({ name }: Readonly<Record<string, string>>, { query, description }: Asked): Item {
  const id = query.get('domainNameId');
  const named = description.domainNames.filter((each) => id === null || each.domainNameId === id);
  return only(named, 'domainName', name, 'domain name');
}

function only(items: readonly Item[], member: string, value: string | undefined, what: string): Item {
  const found = items.find((item) => item[member] === value);
  if (found === undefined)
    throw new AwsError('NotFoundException', 404, `Invalid ${what} identifier specified`);
  return found;
}

/** The summary of the deployed methods is in the answer only where it is asked for. */
function withoutSummary({ apiSummary: _, ...deployment }: Item): Item {
  return deployment;
}

function list(all: readonly Item[], { query, pageSize, lie }: Asked): Item {
  const limit = Number(query.get('limit') ?? 25);
  if (!(limit >= 1 && limit <= 500))
    throw new AwsError('BadRequestException', 400, 'Invalid limit specified');
  const { items, token } = pageOf(all, query.get('position'), Math.min(limit, pageSize), {
    lie,
    invalidToken: 'BadRequestException',
  });
  return { item: items, ...(token === null ? {} : { position: token }) };
}

function shown(items: readonly Item[], { lie }: Asked): readonly Item[] {
  return lie === 'empty' ? [] : items;
}

/** Times as numbers of seconds, wherever they are in a value. */
function onWire(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => onWire(each));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, onWire(each, key)]));
  const isTime = name.endsWith('Date') && typeof value === 'string';
  return isTime ? Date.parse(value) / 1000 : value;
}

/** HAL, which has links, and an object in place of a list of one. */
function hal({ item, ...rest }: Item): Answer {
  const embedded = Array.isArray(item) ? { _embedded: { item: item.length === 1 ? item[0] : item } } : {};
  return jsonAnswer(onWire({ _links: {}, ...rest, ...embedded }), 200, {
    'content-type': 'application/hal+json',
  });
}
