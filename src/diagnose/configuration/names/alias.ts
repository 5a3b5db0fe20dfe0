import type { Gate } from '../../../documents/facts.js';
import { hostAnswers } from '../../../documents/observed/dns.js';
import { DOCS } from '../../remedies/docs.js';
import { aws, type Context, gateOf } from '../context.js';

/** The gate of the name with both ids, which public DNS has only where the API lists the endpoint. */
export function aliasGate(context: Context): Gate[] {
  const { facts, evidence } = context;
  const { privateApi: api, host } = evidence.target;
  const { restApi } = facts.apigateway;
  if (api?.form !== 'alias' || restApi == null || !context.use.api) return [];
  const { apiId, vpceId } = api;
  const types = restApi.endpointConfiguration?.types;
  const listed = restApi.endpointConfiguration?.vpcEndpointIds ?? (types === undefined ? null : []);
  if (listed === null || vpceId === null) return [];
  const base = {
    gate: 'api',
    end: 'target',
    direction: null,
    resource: apiId,
    rule: 'vpcEndpointIds',
  } as const;
  if (listed.includes(vpceId)) return [{ ...base, state: 'allow', text: `${apiId} lists ${vpceId}` }];
  const missing = hostAnswers(evidence)
    .map(({ doc }) => doc.status)
    .find((status) => status === 'nxdomain' || status === 'no-data');
  return [
    gateOf(
      {
        ...base,
        // The name can be in a zone of somebody else: the answer shows whether it is missing.
        state: missing === undefined ? 'unknown' : 'deny',
        text: `${apiId} does not list ${vpceId} (vpcEndpointIds), and public DNS has ${host} only where it does`,
        ...(missing === undefined ? {} : { cause: `dns.${missing}` }),
        limit: 'high',
      },
      () => [
        {
          text: `List ${vpceId} in ${apiId}, and deploy it`,
          command: aws(
            context,
            'apigateway',
            'update-rest-api',
            ...['--rest-api-id', apiId ?? 'API_ID', '--patch-operations'],
            `op=add,path=/endpointConfiguration/vpcEndpointIds,value=${vpceId}`,
          ),
          docs: DOCS.invokeUrl,
        },
      ],
    ),
  ];
}
