import type { Gate, MethodFacts } from '../../../documents/facts.js';
import { aws, type Context, gateOf, isCut } from '../context.js';
import { createDeployment } from './stage.js';

/**
 * The gate of the method: the authorization that the deployment of the stage has for it, which is the one in force, beside that
 * of the API as it is edited.
 */
export function methodGate(context: Context): Gate[] {
  const { facts, evidence, called } = context;
  const { stages = [], deployments = [], resources } = facts.apigateway;
  const { given } = evidence.target;
  const { stage, path } = called;
  if (stage === null || path === null) return [];
  const running = stages.find(({ stageName }) => stageName === stage)?.deploymentId;
  const summary = deployments.find(({ id }) => id !== undefined && id === running)?.apiSummary;
  const deployed = summary === undefined ? undefined : methodAt(Object.entries(summary), path);
  const edited =
    resources === undefined || isCut(facts, 'GetResources')
      ? undefined
      : methodAt(
          resources.map((each) => [each.path ?? '', each.resourceMethods ?? {}]),
          path,
        );
  if (deployed === undefined && edited === undefined) return [];
  const id = called.apiId;
  const base = {
    gate: 'method',
    end: 'target',
    direction: null,
    resource: id,
    rule: 'authorizationType',
  } as const;
  const now = edited?.authorizationType;
  if (deployed?.authorizationType === undefined) {
    if (now === undefined) return [];
    return [
      {
        ...base,
        state: 'unknown',
        text: `not readable: the authorization that stage ${stage} has for GET ${path}; the API as it is edited has ${now}`,
      },
    ];
  }
  const type = deployed.authorizationType;
  const differs = now !== undefined && now !== type;
  const text = `deployment ${running} of stage ${stage} has authorization ${type} for GET ${path}${differs ? `, and the API as it is edited has ${now}: it was changed after the deployment` : ''}`;
  const isSigned = given?.headers?.some(({ field }) => field.toLowerCase() === 'authorization') === true;
  if (type === 'NONE' || (isSigned && !differs)) return [{ ...base, state: 'allow', text }];
  return [
    gateOf(
      {
        ...base,
        state: 'deny',
        text,
        cause: differs ? 'policy.not-deployed' : 'api.authentication',
        limit: 'high',
      },
      () =>
        differs
          ? [
              {
                text: `Deploy ${id ?? 'the API'} to ${stage}, if ${now} is meant`,
                command: createDeployment(context, id, stage),
              },
            ]
          : [
              {
                text: `Send what ${type} wants with the request, or read the method`,
                command: aws(
                  context,
                  'apigateway',
                  'get-deployment',
                  ...[
                    '--rest-api-id',
                    id ?? 'API_ID',
                    '--deployment-id',
                    running ?? 'DEPLOYMENT_ID',
                    '--embed',
                    'apisummary',
                  ],
                ),
              },
            ],
    ),
  ];
}

/** The GET method of the resource that has a path: `{id}` stands for one segment, `{proxy+}` for all that follow. */
function methodAt(
  resources: readonly (readonly [path: string, methods: Readonly<Record<string, MethodFacts>>])[],
  path: string,
): MethodFacts | undefined {
  const matching = resources
    .filter(([template]) => fits(template, path))
    .sort(([one], [other]) => placeholders(one) - placeholders(other));
  return matching.map(([, methods]) => methods.GET ?? methods.ANY).find((each) => each !== undefined);
}

/** Literal paths come before those with placeholders, and a greedy one comes last. */
function placeholders(template: string): number {
  return template.split('{').length + (template.includes('+}') ? 100 : 0);
}

function fits(template: string, path: string): boolean {
  const [wanted, given] = [template, path].map((each) => each.replace(/\/$/, '').split('/')) as [
    string[],
    string[],
  ];
  for (const [index, part] of wanted.entries()) {
    if (/^\{.*\+\}$/.test(part)) return given.length > index;
    if (given[index] === undefined) return false;
    if (!/^\{.*\}$/.test(part) && part !== given[index]) return false;
  }
  return wanted.length === given.length;
}
