import { hostAnswers } from '../facts/dns.js';
import { apiAnswered, mainAnswers } from '../facts/http.js';
import { addressesOf, addressOutcomes } from '../facts/tcp.js';
import { type Rule, rule } from '../finding.js';
import type { Evidence } from '../observations.js';
import { byDefaultName } from '../private-api/invoke-url.js';
import { readPrivateName } from '../private-api/names.js';
import { suffixFits, suffixOf } from '../private-api/partitions.js';
import { callBy } from '../remedies/invoke.js';
import type { EvidenceItem, Remedy } from '../verdict.js';
import { list } from '../words.js';

/** The name itself is wrong; told only once it has failed, since a private zone may well serve such a name. */
const wrongSuffix = rule('url.wrong-suffix', (evidence) => {
  const { host } = evidence.target;
  const name = readPrivateName(host);
  if (name === null || suffixFits(name.region, name.suffix) || failures(evidence).length === 0) return null;
  const right = suffixOf(name.region) ?? '';
  return {
    phase: 'resolve',
    confidence: 'certain',
    summary: `${host} ends in ${name.suffix}, but names in ${name.region} end in ${right}.`,
    evidence: failures(evidence),
    remedies: rightUrl(evidence, `Use the suffix ${right}`),
    check: `compare the end of the name with ${right}`,
  };
});

/** `--vpce` gave an endpoint of another Region; interface endpoints serve their own Region only. */
const wrongRegion = rule('url.wrong-region', (evidence) => {
  const { host, privateApi } = evidence.target;
  const asked = readPrivateName(host);
  const endpoint = privateApi?.endpointName ? readPrivateName(privateApi.endpointName) : null;
  if (
    asked === null ||
    endpoint === null ||
    asked.region === endpoint.region ||
    failures(evidence).length === 0
  )
    return null;
  return {
    phase: 'resolve',
    confidence: 'certain',
    summary: `${host} is in ${asked.region}, but the endpoint ${endpoint.vpceId ?? ''} is in ${endpoint.region}; an endpoint serves the APIs of its own Region.`,
    evidence: failures(evidence),
    remedies: [
      {
        text: `Use an endpoint for execute-api in ${asked.region}, or the API's name in ${endpoint.region} if that is where it is deployed`,
      },
    ],
    check: 'compare the Regions in the two names',
  };
});

/** How the name failed; nothing where it did not, and then there is nothing to tell. */
function failures(evidence: Evidence): EvidenceItem[] {
  if (apiAnswered(evidence)) return [];
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
  const forbidden = mainAnswers(evidence).find(({ cause }) => cause === 'api.not-matched');
  if (forbidden !== undefined)
    items.push({
      observation: forbidden.ref,
      text: `HTTP ${forbidden.doc.status ?? 'answer'}: no API found by this name`,
    });
  return items;
}

function rightUrl({ target }: Evidence, text: string): Remedy[] {
  const right = byDefaultName(target);
  return [right === null ? { text } : callBy(right, `${text}: ${right.url}`)];
}

export const urlRules: readonly Rule[] = [wrongSuffix, wrongRegion];
