import { command } from '../../shell-command.js';
import { addressSet, endpointAnswer, hostAnswers, resolverOf } from '../facts/dns.js';
import { apiAnswered, mainAnswers } from '../facts/http.js';
import { addressOutcomes, withStatus } from '../facts/tcp.js';
import { type Rule, rule } from '../finding.js';
import type { Evidence } from '../observations.js';
import { mayBeEndpoint } from '../private-api/endpoint-address.js';
import { DOCS } from '../remedies/docs.js';
import { privateNameRemedies } from '../remedies/private-dns.js';
import { regionOption } from '../remedies/region-option.js';
import type { PrivateApi } from '../target.js';
import type { Alternative, Confidence, EvidenceItem } from '../verdict.js';
import { count, list } from '../words.js';

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
