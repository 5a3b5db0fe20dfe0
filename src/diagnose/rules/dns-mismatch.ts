import type { DnsAddress } from '../../probe/dns/types.js';
import { addressSet, endpointAnswer, hostAnswers } from '../facts/dns.js';
import { allWorked } from '../facts/http.js';
import { addressOutcomes } from '../facts/tcp.js';
import { type Judgement, type Rule, rule } from '../finding.js';
import type { Evidence } from '../observations.js';
import { mayBeEndpoint } from '../private-api/endpoint-address.js';
import { byEndpointName } from '../private-api/invoke-url.js';
import { readPrivateName } from '../private-api/names.js';
import { DOCS } from '../remedies/docs.js';
import { callBy } from '../remedies/invoke.js';
import { nameEndpoint } from '../remedies/policy.js';
import { list } from '../words.js';

/**
 * The host's name and the endpoint's own lead to different addresses: the knowledge-center article's test. Compared by
 * family where both have it, since private names may have A records alone where the endpoint's have AAAA too. The name of one
 * zone need only be among the others.
 */
const mismatch = rule('dns.endpoint-mismatch', { needs: ['dns'], docs: DOCS.vpcConnections }, (evidence) => {
  const { host, privateApi: api } = evidence.target;
  const given = hostAnswers(evidence)[0];
  const endpoint = endpointAnswer(evidence);
  if (given === undefined || endpoint === null || allWorked(evidence)) return null;
  // A name that leads out of the VPC altogether is the plainer fault, and found by its own rule.
  if (given.doc.addresses.some((address) => !mayBeEndpoint(address, evidence))) return null;

  const zonal = [host, endpoint.doc.question.name].some(
    (name) => readPrivateName(name.toLowerCase())?.form === 'zonal',
  );
  const difference = compare(given.doc.addresses, endpoint.doc.addresses, zonal);
  if (difference === null) return null;
  const weight = weigh(evidence, difference, addressSet(endpoint.doc.addresses));
  const here = addressSet(given.doc.addresses);
  const there = addressSet(endpoint.doc.addresses);
  const other = byEndpointName(evidence.target);
  return {
    ...weight,
    summary: `${host} leads to ${list(here, 4)}, but the endpoint ${api?.vpceId ?? endpoint.doc.question.name} is at ${list(there, 4)}.`,
    evidence: [
      { observation: given.ref, text: `${given.doc.question.name}: ${list(here)}` },
      { observation: endpoint.ref, text: `${endpoint.doc.question.name}: ${list(there)}` },
    ],
    remedies: [
      ...(here[0] === undefined ? [] : [nameEndpoint(api, here[0])]),
      {
        text: `Correct the record or private hosted zone that sends ${host} to another endpoint, or disable private DNS on that endpoint`,
        docs: DOCS.vpcConnections,
      },
      ...(other === null
        ? []
        : [callBy(other, 'Until then call the endpoint by its own name, and name the API in Host')]),
    ],
    check: `pprobe dns ${host} --compare ${endpoint.doc.question.name}`,
  };
});

/**
 * Sets that share nothing are two endpoints, whatever the wrong one answers. Of sets that overlap some addresses are
 * right, and then it matters which ones fail: where only those do that the endpoint does not have, the record is to blame;
 * where the request arrived, or others fail as well, the difference is a side issue.
 */
function weigh(
  evidence: Evidence,
  difference: 'disjoint' | 'overlap',
  right: readonly string[],
): Pick<Judgement, 'phase' | 'confidence'> {
  if (difference === 'disjoint') return { phase: 'resolve', confidence: 'high' };
  const outcomes = addressOutcomes(evidence);
  if (outcomes.length === 0) return { phase: 'resolve', confidence: 'medium' };
  const failing = outcomes.filter(({ status }) => status !== 'open');
  const strays = failing.length > 0 && failing.every(({ address }) => !right.includes(address));
  return strays ? { phase: 'resolve', confidence: 'high' } : { phase: 'done', confidence: 'medium' };
}

function compare(
  given: readonly DnsAddress[],
  endpoint: readonly DnsAddress[],
  zonal: boolean,
): 'disjoint' | 'overlap' | null {
  const families = ([4, 6] as const).filter(
    (family) => addressSet(given, family).length > 0 && addressSet(endpoint, family).length > 0,
  );
  const results = families.map((family) => {
    const ours = addressSet(given, family);
    const theirs = addressSet(endpoint, family);
    const shared = ours.filter((address) => theirs.includes(address)).length;
    if (shared === 0) return 'disjoint';
    return shared === (zonal ? Math.min : Math.max)(ours.length, theirs.length) ? null : 'overlap';
  });
  return results.includes('disjoint') ? 'disjoint' : results.includes('overlap') ? 'overlap' : null;
}

export const dnsMismatchRules: readonly Rule[] = [mismatch];
