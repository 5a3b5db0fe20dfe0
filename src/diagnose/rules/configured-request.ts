import { CAUSES } from '../../documents/causes.js';
import type { Gate } from '../../documents/facts.js';
import { denialOf } from '../../documents/gateway-answer.js';
import { judgedAnswers } from '../../documents/observed/http.js';
import type { Confidence, Evidence } from '../../documents/report.js';
import { leastConfident } from '../confidence.js';
import type { Finding } from '../finding.js';
import type { Advice } from '../remedies/advice.js';
import { DOCS } from '../remedies/docs.js';
import { regionOption } from '../remedies/gateway.js';
import { causeOfGate, confidenceOfFacts, remediesOfGate, remediesOfGates, told } from './configured.js';

/** The gates that a request passes after its packets. */
export const requestGateKinds: ReadonlySet<string> = new Set([
  'endpoint-policy',
  'domain-name',
  'api',
  'stage',
  'method',
  'resource-policy',
]);

/** A finding about an answer of API Gateway, with what the configuration of the API and of the endpoint's policy says of it. */
export function requestFinding(evidence: Evidence, all: readonly Gate[], found: Finding): Finding | null {
  const gates = all.filter(({ gate }) => requestGateKinds.has(gate));
  if (gates.length === 0) return null;
  const joined = withOthers(gates, found, joinedRequest(evidence, gates, found));
  const name = gates.filter(({ gate, state }) => gate === 'domain-name' && state === 'deny');
  if (found.class !== 'policy' || name.length === 0) return joined;
  // The policy of a private custom name denies in the same words as the API's own.
  const whole = joined ?? found;
  return {
    ...whole,
    confidence: leastConfident(whole.confidence, 'high'),
    evidence: [...told(name), ...whole.evidence],
    remedies: [...remediesOfGates(name), ...whole.remedies],
  };
}

/**
 * A finding with the other policies that deny. An answer of one gate says nothing of those behind it, which the next request
 * would meet.
 */
function withOthers(gates: readonly Gate[], found: Finding, joined: Finding | null): Finding | null {
  const whole = joined ?? found;
  if (found.class !== 'policy' && found.cause !== 'api.not-matched') return joined;
  const denying = gates.filter(
    ({ state, gate, text }) =>
      state === 'deny' &&
      (gate === 'endpoint-policy' || gate === 'resource-policy') &&
      !whole.evidence.some((each) => each.text === text),
  );
  return denying.length === 0 ? joined : { ...whole, evidence: [...whole.evidence, ...told(denying)] };
}

function joinedRequest(evidence: Evidence, gates: readonly Gate[], found: Finding): Finding | null {
  switch (found.cause) {
    case 'policy.identity':
    case 'api.path-unknown':
    case 'api.authentication':
      return ofMethod(evidence, gates, found);
    case 'tls.protocol':
      return ofVersion(gates, found);
    case 'policy.resource-implicit':
    case 'policy.resource-explicit':
      return namedLayer(evidence, gates, found, 'resource-policy');
    case 'policy.endpoint-implicit':
    case 'policy.endpoint-explicit':
      return namedLayer(evidence, gates, found, 'endpoint-policy');
    case 'policy.denied':
      return unnamedLayer(evidence, gates, found);
    case 'api.not-matched':
      return notFound(evidence, gates, found);
    default:
      return null;
  }
}

/** What the deployment says of the method's authorization, where the answer is about who calls. */
function ofMethod(evidence: Evidence, gates: readonly Gate[], found: Finding): Finding | null {
  const gate = gates.find((each) => each.gate === 'method');
  if (gate === undefined) return null;
  const named = causeOfGate(gate);
  if (gate.state !== 'deny' || named === null)
    return { ...found, evidence: [...found.evidence, ...told([gate])] };
  const isUndeployed = named === 'policy.not-deployed';
  const cause =
    isUndeployed && found.class === 'policy'
      ? named
      : found.class === 'service'
        ? 'api.authentication'
        : found.cause;
  return {
    ...found,
    cause,
    confidence: leastConfident(confidenceOfFacts(evidence), 'high'),
    summary:
      cause === 'policy.not-deployed'
        ? 'The method in force has another authorization than the API as it is edited: the change is not deployed.'
        : found.summary,
    evidence: [...told([gate]), ...found.evidence],
    remedies: [...remediesOfGate(gate), ...found.remedies],
  };
}

/** A handshake without a common version, and the versions that the API takes. */
function ofVersion(gates: readonly Gate[], found: Finding): Finding | null {
  const gate = gates.find(
    ({ rule, gate: kind }) => (kind === 'api' || kind === 'domain-name') && rule === 'securityPolicy',
  );
  return gate === undefined
    ? null
    : {
        ...found,
        evidence: [...told([gate]), ...found.evidence],
        remedies: [...remediesOfGate(gate), ...found.remedies],
      };
}

/** A denial that names its policy: the statement, or the contradiction with the policy that was read. */
function namedLayer(
  evidence: Evidence,
  gates: readonly Gate[],
  found: Finding,
  kind: Gate['gate'],
): Finding | null {
  const gate = gates.find((each) => each.gate === kind);
  if (gate === undefined) return null;
  const others = gates.filter((each) => each !== gate && each.state === 'deny');
  if (gate.state === 'deny' && gate.cause === found.cause)
    return {
      ...found,
      evidence: [...told([gate]), ...found.evidence, ...told(others)],
      remedies: remediesOfGate(gate),
      check: found.check,
    };
  if (gate.state === 'unknown') return { ...found, evidence: [...found.evidence, ...told([gate])] };
  if (kind === 'resource-policy' && gate.state === 'allow')
    return notDeployed(evidence, gates, found, 'high');
  return {
    ...found,
    confidence: leastConfident(found.confidence, 'high'),
    evidence: [
      ...found.evidence,
      { observation: 'configuration', text: `the configuration read contradicts the answer: ${gate.text}` },
    ],
  };
}

/** A denial that names no policy: the first one that denies in the same way, or a policy that is not the one in force. */
function unnamedLayer(evidence: Evidence, gates: readonly Gate[], found: Finding): Finding | null {
  const explicit = judgedAnswers(evidence)
    .map(({ doc }) => denialOf(doc))
    .find((each) => each !== null)?.explicit;
  const policies = gates.filter(({ gate }) => gate === 'endpoint-policy' || gate === 'resource-policy');
  const denying = policies.filter(
    ({ state, cause }) =>
      state === 'deny' && (explicit === undefined || cause?.endsWith('explicit') === explicit),
  );
  const [gate] = denying;
  const named = causeOfGate(gate);
  if (gate !== undefined && named !== null) {
    const isAlone = policies.every(({ state }) => state !== 'unknown');
    return {
      ...found,
      cause: named,
      confidence: leastConfident(confidenceOfFacts(evidence), isAlone ? 'certain' : 'high'),
      summary: `The request is denied: ${CAUSES[named].words}.`,
      evidence: [...told(denying), ...found.evidence],
      remedies: remediesOfGates(denying),
      alternatives: isAlone ? [] : found.alternatives.filter(({ cause }) => cause !== named),
    };
  }
  const resource = policies.find((each) => each.gate === 'resource-policy');
  const isAllowed = policies.length === 2 && policies.every(({ state }) => state === 'allow');
  if (resource !== undefined && isAllowed) return notDeployed(evidence, gates, found, 'medium');
  return policies.length === 0 ? null : { ...found, evidence: [...found.evidence, ...told(policies)] };
}

/** The policy that was read allows, and the one in force denies: it was changed after the last deployment. */
function notDeployed(evidence: Evidence, gates: readonly Gate[], found: Finding, most: Confidence): Finding {
  const { target, observations } = evidence;
  const { stages = [], deployments = [] } = observations.configuration?.apigateway ?? {};
  const api = target.privateApi;
  const stage = stages.find(({ stageName }) => stageName !== undefined && stageName === api?.stage);
  const deployed = deployments.find(({ id }) => id !== undefined && id === stage?.deploymentId);
  const gate = gates.find((each) => each.gate === 'resource-policy');
  const id = gate?.resource ?? api?.apiId ?? 'API_ID';
  const name = stage?.stageName ?? api?.stage ?? null;
  const runs =
    stage?.deploymentId === undefined
      ? ''
      : `stage ${name} runs deployment ${stage.deploymentId}${deployed?.createdDate === undefined ? '' : ` of ${deployed.createdDate}`}`;
  return {
    ...found,
    cause: 'policy.not-deployed',
    confidence: leastConfident(most, confidenceOfFacts(evidence)),
    summary: `The resource policy of ${id} as it was read allows the request, and the one in force denies it.`,
    evidence: [
      ...(gate === undefined ? [] : told([gate])),
      ...(runs === ''
        ? []
        : [{ observation: 'configuration', text: `${runs}; a deployment keeps the policy of its time` }]),
      ...found.evidence,
    ],
    remedies: [
      {
        text: `Deploy ${id}${name === null ? '' : ` to ${name}`}, so that the policy that was read takes effect`,
        command: [
          'aws',
          'apigateway',
          'create-deployment',
          ...regionOption(api?.region ?? null),
          '--rest-api-id',
          id,
          '--stage-name',
          name ?? 'STAGE',
        ],
        docs: DOCS.resourcePolicy,
        resource: id,
      },
    ],
    alternatives: [
      {
        class: 'policy',
        cause: found.cause,
        confidence: 'low',
        text: 'the request differs from the one that the policy was judged for: another endpoint, or another address behind a NAT',
        check: 'compare the endpoint that the packets went to with the one in the policy',
      },
    ],
  };
}

/** For an API and a stage that exist: what else API Gateway answers in these words. */
const sameWords: Advice = {
  text: 'The stage exists: see whether its web ACL blocks the request, or the method requires an API key, since API Gateway answers Forbidden to both; and that the client calls the endpoint of the Region and account in which the API is',
  docs: DOCS.forbidden,
};

/** API Gateway finds no API for the request: what the configuration of the API says. */
function notFound(evidence: Evidence, gates: readonly Gate[], found: Finding): Finding | null {
  const denying = gates.filter(
    ({ state, gate }) => state === 'deny' && (gate === 'domain-name' || gate === 'api' || gate === 'stage'),
  );
  const [gate] = denying;
  const named = causeOfGate(gate);
  if (gate === undefined || named === null) {
    const allowing = gates.filter(
      ({ state, gate: kind }) => state === 'allow' && (kind === 'api' || kind === 'stage'),
    );
    if (allowing.length === 0) return null;
    return {
      ...found,
      evidence: [...found.evidence, ...told(allowing)],
      remedies: [
        ...found.remedies,
        ...(allowing.some(({ gate: kind }) => kind === 'stage') ? [sameWords] : []),
      ],
    };
  }
  return {
    ...found,
    cause: named,
    confidence: leastConfident(
      confidenceOfFacts(evidence),
      named === 'api.absent' ? 'high' : 'certain',
      gate.limit ?? 'certain',
    ),
    summary: `API Gateway finds no API for the request: ${
      gate.gate === 'domain-name'
        ? `the private custom name has no ${gate.rule ?? 'mapping'} for it`
        : CAUSES[named].words
    }.`,
    evidence: [...told(denying), ...found.evidence],
    remedies: remediesOfGates(denying),
    alternatives: named === 'api.absent' ? found.alternatives.filter(({ cause }) => cause !== named) : [],
  };
}
