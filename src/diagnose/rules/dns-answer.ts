import { command } from '../../core/shell-command.js';
import { count, list } from '../../core/text.js';
import type { DnsAddress } from '../../documents/dns.js';
import { addressSet, endpointAnswer, hostAnswers, resolverOf } from '../../documents/observed/dns.js';
import { allWorked, apiAnswered, mainAnswers } from '../../documents/observed/http.js';
import { addressOutcomes, withStatus } from '../../documents/observed/tcp.js';
import type { Alternative, Confidence, Evidence, EvidenceItem } from '../../documents/report.js';
import type { PrivateApi } from '../../documents/target.js';
import { inRange, parseRange } from '../../net/address/range.js';
import { byEndpointName } from '../../target/private-api/invoke-url.js';
import { readPrivateName } from '../../target/private-api/names.js';
import { type Judgement, type Rule, rule } from '../finding.js';
import { callBy, nameEndpoint, regionOption } from '../remedies/api.js';
import { DOCS } from '../remedies/docs.js';
import { privateNameRemedies } from '../remedies/name-service.js';

/**
 * The name of a private API led to addresses that no VPC endpoint has. Judged per address, so that a mixed set, of a
 * resolver that merges two views, is found as well. Not where the API answered: then the name is a public API's.
 */
const publicAnswer = rule('dns.public-answer', { needs: ['dns'], docs: DOCS.vpcConnections }, (evidence) => {
  const { privateApi: api, host } = evidence.target;
  const answer = hostAnswers(evidence)[0];
  if (api === null || answer === undefined || apiAnswered(evidence)) return null;
  const { addresses, chain } = answer.doc;
  const foreign = addresses.filter((address) => !mayBeEndpoint(address, evidence));
  if (foreign.length === 0) return null;

  const scopes = list([...new Set(foreign.map(({ scope }) => scope))]);
  const some =
    foreign.length < addresses.length
      ? `${foreign.length} of ${count(addresses.length, 'address', 'addresses')} `
      : '';
  const shown = list(addressSet(foreign), 4);
  return {
    phase: 'resolve',
    confidence: confidence(evidence, foreign.length === addresses.length),
    summary: `${host} leads to ${some === '' ? '' : `${some}outside the VPC: `}${shown} (${scopes})${some === '' ? " instead of the VPC endpoint's private addresses" : ''}.`,
    evidence: [
      {
        observation: answer.ref,
        text: `${resolverOf(answer.doc)} answered ${list(addressSet(addresses))}${chain.length > 0 ? ` by way of ${list(chain)}` : ''}`,
      },
      ...endpointEvidence(evidence),
    ],
    remedies: privateNameRemedies(evidence, api),
    alternatives: api.form === 'default' ? [publicApi(api)] : [],
    check: `pprobe dns ${host}: a private API's name must lead to private addresses`,
  };
});

/** Nothing in the name tells a public API from a private one. */
function publicApi({ apiId, region }: PrivateApi): Alternative {
  return {
    class: 'reachable',
    cause: 'none',
    confidence: 'low',
    text: 'the API is public (Regional or edge-optimized), for which this answer is right',
    check: command(
      ...['aws', 'apigateway', 'get-rest-api', '--rest-api-id', apiId, ...regionOption(region)],
      ...['--query', 'endpointConfiguration.types'],
    ),
  };
}

function endpointEvidence(evidence: Evidence): EvidenceItem[] {
  const endpoint = endpointAnswer(evidence);
  if (endpoint === null || endpoint.doc.addresses.length === 0) return [];
  const where = list(addressSet(endpoint.doc.addresses));
  return [
    { observation: endpoint.ref, text: `the endpoint itself, ${endpoint.doc.question.name}, is at ${where}` },
  ];
}

/**
 * High where something agrees: the endpoint's own name leads elsewhere, nothing opens, or the public front end does not know
 * the API; or where the name's form leaves no other reading, because only private APIs have it.
 */
function confidence(evidence: Evidence, all: boolean): Confidence {
  const outcomes = addressOutcomes(evidence);
  const endpoint =
    endpointAnswer(evidence)?.doc.addresses.some((address) => mayBeEndpoint(address, evidence)) ?? false;
  const nothingOpens = outcomes.length > 0 && withStatus(outcomes, 'open').length === 0;
  const notThere = mainAnswers(evidence).some(({ cause }) => cause === 'api.not-matched');
  const form = evidence.target.privateApi?.form;
  const onlyPrivate = form === 'alias' || form === 'vpce' || form === 'zonal';
  return endpoint || nothingOpens || notThere || onlyPrivate || !all ? 'high' : 'medium';
}

export const dnsPublicRules: readonly Rule[] = [publicAnswer];

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

/** AWS gives a VPC an IPv6 block of this length unless asked otherwise. */
const VPC_IPV6_PREFIX = 56;

/**
 * Whether an address may be that of an endpoint's network interface, as far as the address itself can tell.
 *
 * IPv4: only `private` is. IPv6: `unique-local` is, and of the public ones those that are evidently the VPC's own, because
 * a VPC's IPv6 block is usually globally routable: in the same /56 as this host, or among the addresses of the
 * endpoint's own name. `shared` (100.64/10) can be a VPC's second block; it counts only when the endpoint's own name
 * leads to it too.
 */
function mayBeEndpoint(address: DnsAddress, evidence: Evidence): boolean {
  switch (address.scope) {
    case 'private':
    case 'unique-local':
      return true;
    case 'shared':
      return namedByEndpoint(address, evidence);
    case 'public':
      return (
        address.family === 6 &&
        (namedByEndpoint(address, evidence) || besideThisHost(address.address, evidence))
      );
    default:
      return false;
  }
}

function namedByEndpoint({ address }: DnsAddress, evidence: Evidence): boolean {
  return endpointAnswer(evidence)?.doc.addresses.some((other) => other.address === address) ?? false;
}

function besideThisHost(address: string, { vantage }: Evidence): boolean {
  const asked = parseRange(address);
  return vantage.addresses.some((own) => {
    const block = own.includes(':') ? parseRange(`${own}/${VPC_IPV6_PREFIX}`) : null;
    return asked !== null && block !== null && inRange(asked, block);
  });
}
