import { version } from '../core/version.js';
import type { FactsCall, FactsClient, FactsDocument, LoggedRequest } from '../documents/facts.js';
import { canonicalAddress, familyOf } from '../net/address/address.js';
import { ec2Shape } from './ec2-shape.js';
import {
  accessAssociationShape,
  accountShape,
  callShape,
  clientShape,
  deploymentShape,
  domainNameShape,
  mappingsShape,
  resolverShape,
  resourceShape,
  restApiShape,
  route53Shape,
  stageShape,
} from './facts-shape.js';
import { pick, type Shape, ShapeError, timeText } from './shape.js';

/** The members of an unknown JSON object. */
export type Members = Readonly<Record<string, unknown>>;

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An empty document of facts. */
export function noFacts(): FactsDocument {
  return {
    kind: 'facts',
    version: 1,
    tool: { name: 'pprobe', version },
    startedAt: new Date(0).toISOString(),
    durationMs: 0,
    collectedAt: null,
    region: null,
    account: null,
    source: 'file',
    calls: [],
    client: null,
    ec2: {},
    apigateway: {},
  };
}

/**
 * A document of facts, of any pprobe or written by hand, with the members that are known and the times in UTC. Throws
 * ShapeError for a member of the wrong type.
 */
export function factsDocumentOf(document: Members): FactsDocument {
  const { version: form } = document;
  if (form !== undefined && form !== 1) {
    const hint = typeof form === 'number' && form > 1 ? '; a later pprobe wrote it, so upgrade' : '';
    throw new ShapeError(`it is of version ${JSON.stringify(form)}, and this pprobe reads version 1${hint}`);
  }
  const collectedAt = timeText(document.collectedAt);
  if (document.collectedAt != null && collectedAt === null)
    throw new ShapeError(`collectedAt: expected a time, found ${JSON.stringify(document.collectedAt)}`);
  const { tool } = document;
  const isTool = isMembers(tool) && tool.name === 'pprobe' && /^\d+\.\d+\.\d+/.test(String(tool.version));
  const { route53, route53resolver } = document;
  return {
    ...noFacts(),
    ...(isTool ? { tool: { name: 'pprobe', version: String(tool.version) } } : {}),
    startedAt: timeText(document.startedAt) ?? collectedAt ?? noFacts().startedAt,
    durationMs: typeof document.durationMs === 'number' ? Math.max(0, document.durationMs) : 0,
    collectedAt,
    region: nameOf(document, 'region'),
    account: nameOf(document, 'account'),
    source: document.source === 'aws' ? 'aws' : 'file',
    calls: callsOf(document.calls),
    client: clientOf(document.client),
    ec2: picked(document.ec2 ?? {}, ec2Shape, 'ec2') as FactsDocument['ec2'],
    apigateway: apiGatewayOf(document.apigateway ?? {}),
    ...(route53 == null
      ? {}
      : { route53: picked(route53, route53Shape, 'route53') as NonNullable<FactsDocument['route53']> }),
    ...(route53resolver == null
      ? {}
      : {
          route53resolver: picked(route53resolver, resolverShape, 'route53resolver') as NonNullable<
            FactsDocument['route53resolver']
          >,
        }),
    ...loggedOf(document.executionLog),
    ...(document.redacted === true ? { redacted: true } : {}),
  };
}

/** The members of a value that have a shape, which the compiler has compared with their type. */
export function picked(value: unknown, shape: Shape, path: string): unknown {
  return pick(value, shape, path);
}

/** The answers of API Gateway. `restApi: null` says that the API does not exist, and is kept. */
function apiGatewayOf(value: unknown): FactsDocument['apigateway'] {
  if (!isMembers(value)) throw new ShapeError('apigateway: expected an object');
  const { restApi, stages, deployments, domainName, basePathMappings, resources, account, accountId } = value;
  const { domainNameAccessAssociations: associations } = value;
  const parts: [string, unknown, Shape][] = [
    ['restApi', restApi, restApiShape],
    ['stages', itemsOf(stages), { list: stageShape }],
    ['deployments', itemsOf(deployments), { list: deploymentShape }],
    ['domainName', domainName, domainNameShape],
    ['basePathMappings', itemsOf(basePathMappings), mappingsShape],
    ['domainNameAccessAssociations', itemsOf(associations), { list: accessAssociationShape }],
    ['resources', itemsOf(resources), { list: resourceShape }],
    ['account', account, accountShape],
    ['accountId', accountId, 'text'],
  ];
  const known = parts.flatMap(([name, each, shape]): [string, unknown][] =>
    each == null ? [] : [[name, picked(each, shape, `apigateway.${name}`)]],
  );
  return { ...(restApi === null ? { restApi } : {}), ...Object.fromEntries(known) };
}

/** A list, also in the object that the AWS CLI prints around it. */
function itemsOf(value: unknown): unknown {
  return isMembers(value) ? (value.item ?? value.items ?? value) : value;
}

function nameOf(document: Members, name: string): string | null {
  const value = document[name];
  if (value == null || value === '') return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value).padStart(name === 'account' ? 12 : 0, '0');
  throw new ShapeError(`${name}: expected a text, found ${JSON.stringify(value).slice(0, 60)}`);
}

const confidences: readonly LoggedRequest['confidence'][] = ['certain', 'high', 'medium', 'low'];

/** What a log says of a request. Without all of its members it says nothing. */
function loggedOf(value: unknown): Pick<FactsDocument, 'executionLog'> {
  if (!isMembers(value)) return {};
  const { requestId, cause, summary } = value;
  const confidence = confidences.find((each) => each === value.confidence);
  const isWhole = [requestId, cause, summary].every((each) => typeof each === 'string' && each !== '');
  if (!isWhole || confidence === undefined) return {};
  return {
    executionLog: {
      requestId: String(requestId),
      cause: String(cause),
      confidence,
      summary: String(summary),
    },
  };
}

const statuses: readonly FactsCall['status'][] = ['ok', 'denied', 'silent', 'throttled', 'error', 'partial'];

function callsOf(value: unknown): FactsCall[] {
  const calls = picked(value ?? [], { list: callShape }, 'calls') as Partial<
    Record<keyof FactsCall, string>
  >[];
  return calls.slice(0, 1000).map(({ service, action, status, text }) => ({
    service: service ?? 'aws',
    action: action ?? 'unknown',
    status: statuses.find((each) => each === status) ?? 'error',
    text: text === undefined ? null : withoutSession(text),
  }));
}

/** The name of a session can be that of a person, so it is removed from ARNs. */
function withoutSession(text: string): string {
  return text.replaceAll(/(assumed-role\/[^/\s"',]+)\/[^\s"',]+/g, '$1');
}

function clientOf(value: unknown): FactsClient | null {
  if (value == null) return null;
  const client = picked(value, clientShape, 'client') as Partial<FactsClient>;
  return {
    interfaceId: client.interfaceId ?? null,
    vpcId: client.vpcId ?? null,
    subnetId: client.subnetId ?? null,
    groups: client.groups ?? [],
    addresses: (client.addresses ?? []).filter((each) => familyOf(each) !== null).map(canonicalAddress),
  };
}
