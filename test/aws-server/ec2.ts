import type { AwsDescription, Item } from './description.js';
import { type ListOperation, listOperations, matchesFilter, valuesAt } from './ec2-operations.js';
import { wireElement } from './ec2-wire.js';
import {
  type Answer,
  type Asked,
  AwsError,
  type AwsService,
  pageOf,
  requestId,
  xmlAnswer,
} from './exchange.js';
import { element } from './xml.js';

/** EC2: the Query protocol with its own rules for lists. A form goes in, XML comes out. */

const version = '2016-11-15';

export const ec2: AwsService = {
  actionOf: ({ body }) => new URLSearchParams(body).get('Action'),
  answer(action, asked) {
    const form = new URLSearchParams(asked.body);
    if (form.get('Version') !== version)
      throw new AwsError('InvalidParameterValue', 400, `The version must be ${version}.`);
    const members = membersOf(action, form, asked);
    // Permissions and parameters are checked in a dry run, too.
    if (form.get('DryRun') === 'true')
      throw new AwsError('DryRunOperation', 412, 'Request would have succeeded, but DryRun flag is set.');
    return response(action, members);
  },
  refuse: ({ code, status, message }) =>
    xmlAnswer(
      element('Response', [
        element('Errors', [element('Error', [element('Code', code), element('Message', message)])]),
        element('RequestID', requestId),
      ]),
      status,
    ),
  denied: { code: 'UnauthorizedOperation', status: 403 },
  throttled: { code: 'RequestLimitExceeded', status: 503, message: 'Request limit exceeded.' },
};

function response(action: string, members: readonly string[]): Answer {
  const xmlns = `http://ec2.amazonaws.com/doc/${version}/`;
  const body = [element('requestId', requestId), ...members].join('');
  return xmlAnswer(`<${action}Response xmlns="${xmlns}">${body}</${action}Response>`);
}

/** The elements of an answer. */
function membersOf(action: string, form: URLSearchParams, asked: Asked): string[] {
  if (action === 'DescribeVpcAttribute') return attribute(form, asked.description);
  if (action === 'GetManagedPrefixListEntries') return prefixListEntries(form, asked);
  const operation = listOperations[action];
  if (operation === undefined)
    throw new AwsError('InvalidAction', 400, `The action ${action} is not valid for this web service.`);
  return listed(operation, form, asked);
}

/** `enableDnsSupport` and `enableDnsHostnames` of a VPC, one at a time. */
function attribute(
  form: URLSearchParams,
  { ec2: { VpcAttributes = {}, Vpcs = [] } }: AwsDescription,
): string[] {
  const vpcId = form.get('VpcId') ?? '';
  if (!Object.hasOwn(VpcAttributes, vpcId) && !Vpcs.some((vpc) => vpc.VpcId === vpcId))
    throw new AwsError('InvalidVpcID.NotFound', 400, `The vpc ID '${vpcId}' does not exist`);
  const name = form.get('Attribute');
  if (name !== 'enableDnsSupport' && name !== 'enableDnsHostnames')
    throw new AwsError('InvalidParameterValue', 400, `Value (${name}) for parameter attribute is invalid.`);
  // The defaults of a VPC that is not the default VPC.
  const value = VpcAttributes[vpcId]?.[name] ?? name === 'enableDnsSupport';
  return [element('vpcId', vpcId), element(name, [element('value', String(value))])];
}

function prefixListEntries(form: URLSearchParams, asked: Asked): string[] {
  const { PrefixLists = {} } = asked.description.ec2;
  const id = form.get('PrefixListId') ?? '';
  const cidrs = Object.hasOwn(PrefixLists, id) ? PrefixLists[id] : undefined;
  if (cidrs === undefined)
    throw new AwsError('InvalidPrefixListID.NotFound', 400, `The prefix list ID '${id}' does not exist`);
  const entries = cidrs.map((Cidr) => ({ Cidr }));
  return page('Entries', entries, form, asked, 100);
}

function listed(operation: ListOperation, form: URLSearchParams, asked: Asked): string[] {
  const { list, idParameter, id, notFound, most, least } = operation;
  const all = itemsOf(list, asked.description);
  const ids = numbered(form, idParameter);
  const size = form.get('MaxResults');
  if (size !== null && ids.length > 0)
    throw new AwsError(
      'InvalidParameterCombination',
      400,
      `The parameter ${idParameter} cannot be used with the parameter maxResults`,
    );
  if (size !== null && !(Number(size) >= least && Number(size) <= most))
    throw new AwsError(
      'InvalidParameterValue',
      400,
      `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value from ${least} to ${most}.`,
    );
  const missing = ids.find((each) => !all.some((item) => item[id] === each));
  if (missing !== undefined && asked.lie !== 'empty')
    throw new AwsError(notFound, 400, `The ${idParameter} '${missing}' does not exist`);
  const wanted = ids.length === 0 ? all : all.filter((item) => ids.includes(String(item[id])));
  const filters = filtersOf(form, operation);
  const found =
    asked.lie === 'unfiltered'
      ? wanted
      : wanted.filter((item) =>
          filters.every(({ path, values }) =>
            valuesAt(item, path).some((value) => values.some((pattern) => matchesFilter(value, pattern))),
          ),
        );
  return page(list, found, form, asked, most);
}

function page(
  list: string,
  all: readonly object[],
  form: URLSearchParams,
  { pageSize, lie }: Asked,
  most: number,
): string[] {
  const size = Math.min(pageSize, Number(form.get('MaxResults') ?? most));
  const { items, token } = pageOf(all, form.get('NextToken'), size, { lie });
  return [wireElement(list, items, list), ...(token === null ? [] : [element('nextToken', token)])];
}

function itemsOf(list: string, { ec2: lists, moreEc2, account }: AwsDescription): Item[] {
  if (list === 'PrefixLists')
    return Object.entries(lists.PrefixLists ?? {}).map(([PrefixListId, Cidrs]) => ({
      PrefixListId,
      PrefixListName: `com.amazonaws.us-east-1.${PrefixListId}`,
      Cidrs,
    }));
  if (list === 'ManagedPrefixLists')
    return Object.keys(lists.PrefixLists ?? {}).map((PrefixListId) => ({
      PrefixListId,
      AddressFamily: 'IPv4',
      State: 'create-complete',
      PrefixListName: PrefixListId,
      MaxEntries: 100,
      Version: 1,
      OwnerId: account,
    }));
  if (list === 'NetworkInterfaces') return (lists.NetworkInterfaces ?? []).map(withAddresses);
  const found = Object.entries({ ...moreEc2, ...lists }).find(([name]) => name === list)?.[1];
  return Array.isArray(found) ? found.map((each: object) => ({ ...each })) : [];
}

/** The first address of an interface is among its addresses, too. */
function withAddresses(item: Readonly<{ PrivateIpAddress?: string; PrivateIpAddresses?: object[] }>): Item {
  const { PrivateIpAddress } = item;
  if (PrivateIpAddress === undefined || item.PrivateIpAddresses !== undefined) return { ...item };
  return { ...item, PrivateIpAddresses: [{ Primary: true, PrivateIpAddress }] };
}

/** The values of `NAME.1`, `NAME.2` and so on. */
function numbered(form: URLSearchParams, name: string): string[] {
  return [...form]
    .filter(([key]) => key.startsWith(`${name}.`) && /^\d+$/.test(key.slice(name.length + 1)))
    .map(([, value]) => value);
}

function filtersOf(form: URLSearchParams, { filters }: ListOperation): { path: string; values: string[] }[] {
  const numbers = [...form.keys()].flatMap((key) => /^Filter\.(\d+)\.Name$/.exec(key)?.[1] ?? []);
  return numbers.map((number) => {
    const name = form.get(`Filter.${number}.Name`) ?? '';
    const path = Object.hasOwn(filters, name) ? filters[name] : undefined;
    if (path === undefined)
      throw new AwsError('InvalidParameterValue', 400, `The filter '${name}' is invalid`);
    return { path, values: numbered(form, `Filter.${number}.Value`) };
  });
}
