import { excerpt } from '../../core/text.js';
import type { Cause } from '../../documents/causes.js';
import { type Denial, type DeniedResource, denialOf } from '../../documents/gateway-answer.js';
import { type Answer, judgedAnswers } from '../../documents/observed/http.js';
import type { Alternative, Confidence, Evidence, EvidenceItem } from '../../documents/report.js';
import type { PrivateApi } from '../../documents/target.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { short } from '../headline.js';
import { DOCS } from '../remedies/docs.js';
import { withKnownApi } from '../remedies/known-api.js';
import { policyRemedies } from '../remedies/policies.js';

/** A denial as the rules see it: the answer, its sentence parsed, and the API that it is about. */
interface Denied {
  answer: Answer;
  denial: Denial | null;
  /** The API of the target, completed by the ARN in the denial. */
  api: PrivateApi | null;
  caller: string;
}

function denialRule(
  cause: Cause,
  confidence: Confidence,
  summary: (denied: Denied) => string,
  alternatives: Alternative[] = [],
): Rule {
  return rule(
    cause,
    { needs: ['http'], docs: DOCS_OF[cause] ?? DOCS.accessDenied },
    (evidence): Judgement | null => {
      const answer = judgedAnswers(evidence).find((each) => each.cause === cause);
      if (answer === undefined) return null;
      const denial = denialOf(answer.doc);
      const denied = {
        answer,
        denial,
        api: completed(withKnownApi(evidence).privateApi, denial?.resource ?? null),
        caller: callerOf(denial),
      };
      return {
        phase: 'http',
        confidence,
        summary: summary(denied),
        evidence: evidenceOf(evidence, denied),
        remedies: policyRemedies(cause, { api: denied.api, denial, address: answer.doc.address }),
        alternatives,
        claims: [{ says: 'every-request-fails' }, { says: 'denies-this-api' }, { says: 'gateway-said-it' }],
        check: 'send the request again when the other fault is repaired; the answer names the policy',
      };
    },
  );
}

/** The page about each policy. */
const DOCS_OF: Readonly<Partial<Record<Cause, string>>> = {
  'policy.resource-implicit': DOCS.resourcePolicy,
  'policy.resource-explicit': DOCS.resourcePolicy,
  'policy.endpoint-implicit': DOCS.endpointPolicy,
  'policy.endpoint-explicit': DOCS.endpointPolicy,
  'policy.denied': DOCS.resourcePolicy,
};

function evidenceOf({ target }: Evidence, { answer, denial }: Denied): EvidenceItem[] {
  const { ref, doc } = answer;
  const kind = doc.errorType === null ? '' : `, ${doc.errorType}`;
  const items = [
    {
      observation: ref,
      text: `HTTP ${doc.status ?? 'answer'}${kind}${doc.message === null ? '' : `: ${excerpt(doc.message, 400)}`}`,
    },
  ];
  const asked = target.privateApi?.apiId ?? null;
  const named = denial?.resource?.apiId ?? null;
  if (asked !== null && named !== null && asked !== named) {
    items.push({ observation: ref, text: `the denial is about API ${named}, but ${asked} was called` });
  }
  if (doc.requestId !== null)
    items.push({
      observation: ref,
      text: `request id ${doc.requestId}: look it up in the execution log of the API`,
    });
  return items;
}

function callerOf(denial: Denial | null): string {
  if (denial === null || denial.who === null) return 'the caller';
  return denial.who === 'anonymous' ? 'the anonymous caller' : short(denial.who, 'the caller', 40);
}

function completed(api: PrivateApi | null, resource: DeniedResource | null): PrivateApi | null {
  if (api === null || resource === null) return api;
  return {
    ...api,
    apiId: api.apiId ?? resource.apiId,
    region: api.region ?? resource.region,
    stage: api.stage ?? resource.stage,
  };
}

function apiName({ api, denial }: Denied): string {
  const id = api?.apiId ?? denial?.resource?.apiId ?? null;
  return id === null ? 'the API' : `API ${id}`;
}

function endpointName({ api }: Denied): string {
  return api?.vpceId ?? 'the VPC endpoint';
}

/** Possible where API Gateway does not name the policy, in an answer or in a log. */
export const unnamedPolicies: Alternative[] = [
  possible(
    'policy.resource-implicit',
    'read the resource policy: does an Allow match this endpoint, and is it deployed?',
    'medium',
  ),
  possible('policy.endpoint-implicit', 'read the policy of the endpoint: does an Allow match this API?'),
  possible('policy.identity', 'is the method authorized by IAM or a Lambda authorizer?'),
];

export const policyDenialRules: readonly Rule[] = [
  denialRule(
    'policy.resource-implicit',
    'certain',
    (denied) =>
      `No Allow in the resource policy of ${apiName(denied)} matches ${denied.caller} through ${endpointName(denied)}.`,
  ),
  denialRule(
    'policy.resource-explicit',
    'certain',
    (denied) =>
      `A Deny in the resource policy of ${apiName(denied)} matches ${denied.caller} through ${endpointName(denied)}.`,
  ),
  denialRule(
    'policy.endpoint-implicit',
    'certain',
    (denied) =>
      `The policy of ${endpointName(denied)} does not allow ${denied.caller} to call ${apiName(denied)}.`,
  ),
  denialRule(
    'policy.endpoint-explicit',
    'certain',
    (denied) =>
      `A Deny in the policy of ${endpointName(denied)} matches a call of ${apiName(denied)} by ${denied.caller}.`,
  ),
  denialRule(
    'policy.identity',
    'certain',
    (denied) =>
      `${identityPolicy(denied)} does not allow ${denied.caller} to call ${apiName(denied)}${byDeny(denied)}.`,
  ),
  denialRule(
    'policy.organization',
    'certain',
    (denied) =>
      `A ${denied.denial?.policy ?? 'policy'} of the organization does not allow ${denied.caller} to call ${apiName(denied)}${byDeny(denied)}.`,
  ),
  denialRule(
    'policy.denied',
    'high',
    (denied) =>
      `${denied.denial?.explicit ? 'A Deny in a policy' : 'A policy'} stops ${denied.caller} from calling ${apiName(denied)}; the answer does not say which policy.`,
    unnamedPolicies,
  ),
];

function byDeny({ denial }: Denied): string {
  return denial?.explicit ? ': it has a Deny that matches' : '';
}

function identityPolicy({ denial }: Denied): string {
  if (denial === null || denial.who === null) return 'The authorizer';
  return denial.policy === null || /identity/i.test(denial.policy)
    ? "The caller's own policy"
    : `The caller's ${denial.policy}`;
}
