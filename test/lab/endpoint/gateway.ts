import { evaluate, type Policy, type PolicyDecision } from './policy.js';

/** What the front end knows: the endpoint it stands behind and the APIs deployed in its Region. */
export interface GatewayConfig {
  region: string;
  accountId: string;
  vpcId: string;
  /** null: the public front end, which serves no private API. */
  vpceId: string | null;
  endpointPolicy: Policy;
  apis: Record<string, Api>;
  /** Denials as they read before they named the layer: without a reason. */
  oldWording: boolean;
}

export interface Api {
  /** null: none attached; a private API then denies everybody. */
  resourcePolicy: Policy | null;
  /** The endpoints associated with it, which gives `{api}-{vpce}` names. */
  vpceIds: string[];
  /** By stage, then by `METHOD /path`. */
  stages: Record<string, Record<string, unknown>>;
}

export interface GatewayRequest {
  method: string;
  /** Of the request line, without the query string. */
  path: string;
  host: string | null;
  /** `x-apigw-api-id`. */
  apiIdHeader: string | null;
}

export interface GatewayAnswer {
  status: number;
  /** `x-amzn-errortype`; null when the API's own integration answered. */
  errorType: string | null;
  body: unknown;
}

/** What API Gateway says to one request. Pure; wording and order as far as they are known without an account. */
export function answerRequest(config: GatewayConfig, request: GatewayRequest): GatewayAnswer {
  const apiId = selectedApi(config, request);
  const api = apiId === null ? undefined : own(config.apis, apiId);
  const [, stage = '', ...rest] = request.path.split('/');
  const methods = api && own(api.stages, stage);
  if (apiId === null || api === undefined || methods === undefined) return forbidden;

  const path = rest.join('/').replace(/\/$/, '');
  const body = own(methods, `${request.method} /${path}`);
  if (body === undefined) return missingToken;

  const suffix = denialOf(config, api, apiId, `${stage}/${request.method}/${path}`);
  if (suffix === null) return { status: 200, errorType: null, body };
  // The account's digits are masked but for the last four, as in the answers seen.
  const masked = `********${config.accountId.slice(-4)}`;
  const arn = `arn:aws:execute-api:${config.region}:${masked}:${apiId}/${stage}/${request.method}/${path}`;
  const Message = `User: anonymous is not authorized to perform: execute-api:Invoke on resource: ${arn}${suffix}`;
  return { status: 403, errorType: 'AccessDeniedException', body: { Message } };
}

const forbidden: GatewayAnswer = {
  status: 403,
  errorType: 'ForbiddenException',
  body: { message: 'Forbidden' },
};

const missingToken: GatewayAnswer = {
  status: 403,
  errorType: 'MissingAuthenticationTokenException',
  body: { message: 'Missing Authentication Token' },
};

/** The header decides where it is given: it was seen to help a request whose Host named nothing. */
function selectedApi(config: GatewayConfig, { host, apiIdHeader }: GatewayRequest): string | null {
  if (apiIdHeader !== null) return apiIdHeader;
  const name = host?.toLowerCase().replace(/:\d+$/, '');
  const service = `.execute-api.${config.region}.amazonaws.com`;
  if (name === undefined || !name.endsWith(service)) return null;
  const label = name.slice(0, -service.length);
  if (own(config.apis, label) !== undefined) return label;
  // The alias: only of endpoints the API is associated with.
  const dash = label.indexOf('-');
  const apiId = label.slice(0, dash);
  return own(config.apis, apiId)?.vpceIds.includes(label.slice(dash + 1)) ? apiId : null;
}

/** The names come from the network: `constructor` is not an API. */
function own<Value>(record: Record<string, Value>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** What ends the denial's sentence, or null where nothing denies. An explicit deny wins over an implicit one. */
function denialOf(config: GatewayConfig, api: Api, apiId: string, methodPath: string): string | null {
  const request = {
    action: 'execute-api:Invoke',
    resource: `arn:aws:execute-api:${config.region}:${config.accountId}:${apiId}/${methodPath}`,
    context: {
      'aws:SourceVpc': config.vpcId,
      ...(config.vpceId === null ? {} : { 'aws:SourceVpce': config.vpceId }),
    },
  };
  const layers: { policy: string; decision: PolicyDecision }[] = [
    { policy: 'VPC endpoint policy', decision: evaluate(config.endpointPolicy, request) },
    {
      policy: 'resource-based policy',
      decision: api.resourcePolicy === null ? 'implicit-deny' : evaluate(api.resourcePolicy, request),
    },
  ];
  const explicit = layers.find(({ decision }) => decision === 'explicit-deny');
  if (explicit !== undefined) {
    return config.oldWording ? ' with an explicit deny' : ` with an explicit deny in a ${explicit.policy}`;
  }
  const silent = layers.find(({ decision }) => decision === 'implicit-deny');
  if (silent === undefined) return null;
  return config.oldWording ? '' : ` because no ${silent.policy} allows the execute-api:Invoke action`;
}
