import { list } from '../../../core/text.js';
import type { DomainNameFacts, Gate } from '../../../documents/facts.js';
import { DOCS } from '../../remedies/docs.js';
import { aws, type Context, gateOf, isPartial, notRead } from '../context.js';
import { readPolicy } from '../policy/document.js';
import { evaluatePolicy, type PolicyRequest } from '../policy/evaluate.js';
import { isNameFor, mappingFor, nameInArn } from './called.js';

/**
 * The gates of a private custom domain name: its association with the endpoint, which the account of the endpoint makes; the
 * policy of the name, which its owner has; and the mapping to an API.
 */
export function domainNameGates(context: Context, endpointId: string | null, request: PolicyRequest): Gate[] {
  const { facts, evidence } = context;
  const { host } = evidence.target;
  const { domainName, domainNameAccessAssociations: associations } = facts.apigateway;
  if (!context.called.byCustomName) return [];
  const isPublic = domainName?.endpointConfiguration?.types?.includes('PRIVATE') === false;
  // A public custom name needs no association.
  if (isPublic || (domainName === undefined && associations === undefined)) return [];
  return [
    ...associationGate(context, endpointId, domainName),
    ...(domainName === undefined ? [] : policyGates(domainName, host, request)),
    ...mappingGate(context),
  ];
}

const base = { gate: 'domain-name', end: 'target', direction: null } as const;

function associationGate(
  context: Context,
  endpointId: string | null,
  domainName: DomainNameFacts | undefined,
): Gate[] {
  const { facts, evidence } = context;
  const { host } = evidence.target;
  const action = 'GetDomainNameAccessAssociations';
  const all = facts.apigateway.domainNameAccessAssociations;
  const resource = endpointId;
  if (all === undefined || endpointId === null || isPartial(facts, action)) {
    const what = endpointId === null ? 'the endpoint is not known' : notRead(facts, action);
    return [
      {
        ...base,
        resource,
        rule: null,
        state: 'unknown',
        text: `not readable: whether ${host} is associated with an endpoint: ${what}`,
      },
    ];
  }
  const ofName = all.filter(({ domainNameArn = '' }) => isNameFor(nameInArn(domainNameArn), host));
  const own = ofName.find(({ accessAssociationSource }) => accessAssociationSource === endpointId);
  if (own !== undefined)
    return [
      { ...base, resource, rule: null, state: 'allow', text: `${host} is associated with ${endpointId}` },
    ];
  const others = ofName.flatMap(({ accessAssociationSource }) => accessAssociationSource ?? []);
  const arn = domainName?.domainNameArn ?? ofName[0]?.domainNameArn ?? 'DOMAIN_NAME_ARN';
  return [
    gateOf(
      {
        ...base,
        resource,
        rule: 'access association',
        state: 'deny',
        text: `${host} has no access association with ${endpointId}${others.length === 0 ? '' : `, but with ${list(others, 3)}`}: API Gateway lets only associated endpoints call a private custom name`,
        cause: 'api.not-matched',
        limit: 'high',
      },
      () => [
        {
          text: `Associate ${host} with ${endpointId}, in the account of the endpoint`,
          command: aws(
            context,
            'apigateway',
            'create-domain-name-access-association',
            ...['--domain-name-arn', arn, '--access-association-source', endpointId],
            ...['--access-association-source-type', 'VPCE'],
          ),
          docs: DOCS.customDomains,
        },
      ],
    ),
  ];
}

/** The policy of the name. Its resources are those of the name and not of an API, so that only `*` is known to match. */
function policyGates(
  { policy, domainNameId }: DomainNameFacts,
  host: string,
  request: PolicyRequest,
): Gate[] {
  if (policy === undefined) return [];
  const gate = { ...base, resource: domainNameId ?? null } as const;
  const read = readPolicy(policy);
  if ('problem' in read)
    return [
      { ...gate, rule: null, state: 'unknown', text: `not readable: the policy of ${host}: ${read.problem}` },
    ];
  const { state, statement, why } = evaluatePolicy(read.statements, { ...request, resource: null });
  const rule = statement === null ? null : `statement ${statement.number}`;
  const because = why === '' ? '' : `: ${why}`;
  if (state === 'allow')
    return [{ ...gate, rule, state: 'allow', text: `${rule} of the policy of ${host} allows the request` }];
  if (state === 'unknown')
    return [
      {
        ...gate,
        rule,
        state: 'unknown',
        text: `not readable: whether ${rule ?? 'a statement'} of the policy of ${host} matches${because}`,
      },
    ];
  const text =
    state === 'explicit-deny'
      ? `${rule} of the policy of ${host} denies the request${because}`
      : `no Allow of the policy of ${host} matches the request${because}`;
  return [
    gateOf({ ...gate, rule, state: 'deny', text, cause: 'policy.denied', limit: 'high' }, () => [
      {
        text: `Let the owner of ${host} allow execute-api:Invoke for the endpoint in the policy of the name; it takes effect without a deployment`,
        docs: DOCS.customDomains,
      },
    ]),
  ];
}

/** Whether a mapping of the name has the path. */
function mappingGate(context: Context): Gate[] {
  const { facts, evidence } = context;
  const { basePathMappings: mappings, domainName } = facts.apigateway;
  const { host, url } = evidence.target;
  if (mappings === undefined || url === null || isPartial(facts, 'GetBasePathMappings')) return [];
  // Routing rules choose the API by headers and paths of their own.
  if (domainName?.routingMode !== undefined && domainName.routingMode !== 'BASE_PATH_MAPPING_ONLY') return [];
  const path = new URL(url).pathname.replace(/^\//, '');
  const resource = domainName?.domainNameId ?? null;
  const found = mappingFor(facts.apigateway, `/${path}`);
  if (found !== null) {
    const stage = found.stage === undefined ? '' : `, stage ${found.stage}`;
    return [
      {
        ...base,
        resource,
        rule: found.basePath ?? '(none)',
        state: 'allow',
        text: `${host} maps /${path} to ${found.restApiId ?? 'an API'}${stage}`,
      },
    ];
  }
  const has = mappings.flatMap(({ basePath }) => (basePath === undefined ? [] : `/${basePath}`));
  return [
    gateOf(
      {
        ...base,
        resource,
        rule: 'base path mapping',
        state: 'deny',
        text: `${host} has no base path mapping for /${path}; ${has.length === 0 ? 'it has none at all' : `it has ${list(has, 6)}`}`,
        cause: 'api.not-matched',
      },
      () => [
        {
          text: `Put one of the base paths of ${host} first in the path, or map the path to an API`,
          command: aws(
            context,
            'apigateway',
            'create-base-path-mapping',
            ...[
              '--domain-name',
              host,
              '--rest-api-id',
              facts.apigateway.restApi?.id ?? evidence.target.privateApi?.apiId ?? 'API_ID',
            ],
            ...['--base-path', path.split('/')[0] || '(none)', '--stage', 'STAGE'],
          ),
          docs: DOCS.customDomains,
        },
      ],
    ),
  ];
}
