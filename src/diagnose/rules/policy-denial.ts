import { excerpt } from '../../core/text.js';
import type { Cause } from '../../documents/causes.js';
import { type Denial, type DeniedResource, denialOf } from '../../documents/gateway-answer.js';
import { type Answer, judgedAnswers } from '../../documents/observed/http.js';
import type { Confidence, Evidence, EvidenceItem, Remedy } from '../../documents/report.js';
import type { PrivateApi } from '../../documents/target.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import {
  allowInEndpointPolicy,
  allowInResourcePolicy,
  deploy,
  nameEndpoint,
  showEndpointPolicy,
  showResourcePolicy,
} from '../remedies/api.js';
import { DOCS } from '../remedies/docs.js';

/** A denial as the rules see it: the answer, its sentence taken apart, and the API it is about. */
interface Denied {
  answer: Answer;
  denial: Denial | null;
  /** The target's API, completed by what the denial's ARN says. */
  api: PrivateApi | null;
  caller: string;
}

interface Words {
  confidence: Confidence;
  summary: (denied: Denied) => string;
  remedies: (denied: Denied) => Remedy[];
  alternatives?: Judgement['alternatives'];
}

function denialRule(cause: Cause, words: Words): Rule {
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
        api: completed(evidence.target.privateApi, denial?.resource ?? null),
        caller: callerOf(denial),
      };
      return {
        phase: 'http',
        confidence: words.confidence,
        summary: words.summary(denied),
        evidence: evidenceOf(evidence, denied),
        remedies: words.remedies(denied),
        alternatives: words.alternatives ?? [],
        check: 'send the request again once the rest is mended; the answer names the policy',
      };
    },
  );
}

/** The page about the policy at fault. */
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
      text: `request id ${doc.requestId}, to be found in the API's execution log`,
    });
  return items;
}

function callerOf(denial: Denial | null): string {
  if (denial === null || denial.who === null) return 'the caller';
  return denial.who === 'anonymous' ? 'the anonymous caller' : denial.who;
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

/** The condition most policies rest on needs the endpoint's id; without `--vpce` the address leads to it. */
function identify({ api, answer }: Denied): Remedy[] {
  return api !== null && api.vpceId !== null ? [] : [nameEndpoint(api, answer.doc.address)];
}

export const policyDenialRules: readonly Rule[] = [
  denialRule('policy.resource-implicit', {
    confidence: 'certain',
    summary: (denied) =>
      `The resource policy of ${apiName(denied)} allows nothing that matches ${denied.caller} through ${endpointName(denied)}.`,
    remedies: (denied) => [
      ...identify(denied),
      allowInResourcePolicy(denied.api),
      {
        text: 'If it allows by aws:SourceIp, that never matches here: through an endpoint it is aws:SourceVpce, aws:SourceVpc or aws:VpcSourceIp',
      },
      deploy(denied.api),
    ],
  }),
  denialRule('policy.resource-explicit', {
    confidence: 'certain',
    summary: (denied) =>
      `A Deny in the resource policy of ${apiName(denied)} matches ${denied.caller} through ${endpointName(denied)}.`,
    remedies: (denied) => [
      ...identify(denied),
      showResourcePolicy(
        denied.api,
        `Find the Deny statement; most often a StringNotEquals on aws:SourceVpce or aws:SourceVpc names another endpoint than ${denied.api?.vpceId ?? 'the one used here'}`,
      ),
      deploy(denied.api),
    ],
  }),
  denialRule('policy.endpoint-implicit', {
    confidence: 'certain',
    summary: (denied) =>
      `The policy of ${endpointName(denied)} does not allow ${denied.caller} to call ${apiName(denied)}.`,
    remedies: (denied) => [
      ...identify(denied),
      showEndpointPolicy(
        denied.api,
        "Read the endpoint's policy: it must allow execute-api:Invoke for this API and caller",
      ),
      allowInEndpointPolicy(denied.api, denied.denial?.resource ?? null),
    ],
  }),
  denialRule('policy.endpoint-explicit', {
    confidence: 'certain',
    summary: (denied) =>
      `A Deny in the policy of ${endpointName(denied)} matches ${denied.caller} calling ${apiName(denied)}.`,
    remedies: (denied) => [
      ...identify(denied),
      showEndpointPolicy(denied.api, 'Find the Deny statement that matches, and narrow it'),
    ],
  }),
  denialRule('policy.identity', {
    confidence: 'certain',
    summary: (denied) =>
      `${identityPolicy(denied)} ${denied.denial?.explicit ? 'denies' : 'does not allow'} ${denied.caller} the call of ${apiName(denied)}.`,
    remedies: (denied) => [
      {
        text: `Allow execute-api:Invoke on ${denied.denial?.resource?.arn ?? 'the method'} in the caller's policy, or let the Lambda authorizer return a policy that does`,
        docs: DOCS.accessDenied,
      },
    ],
  }),
  denialRule('policy.organization', {
    confidence: 'certain',
    summary: (denied) =>
      `A ${denied.denial?.policy ?? 'policy'} of the organization ${denied.denial?.explicit ? 'denies' : 'does not allow'} ${denied.caller} the call of ${apiName(denied)}.`,
    remedies: (denied) => [
      {
        text: `Ask who manages the organization to allow execute-api:Invoke in the ${denied.denial?.policy ?? 'policy'} that applies`,
        docs: DOCS.accessDenied,
      },
    ],
  }),
  denialRule('policy.denied', {
    confidence: 'high',
    summary: (denied) =>
      `${denied.denial?.explicit ? 'A Deny' : 'A policy'} stops ${denied.caller} from calling ${apiName(denied)}, and the answer does not say whose.`,
    remedies: (denied) => [
      ...identify(denied),
      showResourcePolicy(
        denied.api,
        'Read the resource policy first: a private API without one denies every call',
      ),
      allowInResourcePolicy(denied.api),
      deploy(denied.api),
      showEndpointPolicy(denied.api, 'Then read the policy of the VPC endpoint'),
    ],
    alternatives: [
      possible(
        'policy.resource-implicit',
        'read the resource policy: does an Allow match this endpoint, and is it deployed?',
        'medium',
      ),
      possible('policy.endpoint-implicit', "read the endpoint's policy: does an Allow match this API?"),
      possible('policy.identity', 'is the method authorized by IAM or a Lambda authorizer?'),
    ],
  }),
];

function identityPolicy({ denial }: Denied): string {
  if (denial === null || denial.who === null) return 'The authorizer';
  return denial.policy === null || /identity/i.test(denial.policy)
    ? "The caller's own policy"
    : `The caller's ${denial.policy}`;
}
