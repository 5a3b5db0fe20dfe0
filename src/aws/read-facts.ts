import { basename } from 'node:path';
import { InvalidInputError } from '../core/errors.js';
import { quoted } from '../core/text.js';
import type { Ec2Facts, FactsCall, FactsDocument } from '../documents/facts.js';
import { type CliAnswer, cliAnswerOf, knownKeys } from './cli-answers.js';
import { factsDocumentOf, isMembers, noFacts } from './facts-document.js';
import { ShapeError } from './shape.js';

/** The text of a file of facts, and the name of the file. */
export interface FactsFile {
  name: string;
  text: string;
}

/** Facts, and what was noticed while they were read, a line each. */
export interface FactsRead {
  facts: FactsDocument;
  notes: string[];
}

/**
 * Reads documents of facts and plain output of the AWS CLI (`--output json`), told apart by their keys, and joins them. A file
 * that is empty or holds the error of a command is noted: what it would have said stays unknown. Throws InvalidInputError for
 * what is not JSON, for another kind of document, and for keys that are not known.
 */
export function readFacts(files: readonly FactsFile[]): FactsRead {
  const notes: string[] = [];
  const parts = files.flatMap(answersIn).map((file) => readFile(file, notes));
  return { facts: joined(parts), notes };
}

/** Answers of several calls that follow each other in one file, as a loop in a shell writes them. */
function answersIn({ name, text }: FactsFile): FactsFile[] {
  const parts = text.trim().split(/(?<=^\})\s+(?=^\{)/m);
  return parts.map((part) => ({ name, text: part }));
}

/** What a printed command leaves empty where there is nothing to ask about. */
const oftenEmpty = /^firewall-(?:rules|domains)\.json$/;

function readFile({ name: path, text: whole }: FactsFile, notes: string[]): FactsDocument {
  // A long path would be cut before the part that tells the files apart.
  const name = path === '-' ? 'standard input' : basename(path);
  const text = whole.replace(/^\uFEFF/, '').trim();
  if (text === '') {
    if (oftenEmpty.test(name)) return noFacts();
    notes.push(
      `--facts: ${quoted(name)} is empty: the command that wrote it failed, and what it would say is not known`,
    );
    return noFacts();
  }
  const failed = failedCall(text);
  if (failed !== null) {
    notes.push(
      `--facts: ${quoted(name)}: ${failed.action} failed (${failed.text}), and what it would say is not known`,
    );
    return ofAnswer({
      call: failed,
      part:
        failed.text === notFound && failed.action === 'GetRestApi' ? { apigateway: { restApi: null } } : {},
    });
  }
  const document = parsed(name, text);
  if (!isMembers(document))
    throw refusedFile(
      name,
      Array.isArray(document)
        ? 'it is a list without the key that says of what; leave --query out of the aws command'
        : 'it is JSON, but not an object',
    );
  try {
    if (document.kind === 'facts') return factsDocumentOf(document);
    if (typeof document.kind === 'string' && document.tool !== undefined)
      throw refusedFile(
        name,
        `its kind is ${quoted(document.kind)}${document.kind === 'report' ? '; give a report before --facts' : ''}`,
      );
    const answer = cliAnswerOf(document, name);
    if (answer !== null) return ofAnswer(answer);
  } catch (error) {
    if (error instanceof ShapeError) throw refusedFile(name, error.message);
    throw error;
  }
  const keys = Object.keys(document).slice(0, 8);
  throw refusedFile(
    name,
    `${keys.length === 0 ? 'it has no keys' : `its keys are ${keys.map(quoted).join(', ')}`}; known are kind "facts" of pprobe, and of the AWS CLI ${knownKeys.join(', ')}`,
  );
}

function refusedFile(name: string, why: string): InvalidInputError {
  return new InvalidInputError('--facts', `--facts: ${quoted(name)} cannot be used: ${why}`);
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = text.includes('\0')
      ? 'it is UTF-16; write it as UTF-8'
      : /^\s*[{[]/.test(text)
        ? 'it begins like JSON but ends too early or is damaged'
        : 'it is not JSON; add --output json to the aws command';
    throw new InvalidInputError('--facts', `--facts: ${quoted(name)} cannot be used: ${why}`, { cause });
  }
}

const notFound = 'NotFoundException';

/** What the AWS CLI prints where a call fails. Its message can name the caller, so only the code is kept. */
function failedCall(text: string): FactsCall | null {
  const [, code = '', action = ''] =
    /An error occurred \((\w[\w.]*)\) when calling the (\w+) operation/.exec(text.slice(0, 4000)) ?? [];
  if (action === '' || text.startsWith('{')) return null;
  const status = /denied|unauthori[sz]ed/i.test(code)
    ? 'denied'
    : /throttl|limit|toomany/i.test(code)
      ? 'throttled'
      : 'error';
  return {
    service: serviceOf(action),
    action,
    status,
    text: code,
  };
}

function serviceOf(action: string): string {
  if (/RestApi|Stage|Deployment|DomainName|GetResources|GetAccount/.test(action)) return 'apigateway';
  if (/Resolver|Firewall/.test(action)) return 'route53resolver';
  return /HostedZone|ResourceRecord/.test(action) ? 'route53' : 'ec2';
}

function ofAnswer({ call, part }: CliAnswer): FactsDocument {
  return { ...noFacts(), calls: [call], ...part };
}

/** The lists of EC2 and the member that identifies an item. A later item replaces an earlier one of the same id. */
const ids: Partial<Record<keyof Ec2Facts, string>> = {
  VpcEndpoints: 'VpcEndpointId',
  NetworkInterfaces: 'NetworkInterfaceId',
  SecurityGroups: 'GroupId',
  SecurityGroupRules: 'SecurityGroupRuleId',
  NetworkAcls: 'NetworkAclId',
  RouteTables: 'RouteTableId',
  Subnets: 'SubnetId',
  Vpcs: 'VpcId',
  DhcpOptions: 'DhcpOptionsId',
  VpcPeeringConnections: 'VpcPeeringConnectionId',
  TransitGatewayVpcAttachments: 'TransitGatewayAttachmentId',
};

/** Several documents as one, and the Region that they name. */
function joined(parts: readonly FactsDocument[]): FactsDocument {
  const [first = noFacts(), ...others] = parts;
  const whole = factsWith(first, ...others);
  // Plain output beside a document can be of another account than that.
  const api = parts.filter(({ apigateway }) => apigateway.restApi != null).at(-1);
  const isForeign =
    api?.collectedAt === null && parts.some((each) => each.collectedAt !== null && each.account !== null);
  return {
    ...whole,
    ...(isForeign ? { apigateway: { ...whole.apigateway, accountId: 'unknown' } } : {}),
    region: whole.region ?? regionIn(whole.ec2),
  };
}

/**
 * A document of facts with those of others. A later item replaces an earlier one of the same id. The age is that of the oldest, and
 * not known where the age of one is not. All are joined at once: page after page of an answer, a copy for each would take a time that
 * grows with the square of their number.
 */
export function factsWith(one: FactsDocument, ...others: readonly FactsDocument[]): FactsDocument {
  const all = [one, ...others];
  const some = <Value>(of: (facts: FactsDocument) => Value | null | undefined): Value | null =>
    all.map(of).find((value) => value != null) ?? null;
  // A later part of calls alone, such as a failed one, leaves what is known.
  const isFromAws = others.some(
    ({ account, collectedAt, source }) => source === 'aws' && (account !== null || collectedAt !== null),
  );
  const executionLog = some((facts) => facts.executionLog);
  return {
    ...one,
    collectedAt: all.reduce(older).collectedAt,
    region: some(({ region }) => region),
    account:
      some(({ ec2, account }) => (Object.keys(ec2).length > 0 ? account : null)) ??
      some(({ account }) => account),
    source: isFromAws ? 'aws' : one.source,
    calls: all.flatMap(({ calls }) => calls).slice(0, 1000),
    client: some(({ client }) => client),
    ec2: ec2Joined(all.map(({ ec2 }) => ec2)),
    apigateway: { ...gatewaysJoined(all), ...deploymentsJoined(all) },
    ...(executionLog === null ? {} : { executionLog }),
    ...sections(all),
    ...(all.some(({ redacted }) => redacted === true) ? { redacted: true } : {}),
  };
}

function ec2Joined(all: readonly Ec2Facts[]): Ec2Facts {
  const valuesByKey = byName(all);
  const joined = [...valuesByKey].map(([key, values]) => {
    const id = Object.entries(ids).find(([name]) => name === key)?.[1];
    return [key, id === undefined ? deepJoined(values) : listJoined(values, id)];
  });
  return Object.fromEntries(joined);
}

/** The values of each member, in the order of the objects that have it. */
function byName(objects: readonly object[]): Map<string, unknown[]> {
  const values = new Map<string, unknown[]>();
  for (const each of objects)
    for (const [name, value] of Object.entries(each)) {
      const held = values.get(name);
      if (held === undefined) values.set(name, [value]);
      else held.push(value);
    }
  return values;
}

/**
 * The answers of API Gateway, also those to two accounts, such as that of the VPC and that of the API: only one of them has the
 * API, and the other one says that it does not exist.
 */
function gatewaysJoined(all: readonly FactsDocument[]): FactsDocument['apigateway'] {
  const having = all.filter(({ apigateway }) => apigateway.restApi != null);
  const last = having.at(-1);
  const accountId = last?.apigateway.accountId ?? last?.account ?? null;
  const isShared = all.some(({ account }) => account !== null && account !== accountId);
  const ordered = [...all.filter((each) => !having.includes(each)), ...having];
  return {
    ...Object.assign({}, ...ordered.map(({ apigateway }) => apigateway)),
    ...(accountId !== null && isShared ? { accountId } : {}),
  };
}

/** One answer lists all deployments, and another one has the methods of one of them. */
function deploymentsJoined(all: readonly FactsDocument[]): Pick<FactsDocument['apigateway'], 'deployments'> {
  const lists = all.flatMap(({ apigateway: { deployments } }) =>
    deployments === undefined ? [] : [deployments],
  );
  if (lists.length < 2) return {};
  const byId = new Map<string | undefined, NonNullable<FactsDocument['apigateway']['deployments']>[number]>();
  for (const each of lists.flat()) byId.set(each.id, { ...byId.get(each.id), ...each });
  return { deployments: [...byId.values()] };
}

function sections(all: readonly FactsDocument[]): Partial<FactsDocument> {
  const route53 = all.flatMap((each) => each.route53 ?? []);
  const route53resolver = all.flatMap((each) => each.route53resolver ?? []);
  return {
    ...(route53.length === 0 ? {} : { route53: deepJoined(route53) }),
    ...(route53resolver.length === 0 ? {} : { route53resolver: deepJoined(route53resolver) }),
  } as Partial<FactsDocument>;
}

/** The document with the older time; without a time where one is not known and says anything. */
function older(one: FactsDocument, other: FactsDocument): FactsDocument {
  if (isEmpty(other)) return one;
  if (isEmpty(one) || one.collectedAt === null) return isEmpty(one) ? other : one;
  return other.collectedAt === null || other.collectedAt < one.collectedAt ? other : one;
}

function isEmpty({ ec2, apigateway, route53, route53resolver }: FactsDocument): boolean {
  return (
    Object.keys(ec2).length === 0 &&
    Object.keys(apigateway).length === 0 &&
    route53 === undefined &&
    route53resolver === undefined
  );
}

/** Objects as one, member by member; a later list adds to an earlier one, and any other later value replaces. At least one value. */
function deepJoined(values: readonly unknown[]): unknown {
  const other = values.findLastIndex((value) => !isMembers(value));
  if (other === values.length - 1) return values[other];
  const objects = values.slice(other + 1).filter(isMembers);
  return Object.fromEntries([...byName(objects)].map(([name, each]) => [name, memberJoined(each)]));
}

function memberJoined(values: readonly unknown[]): unknown {
  const other = values.findLastIndex((value) => !Array.isArray(value));
  if (other === values.length - 1) return deepJoined(values);
  const lists = values.slice(other + 1);
  return lists.length === 1 ? lists[0] : [...new Set(lists.flat())];
}

function listJoined(values: readonly unknown[], id: string): unknown[] {
  const byId = new Map<unknown, unknown>();
  for (const item of values.flatMap((value) => value ?? []))
    byId.set((isMembers(item) ? item[id] : undefined) ?? item, item);
  return [...byId.values()];
}

/** The Region that the answers name: that of a service's name or of an availability zone. Null where they name none, or two. */
function regionIn({ VpcEndpoints = [], NetworkInterfaces = [], Subnets = [] }: Ec2Facts): string | null {
  const services = VpcEndpoints.flatMap(({ ServiceName = '' }) => {
    const region = /^(?:cn\.)?com\.amazonaws\.([a-z0-9-]+)\./.exec(ServiceName)?.[1];
    return region === undefined ? [] : [region];
  });
  const zones = [...NetworkInterfaces, ...Subnets].flatMap(({ AvailabilityZone = '' }) => {
    const region = /^([a-z]{2,4}(?:-[a-z]+)+-\d{1,2})[a-z]$/.exec(AvailabilityZone)?.[1];
    return region === undefined ? [] : [region];
  });
  const [only, ...more] = new Set([...services, ...zones]);
  return more.length > 0 ? null : (only ?? null);
}
