import { evaluate, type Policy, type PolicyDecision } from './policy.js';

/** The configuration of the front end: its VPC endpoint, and the APIs deployed in its Region. */
export interface GatewayConfig {
  region: string;
  accountId: string;
  vpcId: string;
  /** null: the public front end, which serves no private API. */
  vpceId: string | null;
  endpointPolicy: Policy;
  apis: Record<string, Api>;
  /** Denials have the older wording, which does not name the policy. */
  oldWording: boolean;
}

export interface Api {
  /** null: no policy is attached, and the private API denies every request. */
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

/** The answer of API Gateway to one request. Pure. Wording and order of the checks as far as they are known from the outside. */
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
  // All digits of the account but the last four are masked, as in real answers.
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

/** The API that a request names: by the header if it is given, else by Host. */
function selectedApi(config: GatewayConfig, { host, apiIdHeader }: GatewayRequest): string | null {
  if (apiIdHeader !== null) return apiIdHeader;
  const name = host?.toLowerCase().replace(/:\d+$/, '');
  const service = `.execute-api.${config.region}.amazonaws.com`;
  if (name === undefined || !name.endsWith(service)) return null;
  const label = name.slice(0, -service.length);
  if (own(config.apis, label) !== undefined) return label;
  // The alias exists only for endpoints that are associated with the API.
  const dash = label.indexOf('-');
  const apiId = label.slice(0, dash);
  return own(config.apis, apiId)?.vpceIds.includes(label.slice(dash + 1)) ? apiId : null;
}

/** Own members only, because the names come from the network: `constructor` is not an API. */
function own<Value>(record: Record<string, Value>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** The end of the denial's sentence, or null if nothing denies. An explicit deny precedes an implicit one. */
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
