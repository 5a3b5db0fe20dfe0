import { list } from '../../../core/text.js';
import type { Gate, RestApiFacts } from '../../../documents/facts.js';
import type { PrivateApi } from '../../../documents/target.js';
import { DOCS } from '../../remedies/docs.js';
import { aws, type Context, gateOf } from '../context.js';
import { accountOfApi } from '../use.js';
import { stageGates } from './stage.js';

/** The gates of the API and of its stage. */
export function apiGates(context: Context): Gate[] {
  const { facts, evidence, called } = context;
  const { restApi, stages } = facts.apigateway;
  const api = evidence.target.privateApi;
  const id = called.apiId ?? restApi?.id ?? null;
  if (restApi === undefined) return stageGates(context, id, stages);
  if (restApi === null) return [absent(context, id)];
  const version = versionGate(context, restApi, id);
  const denying = denials(context, api?.form ?? 'custom', restApi, id ?? 'API_ID');
  return [
    ...version,
    ...(denying.length === 0 ? [present(restApi, id)] : denying),
    ...stageGates(context, id, stages),
  ];
}

function base(resource: string | null) {
  return { gate: 'api', end: 'target', direction: null, resource } as const;
}

function absent(context: Context, id: string | null): Gate {
  const { facts, region } = context;
  const place = `account ${accountOfApi(facts) ?? 'read'}${region === null ? '' : `, Region ${region}`}`;
  return gateOf(
    {
      ...base(id),
      rule: null,
      state: 'deny',
      text: `API Gateway has no API ${id} in ${place}`,
      cause: 'api.absent',
    },
    () => [
      {
        text: 'Compare the id with the APIs that exist, and ask in the account that owns the API if that is another one',
        command: aws(
          context,
          'apigateway',
          'get-rest-apis',
          '--query',
          'items[].[id,name,endpointConfiguration.types[0]]',
        ),
        docs: DOCS.forbidden,
      },
    ],
  );
}

function present({ endpointConfiguration }: RestApiFacts, id: string | null): Gate {
  const isKnown = endpointConfiguration?.types !== undefined;
  return {
    ...base(id),
    rule: null,
    state: isKnown ? 'allow' : 'unknown',
    text: isKnown ? `${id} exists and is private` : `not readable: the type of ${id}`,
  };
}

/** A policy that takes TLS 1.3 alone, which clients of older runtimes do not speak. */
function versionGate(context: Context, restApi: RestApiFacts, id: string | null): Gate[] {
  const policy = restApi.securityPolicy ?? '';
  if (!/TLS13/i.test(policy) || /TLS13_1_2/i.test(policy)) return [];
  const { tls } = context.evidence.observations;
  const isFailed = tls.some(({ status }) => status === 'protocol');
  const isSpoken = tls.some(({ protocol }) => protocol === 'TLSv1.3');
  return [
    gateOf(
      {
        ...base(id),
        rule: 'securityPolicy',
        state: isFailed ? 'deny' : isSpoken ? 'allow' : 'unknown',
        text: `${id} has securityPolicy ${policy}, which takes TLS 1.3 alone: a client that offers TLS 1.2 at most fails in the handshake`,
        ...(isFailed ? { cause: 'tls.protocol', limit: 'high' as const } : {}),
      },
      () => [
        {
          text: `Use a client or runtime that speaks TLS 1.3, or a securityPolicy that takes TLS 1.2; the change takes about 15 minutes`,
          command: aws(
            context,
            'apigateway',
            'update-rest-api',
            ...['--rest-api-id', id ?? 'API_ID', '--patch-operations'],
            'op=replace,path=/securityPolicy,value=TLS_1_2',
          ),
          docs: DOCS.securityPolicies,
        },
      ],
    ),
  ];
}

/** A property of an API that keeps requests from it. */
interface Denial {
  rule: string;
  cause: string;
  text: string;
  change: string;
  /** The path and the value of `aws apigateway update-rest-api`. */
  path: string;
  value: string;
  docs: string;
}

function denials(context: Context, form: PrivateApi['form'], restApi: RestApiFacts, id: string): Gate[] {
  const types = restApi.endpointConfiguration?.types;
  const found: Denial[] = [];
  if (types !== undefined && !types.includes('PRIVATE'))
    found.push({
      rule: 'types',
      cause: 'api.endpoint-type',
      text: `${id} is of type ${list(types)} and not PRIVATE, so no VPC endpoint leads to it`,
      change: `Call ${id} from the Internet or by a custom domain name, or make it private`,
      path: `/endpointConfiguration/types/${types[0]}`,
      value: 'PRIVATE',
      docs: DOCS.vpcConnections,
    });
  if (restApi.disableExecuteApiEndpoint === true && form !== 'custom')
    found.push({
      rule: 'disableExecuteApiEndpoint',
      cause: 'api.default-endpoint-disabled',
      text: `the default name of ${id} is switched off (disableExecuteApiEndpoint)`,
      change: `Call ${id} by its custom domain name, or switch the default name on and deploy`,
      path: '/disableExecuteApiEndpoint',
      value: 'False',
      docs: DOCS.forbidden,
    });
  if (restApi.endpointAccessMode === 'STRICT' && (form === 'vpce' || form === 'zonal'))
    found.push({
      rule: 'endpointAccessMode',
      cause: 'api.access-mode',
      text: `${id} has endpointAccessMode STRICT, so the server name of the handshake must be that of the API, and the endpoint's own name is another one`,
      change: `Call ${id} by its own name, or set endpointAccessMode to BASIC`,
      path: '/endpointAccessMode',
      value: 'BASIC',
      docs: DOCS.securityPolicies,
    });
  return found.map(({ rule, cause, text, change, path, value, docs }) =>
    gateOf({ ...base(id), rule, state: 'deny', text, cause }, () => [
      {
        text: change,
        command: aws(
          context,
          'apigateway',
          'update-rest-api',
          ...['--rest-api-id', id, '--patch-operations', `op=replace,path=${path},value=${value}`],
        ),
        docs,
      },
    ]),
  );
}
