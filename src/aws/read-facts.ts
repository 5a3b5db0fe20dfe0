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

/** Several documents as one. Its age is that of the oldest part, and not known where the age of one is not. */
function joined(parts: readonly FactsDocument[]): FactsDocument {
  const [first = noFacts(), ...others] = parts;
  const whole = others.reduce(factsWith, first);
  return { ...whole, region: whole.region ?? regionIn(whole.ec2) };
}

/** A document of facts with those of another one. A later item replaces an earlier one of the same id. */
export function factsWith(one: FactsDocument, other: FactsDocument): FactsDocument {
  const ec2: Record<string, unknown> = { ...one.ec2 };
  for (const [key, value] of Object.entries(other.ec2)) {
    const id = Object.entries(ids).find(([name]) => name === key)?.[1];
    ec2[key] = id === undefined ? deepJoined(ec2[key], value) : listJoined(ec2[key], value, id);
  }
  // A later part of calls alone, such as a failed one, leaves what is known.
  const isKnown = other.account !== null || other.collectedAt !== null;
  return {
    ...one,
    collectedAt: oldest(one, other),
    region: one.region ?? other.region,
    account: one.account ?? other.account,
    source: isKnown && other.source === 'aws' ? 'aws' : one.source,
    calls: [...one.calls, ...other.calls].slice(0, 1000),
    client: one.client ?? other.client,
    ec2: ec2 as Ec2Facts,
    apigateway: { ...one.apigateway, ...other.apigateway, ...deploymentsJoined(one, other) },
    ...((one.executionLog ?? other.executionLog) === undefined
      ? {}
      : { executionLog: one.executionLog ?? other.executionLog }),
    ...sections(one, other),
    ...(one.redacted === true || other.redacted === true ? { redacted: true } : {}),
  };
}

/** One answer lists all deployments, and another one has the methods of one of them. */
function deploymentsJoined(
  { apigateway: { deployments: one } }: FactsDocument,
  { apigateway: { deployments: other } }: FactsDocument,
): Pick<FactsDocument['apigateway'], 'deployments'> {
  if (one === undefined || other === undefined) return {};
  const ids = [...new Set([...one, ...other].map(({ id }) => id))];
  return {
    deployments: ids.map((wanted) =>
      Object.assign({}, ...[...one, ...other].filter(({ id }) => id === wanted)),
    ),
  };
}

function sections(one: FactsDocument, other: FactsDocument): Partial<FactsDocument> {
  const route53 = one.route53 === undefined ? other.route53 : deepJoined(one.route53, other.route53 ?? {});
  const route53resolver =
    one.route53resolver === undefined
      ? other.route53resolver
      : deepJoined(one.route53resolver, other.route53resolver ?? {});
  return {
    ...(route53 === undefined ? {} : { route53 }),
    ...(route53resolver === undefined ? {} : { route53resolver }),
  } as Partial<FactsDocument>;
}

/** The older of two times; null where one is not known and says anything. */
function oldest(one: FactsDocument, other: FactsDocument): string | null {
  if (isEmpty(other)) return one.collectedAt;
  if (isEmpty(one)) return other.collectedAt;
  if (one.collectedAt === null || other.collectedAt === null) return null;
  return one.collectedAt < other.collectedAt ? one.collectedAt : other.collectedAt;
}

function isEmpty({ ec2, apigateway, route53, route53resolver }: FactsDocument): boolean {
  return (
    Object.keys(ec2).length === 0 &&
    Object.keys(apigateway).length === 0 &&
    route53 === undefined &&
    route53resolver === undefined
  );
}

function deepJoined(one: unknown, other: unknown): unknown {
  if (!isMembers(one) || !isMembers(other)) return other;
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      Object.hasOwn(other, name)
        ? Array.isArray(other[name]) && Array.isArray(one[name])
          ? [...new Set([...one[name], ...other[name]])]
          : deepJoined(one[name], other[name])
        : one[name],
    ]),
  );
}

function listJoined(one: unknown, other: unknown, id: string): unknown[] {
  const items: unknown[] = [one ?? [], other].flat();
  const byId = new Map<unknown, unknown>();
  for (const item of items) byId.set((isMembers(item) ? item[id] : undefined) ?? item, item);
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
