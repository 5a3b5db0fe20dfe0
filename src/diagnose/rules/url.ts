import { list } from '../../core/text.js';
import { hostAnswers } from '../../documents/observed/dns.js';
import { apiAnswered, mainAnswers } from '../../documents/observed/http.js';
import { once } from '../../documents/observed/memo.js';
import { addressesOf, addressOutcomes } from '../../documents/observed/tcp.js';
import type { Confidence, Evidence, EvidenceItem } from '../../documents/report.js';
import { pathOf } from '../../target/parse-target.js';
import { checkApiName, type NameProblem } from '../../target/private-api/check-api-name.js';
import { readPrivateName } from '../../target/private-api/names.js';
import { type Judgement, type Phase, type Rule, rule } from '../finding.js';
import { short } from '../headline.js';
import type { Advice } from '../remedies/advice.js';
import { DOCS } from '../remedies/docs.js';
import { callBy } from '../remedies/gateway.js';
import { withKnownApi } from '../remedies/known-api.js';

/**
 * A fault in the text of the target, found before anything is sent. After a measurement it is reported only for a name
 * that failed, since a private zone can serve such a name.
 */
function nameRule(cause: NameProblem['cause']): Rule {
  return rule(cause, { needs: ['target'], docs: DOCS.invokeUrl }, (evidence): Judgement | null => {
    const { host } = evidence.target;
    const { problems, right } = once(evidence, checkedName);
    const [problem] = problems.filter((each) => each.cause === cause);
    if (problem === undefined) return null;
    const failed = failures(evidence);
    if (apiAnswered(evidence) || (wasMeasured(evidence) && failed.length === 0)) return null;
    return {
      ...weigh(evidence, problem),
      summary: `${short(host, 'The name')} ${problem.what}.`,
      evidence: [
        ...problems
          .filter((each) => each.cause === cause)
          .map(({ what }) => ({ observation: 'target', text: `the name ${what}` })),
        ...failed,
      ],
      remedies: rightUrl(evidence, right),
      claims: [{ says: 'name-unserved' }],
      check:
        right === null
          ? "compare the name with the forms on AWS's page about invoke URLs"
          : `compare the name with ${right}`,
    };
  });
}

/** Names that were checked: a few targets are judged again and again, by `watch`, `serve` and the comparison of reports. */
const checked = new Map<string, ReturnType<typeof checkApiName>>();

/** More names than these are not kept, so that a process which judges many does not grow. */
const mostChecked = 64;

function checkedName({ target: { host } }: Evidence) {
  const known = checked.get(host);
  if (known !== undefined) return known;
  if (checked.size >= mostChecked) checked.clear();
  const found = checkApiName(host);
  checked.set(host, found);
  return found;
}

/**
 * A name that cannot resolve explains everything that follows. A name that only API Gateway rejects explains its Forbidden
 * and nothing before it: a timeout is another fault, and comes first.
 */
function weigh(
  evidence: Evidence,
  { stops, confidence }: NameProblem,
): { phase: Phase; confidence: Confidence } {
  const isForbidden = forbidden(evidence) !== undefined;
  const agreed = confidence === 'medium' && isForbidden ? 'high' : confidence;
  if (stops === 'api') return { phase: isForbidden ? 'http' : 'done', confidence: agreed };
  return { phase: confidence === 'certain' ? 'target' : 'resolve', confidence: agreed };
}

/** The endpoint of `--vpce`, or the zone of a zonal name, is in another Region; an endpoint serves its own Region only. */
const otherRegion = rule(
  'url.wrong-region',
  { id: 'url.wrong-region/endpoint', needs: ['target'], docs: DOCS.invokeUrl },
  (evidence): Judgement | null => {
    const { host, privateApi } = evidence.target;
    if (privateApi === null) return null;
    const asked = readPrivateName(host);
    const endpoint = privateApi.endpointName ? readPrivateName(privateApi.endpointName) : null;
    if (asked === null || apiAnswered(evidence)) return null;
    if (wasMeasured(evidence) && failures(evidence).length === 0) return null;
    const zone = /-(?<region>[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2})[a-z]\.execute-api\./.exec(host)?.groups
      ?.region;
    if (endpoint !== null && endpoint.region !== asked.region) {
      return {
        phase: 'target',
        confidence: 'certain',
        summary: `The name is in ${asked.region} and the endpoint in ${endpoint.region}: an endpoint serves the APIs of its own Region.`,
        evidence: [
          { observation: 'target', text: `${host} is in ${asked.region}` },
          {
            observation: 'target',
            text: `${endpoint.vpceId ?? privateApi.endpointName ?? 'the endpoint'} is in ${endpoint.region}`,
          },
          ...failures(evidence),
        ],
        remedies: [
          {
            text: `Use an execute-api endpoint in ${asked.region}, or the name of the API in ${endpoint.region} if it is deployed there`,
            docs: DOCS.invokeUrl,
          },
        ],
        claims: [{ says: 'name-unserved' }],
        check: 'compare the Regions in the two names',
      };
    }
    if (zone === undefined || zone === asked.region) return null;
    return {
      phase: 'target',
      confidence: 'certain',
      summary: `The name has a zone of ${zone} and the Region ${asked.region}; no endpoint has both.`,
      evidence: [{ observation: 'target', text: `the zone is in ${zone}` }, ...failures(evidence)],
      remedies: rightUrl(evidence, host.replace(`.execute-api.${asked.region}.`, `.execute-api.${zone}.`)),
      claims: [{ says: 'name-unserved' }],
      check: 'compare zone and Region in the name',
    };
  },
);

/** API Gateway answers Forbidden to a path without a stage. Reported only while no request was sent. */
const noStage = rule(
  'url.malformed',
  { id: 'url.malformed/no-stage', words: 'the URL has no stage', needs: ['target'], docs: DOCS.invokeUrl },
  (evidence): Judgement | null => {
    const { target, observations } = evidence;
    const { privateApi: api, input, host, url } = target;
    if (api === null || api.form === 'custom' || api.stage !== null || url === null) return null;
    // A bare name asks whether the network works; a URL is what a client calls.
    if (!/^https:|\//i.test(input) || observations.http.length > 0) return null;
    const path = pathOf(target);
    const known = withKnownApi(evidence).privateApi?.stage ?? null;
    return {
      phase: 'done',
      confidence: 'medium',
      summary: 'The URL has no stage, and API Gateway finds an API by its id and stage.',
      evidence: [{ observation: 'target', text: `the path of ${input} does not begin with a stage` }],
      claims: [{ says: 'name-unserved' }],
      remedies: [
        callBy(
          { url: `https://${host}/${known ?? 'STAGE'}${path === '/' ? '' : path}`, header: null },
          `Put the stage first in the path${known === null ? ', in place of STAGE' : ''}`,
        ),
      ],
      check: 'aws apigateway get-stages lists the stages of an API',
    };
  },
);

function wasMeasured({ observations: { dns, tcp, http } }: Evidence): boolean {
  return dns.length + tcp.length + http.length > 0;
}

function forbidden(evidence: Evidence) {
  return mainAnswers(evidence).find(({ cause }) => cause === 'api.not-matched');
}

/** How the name failed; empty where it did not. */
function failures(evidence: Evidence): EvidenceItem[] {
  const items: EvidenceItem[] = [];
  const answer = hostAnswers(evidence)[0];
  if (answer !== undefined && answer.doc.addresses.length === 0 && answer.doc.status !== 'error') {
    items.push({
      observation: answer.ref,
      text: `the name has no address: ${answer.doc.rcode ?? answer.doc.status}`,
    });
  }
  const outcomes = addressOutcomes(evidence);
  const [first] = outcomes;
  if (first !== undefined && outcomes.every(({ status }) => status !== 'open')) {
    items.push({
      observation: first.ref,
      text: `${list(addressesOf(outcomes), 4)}: no connection (${first.status})`,
    });
  }
  const unmatched = forbidden(evidence);
  if (unmatched !== undefined)
    items.push({
      observation: unmatched.ref,
      text: `HTTP ${unmatched.doc.status ?? 'answer'}: API Gateway found no API for this name`,
    });
  return items;
}

function rightUrl({ target }: Evidence, right: string | null): Advice[] {
  if (right === null) {
    return [
      {
        text: 'Copy the invoke URL of the stage from the API Gateway console, or the DNS names of the endpoint',
        docs: DOCS.invokeUrl,
      },
    ];
  }
  const url = `https://${right}${pathOf(target)}`;
  return [callBy({ url, header: null }, `Use ${url}`)];
}

export const urlRules: readonly Rule[] = [
  nameRule('url.malformed'),
  nameRule('url.wrong-suffix'),
  nameRule('url.wrong-region'),
  otherRegion,
  noStage,
];
