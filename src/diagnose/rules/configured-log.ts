import type { FactsDocument } from '../../documents/facts.js';
import { fromGateway } from '../../documents/gateway-answer.js';
import { judgedAnswers } from '../../documents/observed/http.js';
import type { Evidence } from '../../documents/report.js';
import { useOf } from '../configuration/use.js';
import type { Finding } from '../finding.js';
import type { Advice } from '../remedies/advice.js';
import { DOCS } from '../remedies/docs.js';
import { regionOption } from '../remedies/gateway.js';

/** A finding about an answer of API Gateway, without the advice to read an execution log that does not have the request. */
export function withoutEmptyLog(evidence: Evidence, found: Finding): Finding {
  const facts = evidence.observations.configuration ?? null;
  const isAnswer = judgedAnswers(evidence).some(({ doc }) => doc.status !== null && fromGateway(doc));
  if (facts === null || !isAnswer || (found.class !== 'service' && found.class !== 'policy')) return found;
  if (!useOf(evidence, facts).api) return found;
  const why = whyEmpty(evidence, facts);
  if (why === null) return found;
  return {
    ...found,
    evidence: [...found.evidence, { observation: 'configuration', text: why.text }],
    remedies: [...found.remedies.filter((each) => !readsLog(each)), why.advice],
  };
}

function readsLog({ command = [] }: Advice): boolean {
  return command.some((word) => word.startsWith('API-Gateway-Execution-Logs_'));
}

/** Why the execution log cannot have the request; null where it can, or where that is not known. */
function whyEmpty(
  { target }: Evidence,
  { apigateway }: FactsDocument,
): { text: string; advice: Advice } | null {
  const { stages = [], account } = apigateway;
  const api = target.privateApi;
  const stage = stages.find(({ stageName }) => stageName !== undefined && stageName === api?.stage);
  const region = regionOption(api?.region ?? null);
  const id = api?.apiId ?? apigateway.restApi?.id ?? 'API_ID';
  if (account !== undefined && account.cloudwatchRoleArn === undefined)
    return {
      text: 'no execution log can have this request: API Gateway has no role in this account that may write to CloudWatch (cloudwatchRoleArn)',
      advice: {
        text: 'Give API Gateway a role that may write logs, then switch logging of the stage on',
        command: [
          ...['aws', 'apigateway', 'update-account', ...region, '--patch-operations'],
          'op=replace,path=/cloudwatchRoleArn,value=ROLE_ARN',
        ],
        docs: DOCS.executionLogs,
      },
    };
  if (stage?.methodSettings === undefined || levelOf(stage.methodSettings, target.url) !== 'OFF') return null;
  return {
    text: `the execution log of stage ${stage.stageName} cannot have this request: its loggingLevel is OFF`,
    advice: {
      text: `Switch the execution log of stage ${stage.stageName} on, and send the request again`,
      command: [
        ...['aws', 'apigateway', 'update-stage', ...region, '--rest-api-id', id],
        ...['--stage-name', stage.stageName ?? 'STAGE', '--patch-operations'],
        'op=replace,path=/*/*/logging/loglevel,value=INFO',
      ],
      docs: DOCS.executionLogs,
    },
  };
}

/** The level of the method that was called, or else of all methods. A method without a setting is not logged. */
function levelOf(settings: Readonly<Record<string, { loggingLevel?: string }>>, url: string | null): string {
  const path = url === null ? '' : new URL(url).pathname.replace(/^\/[^/]*/, '') || '/';
  // The keys have the path with each slash escaped, as in JSON Pointer (RFC 6901).
  const own =
    settings[`${path.replaceAll('~', '~0').replaceAll('/', '~1')}/GET`] ?? settings[`${path.slice(1)}/GET`];
  return (own?.loggingLevel ?? settings['*/*']?.loggingLevel ?? 'OFF').toUpperCase();
}
