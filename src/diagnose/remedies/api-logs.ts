import type { HttpDocument } from '../../probe/http/types.js';
import { command } from '../../shell-command.js';
import type { PrivateApi } from '../target.js';
import type { Remedy } from '../verdict.js';
import { DOCS } from './docs.js';
import { regionOption } from './region-option.js';

/**
 * What the API's own execution log says of the request that was sent; none where the API is not known by its id. The log
 * group is named by API and stage ("API-Gateway-Execution-Logs_{rest-api-id}/{stage-name}" in the developer guide).
 */
export function executionLog({ requestId }: HttpDocument, api: PrivateApi | null): Remedy[] {
  if (api === null || api.apiId === null) return [];
  const group = `API-Gateway-Execution-Logs_${api.apiId}/${api.stage ?? 'STAGE'}`;
  const asked = requestId === null ? [] : ['--request', requestId];
  return [
    {
      text: `Read what the execution log of API ${api.apiId} says of the request, where logging is on`,
      command: `${command('aws', 'logs', 'tail', group, ...regionOption(api.region), '--since', '1h')} | ${command('pprobe', 'explain', '--log', '-', ...asked)}`,
      docs: DOCS.executionLogs,
    },
  ];
}

/** The usage plans that limit the API; none where it is not known by its id. */
export function usagePlans(api: PrivateApi | null): Remedy[] {
  if (api === null || api.apiId === null) return [];
  return [
    {
      text: `Find the usage plans of API ${api.apiId}, and what they allow`,
      command: command(
        ...['aws', 'apigateway', 'get-usage-plans', ...regionOption(api.region)],
        ...['--query', `items[?apiStages[?apiId=='${api.apiId}']]`],
      ),
      docs: DOCS.throttling,
    },
  ];
}
