import { list } from '../../../core/text.js';
import type { Gate, StageFacts } from '../../../documents/facts.js';
import { DOCS } from '../../remedies/docs.js';
import { aws, type Context, gateOf } from '../context.js';

export function stageGates(
  context: Context,
  id: string | null,
  stages: readonly StageFacts[] | undefined,
): Gate[] {
  const { stage } = context.called;
  if (stages === undefined || stage === null) return [];
  const base = { gate: 'stage', end: 'target', direction: null, resource: id, rule: stage } as const;
  const names = stages.flatMap(({ stageName }) => stageName ?? []);
  const found = stages.find(({ stageName }) => stageName === stage);
  if (found !== undefined)
    return [
      {
        ...base,
        state: 'allow',
        text: `stage ${stage} exists${found.deploymentId === undefined ? '' : ` and runs deployment ${found.deploymentId}`}`,
      },
    ];
  // One stage alone can be what get-stage was asked for.
  if (names.length === 1 && context.facts.calls.some(({ action }) => action === 'GetStage')) return [];
  return [
    gateOf(
      {
        ...base,
        state: 'deny',
        text: `${id ?? 'the API'} has no stage ${stage}; it has ${list(names, 6)}`,
        cause: 'api.stage-missing',
      },
      () => [
        ...(names.length === 0
          ? []
          : [
              {
                text: `Put one of its stages first in the path: ${list(
                  names.map((name) => `/${name}`),
                  6,
                )}`,
                docs: DOCS.invokeUrl,
              },
            ]),
        {
          text: `Or deploy the API to a stage ${stage}`,
          command: createDeployment(context, id, stage),
        },
      ],
    ),
  ];
}

/** The command that deploys an API to a stage. */
export function createDeployment(context: Context, id: string | null, stage: string): string[] {
  const api = id ?? 'API_ID';
  return aws(context, 'apigateway', 'create-deployment', '--rest-api-id', api, '--stage-name', stage);
}
