import { shellLine } from '../../core/shell-line.js';
import { count, list } from '../../core/text.js';
import type { DnsAddress } from '../../documents/dns.js';
import {
  addressSet,
  endpointAnswer,
  hostAnswers,
  isInHosts,
  resolverOf,
} from '../../documents/observed/dns.js';
import { allWorked, apiAnswered, mainAnswers } from '../../documents/observed/http.js';
import { addressOutcomes, withStatus } from '../../documents/observed/tcp.js';
import type { Alternative, Confidence, Evidence, EvidenceItem } from '../../documents/report.js';
import type { PrivateApi } from '../../documents/target.js';
import { isTunnel } from '../../host/tunnel.js';
import { inRange, parseRange } from '../../net/address/range.js';
import { scopeOf } from '../../net/address/scope.js';
import { byEndpointName } from '../../target/private-api/invoke-url.js';
import { isEndpointName, isOnlyPrivate, readPrivateName } from '../../target/private-api/names.js';
import { type Judgement, type Rule, rule } from '../finding.js';
import { atStart, places, short } from '../headline.js';
import type { Advice } from '../remedies/advice.js';
import { pprobeAgain } from '../remedies/again.js';
import { DOCS } from '../remedies/docs.js';
import { callBy, nameEndpoint, showEndpointTypes } from '../remedies/gateway.js';
import { correctRecord, privateNameRemedies } from '../remedies/name-service.js';

/**
 * The name of a private API resolves to addresses that no VPC endpoint has. Judged per address, which also finds a mixed
 * set from a resolver that merges two views. Not reported where the API answered: then it is a public API.
 */
const publicAnswer = rule('dns.public-answer', { needs: ['dns'], docs: DOCS.vpcConnections }, (evidence) => {
  const { privateApi: api, host } = evidence.target;
  const answer = hostAnswers(evidence)[0];
  if (api === null || answer === undefined || isInHosts(evidence) || apiAnswered(evidence)) return null;
  const { addresses, chain } = answer.doc;
  const foreign = addresses.filter((address) => !mayBeEndpoint(address, evidence));
  if (foreign.length === 0) return null;

  const scopes = list([...new Set(foreign.map(({ scope }) => scope))]);
  const distinct = addressSet(foreign);
  const shown =
    distinct.length === 1 ? `${places(distinct)} (${scopes})` : `${distinct.length} ${scopes} addresses`;
  const name = short(host, 'the name');
  const canBeRight = isEndpointName(evidence.target.privateApi) && canBeBlock(foreign, evidence);
  return {
    phase: 'resolve',
    confidence: confidence(evidence, foreign, foreign.length === addresses.length),
    summary:
      foreign.length < addresses.length
        ? `${foreign.length} of ${count(addresses.length, 'address', 'addresses')} of ${name} ${foreign.length === 1 ? `is outside the VPC: ${shown}` : `are outside the VPC (${scopes})`}.`
        : `${atStart(name)} resolves to ${shown}, ${canBeRight ? 'which an endpoint has only in a public block of its VPC' : 'not to the VPC endpoint'}.`,
    evidence: [
      {
        observation: answer.ref,
        text: `${resolverOf(answer.doc)} answered ${list(addressSet(addresses))}${chain.length > 0 ? `, through the CNAME ${list(chain)}` : ''}`,
      },
      ...endpointEvidence(evidence),
    ],
    remedies: [
      ...privateNameRemedies(evidence, api),
      ...(canBeRight ? ifRight(evidence, list(distinct)) : []),
    ],
    alternatives: api.form === 'default' ? [publicApi(api)] : [],
    claims: [{ says: 'dns-decides' }, { says: 'no-api-found' }],
    check: `${shellLine(pprobeAgain(evidence.target, { command: 'dns', name: host }))}: the name of a private API must resolve to private addresses`,
  };
});

/** What to do where the answer is right, because the VPC has a block of these addresses. */
function ifRight(evidence: Evidence, shown: string): Advice[] {
  if (withStatus(addressOutcomes(evidence), 'open').length > 0) return [];
  return [
    {
      text: `If the VPC has a block of public addresses with ${shown}, this answer is right: look at the security group of the endpoint, and at the route to it`,
      docs: DOCS.vpcConnections,
    },
  ];
}

/** The default name is the same for public and private APIs. */
function publicApi(api: PrivateApi): Alternative {
  return {
    class: 'reachable',
    cause: 'none',
    confidence: 'low',
    text: 'the API is public (Regional or edge-optimized); then this answer is right',
    check: shellLine(showEndpointTypes(api)),
  };
}

function endpointEvidence(evidence: Evidence): EvidenceItem[] {
  const endpoint = endpointAnswer(evidence);
  if (endpoint === null || endpoint.doc.addresses.length === 0) return [];
  const where = list(addressSet(endpoint.doc.addresses));
  return [
    {
      observation: endpoint.ref,
      text: `the endpoint's own name, ${endpoint.doc.question.name}, resolves to ${where}`,
    },
  ];
}

/**
 * High where another observation agrees: the endpoint's own name has other addresses, nothing opens, or the public front
 * end does not know the API; or where only private APIs have a name of this form.
 */
function confidence(evidence: Evidence, foreign: readonly DnsAddress[], all: boolean): Confidence {
  const outcomes = addressOutcomes(evidence);
  const endpoint =
    endpointAnswer(evidence)?.doc.addresses.some((address) => mayBeEndpoint(address, evidence)) ?? false;
  if (!endpoint && canBeBlock(foreign, evidence)) return 'medium';
  const nothingOpens = outcomes.length > 0 && withStatus(outcomes, 'open').length === 0;
  const notThere = mainAnswers(evidence).some(({ cause }) => cause === 'api.not-matched');
  const onlyPrivate = isOnlyPrivate(evidence.target.privateApi);
  return endpoint || nothingOpens || notThere || onlyPrivate || !all ? 'high' : 'medium';
}

/** Whether the addresses can be those of a block of the VPC: what AWS keeps for an endpoint's own name, or shared addresses. */
function canBeBlock(foreign: readonly DnsAddress[], evidence: Evidence): boolean {
  const block = isEndpointName(evidence.target.privateApi) ? 'public' : 'shared';
  return foreign.every(({ scope }) => scope === block);
}

export const dnsPublicRules: readonly Rule[] = [publicAnswer];

/**
 * The host's name and the endpoint's own name resolve to different addresses: the test of the AWS knowledge center article.
 * Compared in each family that both have, since private names can have A records alone where the endpoint also has AAAA.
 * The addresses of a zonal name need only be among the others.
 */
const mismatch = rule('dns.endpoint-mismatch', { needs: ['dns'], docs: DOCS.vpcConnections }, (evidence) => {
  const { host, privateApi: api } = evidence.target;
  const given = hostAnswers(evidence)[0];
  const endpoint = endpointAnswer(evidence);
  if (given === undefined || endpoint === null || isInHosts(evidence) || allWorked(evidence)) return null;
  // A name that resolves to addresses outside the VPC is reported by the rule above.
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
    summary: `${short(host, 'The name')} and the endpoint${api?.vpceId == null ? '' : ` ${api.vpceId}`} have different addresses.`,
    evidence: [
      { observation: given.ref, text: `${given.doc.question.name}: ${list(here)}` },
      { observation: endpoint.ref, text: `${endpoint.doc.question.name}: ${list(there)}` },
    ],
    remedies: [
      ...(here[0] === undefined ? [] : [nameEndpoint(api, here[0])]),
      correctRecord(host),
      ...(other === null
        ? []
        : [
            callBy(
              other,
              'Until then, call the endpoint by its own name, and name the API in the Host header',
            ),
          ]),
    ],
    claims: [{ says: 'dns-decides' }],
    check: shellLine(
      pprobeAgain(evidence.target, {
        command: 'dns',
        name: host,
        options: ['--compare', endpoint.doc.question.name],
      }),
    ),
  };
});

/**
 * Sets without a common address are two endpoints. Of sets that overlap some addresses are right, and it matters which ones
 * fail: where only those fail that the endpoint does not have, the record is at fault; otherwise the difference is minor.
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

/** The default length of a VPC's IPv6 block. */
const VPC_IPV6_PREFIX = 56;

/**
 * Whether an address can be that of an endpoint's network interface, as far as the address itself shows.
 *
 * IPv4: only `private`. IPv6: `unique-local`, and of the public ones those of the VPC's own block, which is usually
 * globally routable: in the same /56 as this host, or among the addresses of the endpoint's own name. `shared` (100.64/10)
 * can be a second block of a VPC; it counts where the endpoint's own name has the address, or where this host is in such a
 * block. A public IPv4 address of the endpoint's own name is in a rare block of its VPC, or a resolver made it up: that is told
 * with less confidence.
 */
function mayBeEndpoint(address: DnsAddress, evidence: Evidence): boolean {
  if (isInKnownVpc(address.address, evidence)) return true;
  switch (address.scope) {
    case 'private':
    case 'unique-local':
      return true;
    case 'shared':
      return (
        isEndpointName(evidence.target.privateApi) ||
        namedByEndpoint(address, evidence) ||
        isInSharedBlock(evidence)
      );
    case 'public':
      return (
        address.family === 6 &&
        (isEndpointName(evidence.target.privateApi) ||
          namedByEndpoint(address, evidence) ||
          besideThisHost(address.address, evidence))
      );
    default:
      return false;
  }
}

function namedByEndpoint({ address }: DnsAddress, evidence: Evidence): boolean {
  return endpointAnswer(evidence)?.doc.addresses.some((other) => other.address === address) ?? false;
}

/** This host has a shared address itself, as pods and instances in a second block of a VPC do; VPN clients give tunnels such ones. */
function isInSharedBlock({ vantage: { networks = [] } }: Evidence): boolean {
  return networks.some(
    (own) => !isTunnel(own.interface) && scopeOf(own.network.split('/')[0] ?? '') === 'shared',
  );
}

/**
 * Whether an address is known to be one of a VPC: a block of it is that of this instance's VPC, or the configuration has the
 * security groups of its interface. A VPC can have blocks of public IPv4 addresses, too.
 */
function isInKnownVpc(address: string, { vantage, gates = [] }: Evidence): boolean {
  const asked = parseRange(address);
  const blocks = (vantage.ec2?.vpcCidrs ?? []).map(parseRange);
  return (
    (asked !== null && blocks.some((block) => block !== null && inRange(asked, block))) ||
    gates.some(
      ({ gate, end, resource, limit, addresses = [] }) =>
        // With the limit, the groups are those of an endpoint that was found by its name.
        gate === 'security-group' &&
        end === 'target' &&
        resource !== null &&
        limit !== 'high' &&
        addresses.includes(address),
    )
  );
}

function besideThisHost(address: string, { vantage }: Evidence): boolean {
  const asked = parseRange(address);
  return vantage.addresses.some((own) => {
    const block = own.includes(':') ? parseRange(`${own}/${VPC_IPV6_PREFIX}`) : null;
    return asked !== null && block !== null && inRange(asked, block);
  });
}
