import type { Item } from './description.js';
import { type Asked, AwsError, type AwsService, jsonAnswer, pageOf } from './exchange.js';

/** Services with the protocol AWS JSON 1.1: the operation is in a header, parameters and results are JSON. */

const contentType = { 'content-type': 'application/x-amz-json-1.1' };

type Handler = (input: Item, asked: Asked) => Item;

function jsonService(prefix: string, handlers: Readonly<Record<string, Handler>>): AwsService {
  return {
    actionOf({ headers }) {
      const [target, action = null] = (headers['x-amz-target'] ?? '').split('.');
      return target === prefix ? action : null;
    },
    answer(action, asked) {
      const handler = Object.hasOwn(handlers, action) ? handlers[action] : undefined;
      if (handler === undefined) throw new AwsError('UnknownOperationException', 400, '');
      return jsonAnswer(
        handler(JSON.parse(asked.body === '' ? '{}' : asked.body) as Item, asked),
        200,
        contentType,
      );
    },
    refuse: ({ code, status, message }) => jsonAnswer({ __type: code, message }, status, contentType),
    denied: { code: 'AccessDeniedException', status: 400 },
    throttled: { code: 'ThrottlingException', status: 400, message: 'Rate exceeded' },
  };
}

export const logs: AwsService = jsonService('Logs_20140328', { FilterLogEvents: filterLogEvents });

/**
 * Events of a group whose message has every term of the pattern. The first page is empty and has a token, as it often is: the
 * service answers before it has found anything.
 */
function filterLogEvents(input: Item, { description, pageSize, lie }: Asked): Item {
  const name =
    text(input.logGroupName) ?? text(input.logGroupIdentifier)?.replace(/^.*:log-group:/, '') ?? '';
  const group = Object.hasOwn(description.logGroups, name) ? description.logGroups[name] : undefined;
  if (group === undefined)
    throw new AwsError('ResourceNotFoundException', 400, 'The specified log group does not exist.');
  const limit = number(input.limit) ?? 10_000;
  if (limit < 1 || limit > 10_000)
    throw new AwsError('InvalidParameterException', 400, '1 validation error detected: limit');
  const from = number(input.startTime) ?? 0;
  const to = number(input.endTime) ?? Number.POSITIVE_INFINITY;
  const terms = termsOf(text(input.filterPattern) ?? '');
  const found = group.filter(
    ({ timestamp, message }) =>
      timestamp >= from && timestamp <= to && terms.every((term) => message.includes(term)),
  );
  const token = text(input.nextToken) ?? null;
  if (token === null && lie !== 'empty') return { events: [], searchedLogStreams: [], nextToken: startToken };
  const { items, token: nextToken } = pageOf(
    found,
    token === startToken ? null : token,
    Math.min(limit, pageSize),
    {
      lie,
      invalidToken: 'InvalidParameterException',
    },
  );
  return {
    events: items.map((event, index) => ({
      ...event,
      ingestionTime: event.timestamp + 3000,
      eventId: `3${String(index).padStart(55, '0')}`,
    })),
    searchedLogStreams: [],
    ...(nextToken === null ? {} : { nextToken }),
  };
}

const startToken = 'Bxkq6kVGFtq2y_MoigeqscPOdhXVbhiVtLoAmXb5jCo==';

/** The terms of a filter pattern. One in quotation marks may have any characters. */
function termsOf(pattern: string): string[] {
  return [...pattern.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** The lists of Route 53 Resolver: the operation, the key of the list, and the parameters that choose items by a member. */
const resolverLists: Readonly<Record<string, { list: string; by: readonly string[] }>> = {
  ListResolverRules: { list: 'ResolverRules', by: [] },
  ListResolverRuleAssociations: { list: 'ResolverRuleAssociations', by: [] },
  ListResolverEndpoints: { list: 'ResolverEndpoints', by: [] },
  ListFirewallConfigs: { list: 'FirewallConfigs', by: [] },
  ListFirewallRuleGroupAssociations: {
    list: 'FirewallRuleGroupAssociations',
    by: ['VpcId', 'FirewallRuleGroupId', 'Status'],
  },
  ListFirewallRules: { list: 'FirewallRules', by: ['FirewallRuleGroupId', 'Action', 'Priority'] },
};

/** The members that each name of a filter compares. */
const resolverFilters: Readonly<Record<string, string>> = {
  VPCId: 'VPCId',
  ResolverRuleId: 'ResolverRuleId',
  DomainName: 'DomainName',
  TYPE: 'RuleType',
  Type: 'RuleType',
  HostVPCId: 'HostVPCId',
};

export const route53Resolver: AwsService = jsonService('Route53Resolver', {
  ...Object.fromEntries(
    Object.entries(resolverLists).map(([action, { list, by }]): [string, Handler] => [
      action,
      (input, asked) => resolverList(list, by, input, asked),
    ]),
  ),
  ListFirewallDomains: listFirewallDomains,
  GetResolverRule: (input, { description }) => ({
    ResolverRule: one(description.resolver.ResolverRules, 'Id', input.ResolverRuleId),
  }),
  GetFirewallConfig: (input, { description }) => ({
    FirewallConfig: one(description.resolver.FirewallConfigs, 'ResourceId', input.ResourceId),
  }),
});

function resolverList(
  list: string,
  by: readonly string[],
  input: Item,
  { description, pageSize, lie }: Asked,
): Item {
  const filters = Array.isArray(input.Filters) ? (input.Filters as { Name: string; Values: string[] }[]) : [];
  const found = (description.resolver[list] ?? []).filter(
    (item) =>
      lie === 'unfiltered' ||
      (by.every((member) => input[member] === undefined || input[member] === item[member]) &&
        filters.every(({ Name, Values }) => {
          const member = Object.hasOwn(resolverFilters, Name) ? resolverFilters[Name] : undefined;
          if (member === undefined)
            throw new AwsError('InvalidParameterException', 400, `The filter name '${Name}' is invalid.`);
          return Values.includes(String(item[member]));
        })),
  );
  const size = Math.min(number(input.MaxResults) ?? 100, pageSize);
  const { items, token } = pageOf(found, text(input.NextToken) ?? null, size, {
    lie,
    invalidToken: 'InvalidNextTokenException',
  });
  return { [list]: items, MaxResults: size, ...(token === null ? {} : { NextToken: token }) };
}

/** The names in one list. Those of a list that AWS manages are not given to anybody. */
function listFirewallDomains(input: Item, { description, pageSize, lie }: Asked): Item {
  const id = text(input.FirewallDomainListId) ?? '';
  const domains = Object.hasOwn(description.firewallDomains, id)
    ? description.firewallDomains[id]
    : undefined;
  if (domains === undefined)
    throw new AwsError('ResourceNotFoundException', 400, `The domain list ${id} does not exist.`);
  const size = Math.min(number(input.MaxResults) ?? 100, pageSize);
  const items = domains.map((domain) => ({ domain }));
  const page = pageOf(items, text(input.NextToken) ?? null, size, {
    lie,
    invalidToken: 'InvalidNextTokenException',
  });
  return {
    Domains: page.items.map(({ domain }) => domain),
    ...(page.token === null ? {} : { NextToken: page.token }),
  };
}

function one(items: readonly Item[] = [], member: string, value: unknown): Item {
  const found = items.find((item) => item[member] === value);
  if (found === undefined)
    throw new AwsError('ResourceNotFoundException', 400, `${String(value)} does not exist.`);
  return found;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
