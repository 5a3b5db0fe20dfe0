import { command } from '../../shell-command.js';
import { regionOption } from '../remedies/region-option.js';
import type { LogSummary } from './summary.js';

/** Why a request may be missing from a log, with what decides it. */
export interface AbsenceReason {
  text: string;
  check: string;
  /** A shell command for the check, where there is one. */
  command: string | null;
}

/**
 * What it means that a request is not in a log. Not that it never arrived: API Gateway leaves out a good many that did
 * (developer guide, "Monitor REST API execution"; knowledge centre, "missing CloudWatch logs"). The likeliest first.
 */
export function absenceReasons(summary: LogSummary): AbsenceReason[] {
  const [api] = summary.apis();
  const apiId = api?.apiId ?? 'API_ID';
  const stage = api?.stage ?? 'STAGE';
  const sawSuccess = summary.causes().some((each) => each.class === 'reachable');
  const span =
    summary.fromMs === null || summary.toMs === null
      ? ''
      : ` (it covers ${new Date(summary.fromMs).toISOString()} to ${new Date(summary.toMs).toISOString()})`;
  const level = command(
    ...['aws', 'apigateway', 'get-stage', '--rest-api-id', apiId, '--stage-name', stage],
    ...['--query', 'methodSettings', ...regionOption(null)],
  );
  return [
    reason(
      'It never reached API Gateway: DNS, a security group, a route or a firewall stopped it before',
      'did the client get any HTTP answer? Without one run pprobe diagnose URL on the client; an answer with x-amzn-requestid did come from API Gateway',
    ),
    reason(
      `It is outside the time of this log${span}, or not delivered yet`,
      'compare the clocks, and read the log again after some minutes',
    ),
    reason(
      `It went to another API or stage${api === undefined ? '' : ` than ${apiId}, ${stage}`}`,
      'the group is API-Gateway-Execution-Logs_{api id}/{stage}; compare both with the URL that was called',
    ),
    reason(
      'No API matched it: a wrong Host, API id or stage (403 Forbidden), a public API called through a VPC endpoint',
      'pprobe diagnose URL on the client asks in several variants and tells these apart',
    ),
    reason(
      'Its path or method does not exist: such requests (403 Missing Authentication Token) are never in execution logs',
      'compare path and method with the deployed resources',
    ),
    sawSuccess
      ? reason('Logging is off for its method', 'look at the settings of that method', level)
      : reason(
          'Logging is off, or at level ERROR, where a request that succeeds leaves no line',
          'loggingLevel must be INFO',
          level,
        ),
    ...(summary.requests > 0
      ? []
      : [
          reason(
            'API Gateway has no role to write logs with in this Region',
            'cloudwatchRoleArn must be set',
            'aws apigateway get-account',
          ),
        ]),
    reason(
      'It was answered without a line: 413, 431, many of a flood of 429, an error inside API Gateway',
      'what status did the client get?',
    ),
  ];
}

function reason(text: string, check: string, shell: string | null = null): AbsenceReason {
  return { text, check, command: shell };
}
