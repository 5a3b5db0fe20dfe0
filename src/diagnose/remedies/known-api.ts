import { denialOf } from '../../documents/gateway-answer.js';
import { judgedAnswers } from '../../documents/observed/http.js';
import type { Evidence } from '../../documents/report.js';
import type { PrivateApi, Target } from '../../documents/target.js';

/**
 * The target with what the report knows of its API beside the name: the ARN in a denial, and the configuration that was read. A
 * remedy then has ids in place of API_ID and STAGE.
 */
export function withKnownApi(evidence: Evidence): Target {
  const { target } = evidence;
  return target.privateApi === null
    ? target
    : { ...target, privateApi: knownApi(evidence, target.privateApi) };
}

function knownApi(evidence: Evidence, api: PrivateApi): PrivateApi {
  const { restApi = null, stages = [] } = evidence.observations.configuration?.apigateway ?? {};
  const [denied = null] = judgedAnswers(evidence).flatMap(({ doc }) => denialOf(doc)?.resource ?? []);
  const apiId = api.apiId ?? denied?.apiId ?? restApi?.id ?? null;
  // What is known of another API says nothing about this one.
  const isDenied = denied !== null && denied.apiId === apiId;
  const [only, ...others] = restApi?.id === undefined || restApi.id === apiId ? stages : [];
  return {
    ...api,
    apiId,
    region: api.region ?? (isDenied ? denied.region : null),
    stage:
      api.stage ??
      (isDenied ? denied.stage : null) ??
      (others.length === 0 ? (only?.stageName ?? null) : null),
  };
}
