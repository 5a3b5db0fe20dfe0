import { shellLine } from '../../core/shell-line.js';
import { capital, excerpt, list } from '../../core/text.js';
import type { Cause } from '../../documents/causes.js';
import type { DnsDocument, DnsStatus } from '../../documents/dns.js';
import { type SilentNextHop, serverAnswersTcp, silentNextHop } from '../../documents/observed/control.js';
import { hostAnswers, resolverOf, serversOf } from '../../documents/observed/dns.js';
import { isRouted, linkOf } from '../../documents/observed/link.js';
import { addressOutcomes } from '../../documents/observed/tcp.js';
import type { Alternative, Confidence, Evidence, EvidenceItem } from '../../documents/report.js';
import type { Target } from '../../documents/target.js';
import { familyOf, withoutZone } from '../../net/address/address.js';
import { wellKnownResolver } from '../../net/address/scope.js';
import type { Claim } from '../claims.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { atStart, places, short } from '../headline.js';
import type { Advice } from '../remedies/advice.js';
import { pprobeAgain } from '../remedies/again.js';
import { DOCS } from '../remedies/docs.js';
import { checkNeighbour, listRuleset, routeGet } from '../remedies/local.js';
import {
  checkResolver,
  checkSpelling,
  exemptFromRebinding,
  oneLabel,
  privateNameRemedies,
  type ResolverAdvice,
  reachResolvers,
  vpcResolverAgain,
} from '../remedies/name-service.js';
import {
  claimsOf,
  danglingOf,
  evidenceOf,
  filterReason,
  isDeniedHere,
  isLame,
  isLoop,
  isOtherRcode,
  isTcpBlocked,
  isUnended,
  repeated,
  replied,
} from './failed-lookup.js';
import { unusableReplies } from './unusable-replies.js';

/** What differs between the ways in which a lookup ends without an address. */
interface Words {
  status: DnsStatus;
  /** Replaces the comparison with `status`. */
  matches?: (doc: DnsDocument, evidence: Evidence) => boolean;
  summary: (host: string, doc: DnsDocument, evidence: Evidence) => string;
  confidence: (doc: DnsDocument, evidence: Evidence) => Confidence;
  remedies: (evidence: Evidence, doc: DnsDocument) => Advice[];
  alternatives: (target: Target, doc: DnsDocument, evidence: Evidence) => Alternative[];
}

function statusRule(cause: Cause, words: Words): Rule {
  return rule(cause, { needs: ['dns'], docs: DOCS.vpcDns }, (evidence): Judgement | null => {
    const failed = hostAnswers(evidence)[0];
    if (failed === undefined) return null;
    if (!(words.matches?.(failed.doc, evidence) ?? failed.doc.status === words.status)) return null;
    if (filterReason(failed.doc) !== null) return null;
    if (words.matches !== isTcpBlocked && isTcpBlocked(failed.doc)) return null;
    // The addresses came from elsewhere, such as the hosts file: the failed lookup does no harm.
    if (addressOutcomes(evidence).length > 0) return null;
    if (cause !== 'dns.alias-dangling' && endsAtAlias(failed.doc)) return null;
    const { host } = evidence.target;
    return {
      phase: 'resolve',
      confidence: words.confidence(failed.doc, evidence),
      summary: words.summary(short(host, 'the name'), failed.doc, evidence),
      evidence: [...evidenceOf(evidence, failed), ...nextHopWords(evidence, failed.doc)],
      remedies: words.remedies(evidence, failed.doc),
      alternatives: words.alternatives(evidence.target, failed.doc, evidence),
      claims: [...claimsOf(failed.doc, host), ...nextHopClaims(evidence, failed.doc)],
      check: shellLine(pprobeAgain(evidence.target, { command: 'dns', name: host })),
    };
  });
}

function missing(evidence: Evidence, doc: DnsDocument): Advice[] {
  const api = evidence.target.privateApi;
  return api === null ? checkSpelling(evidence.target, doc) : privateNameRemedies(evidence, api);
}

const otherView = (target: Target): Alternative[] => [
  possible('dns.split-view', `ask another resolver: ${shellLine(vpcResolverAgain(target))}`),
];

function overTcp(target: Target): string {
  return shellLine(pprobeAgain(target, { command: 'dns', name: target.host, options: ['--tcp'] }));
}

const forged = (target: Target): Alternative[] => [
  possible(
    'policy.proxy',
    `${overTcp(target)}: if this works, UDP replies are forged`,
    'low',
    'something on the path answers instead of the resolver',
  ),
];

function timeoutAdvice(doc: DnsDocument): ResolverAdvice {
  if (doc.truncatedWithoutTcp !== undefined) return 'over-tcp';
  const unusable = unusableReplies(doc);
  if (unusable !== null) return unusable.from === null ? 'tcp' : 'source';
  return doc.answersOthers === undefined ? 'port-53' : 'upstream';
}

function timeoutSummary(host: string, doc: DnsDocument): string {
  const { truncatedWithoutTcp: truncated } = doc;
  if (truncated !== undefined)
    return `The answer for ${host} does not fit into UDP, and ${truncated.server} does not reply over TCP.`;
  const unusable = unusableReplies(doc);
  if (unusable !== null)
    return unusable.from === null
      ? `The resolver ${unusable.server} replies to the query for ${host} with packets that do not fit it.`
      : `The replies of the resolver ${unusable.server} come from ${unusable.from}, so programs do not get the one for ${host}.`;
  const servers = serversOf(doc);
  const [first] = servers;
  const [working] = doc.answersOthers ?? [];
  if (working !== undefined)
    return `The resolver ${working} answers other questions, but not the query for ${host}.`;
  if (first === undefined) return `No resolver answers the query for ${host}.`;
  return servers.length === 1
    ? `The resolver ${first} does not answer the query for ${host}.`
    : `None of the ${servers.length} resolvers answers the query for ${host}.`;
}

/** The name is an alias, and what is wrong is with its chain. */
const endsAtAlias = (doc: DnsDocument): boolean => danglingOf(doc) !== null || isLoop(doc) || isUnended(doc);

/** How the chain of aliases of a name ends. */
function chainWords(doc: DnsDocument): string {
  if (isLoop(doc)) return 'is an alias that leads back to itself, so it has no address';
  if (isUnended(doc))
    return `is an alias of an alias and so on: after ${doc.chain.length} of them no address has come`;
  return `is an alias of ${short(danglingOf(doc) ?? '', 'a name', 44)}, which ${doc.status === 'nxdomain' ? 'does not exist' : 'has no address'}`;
}

export const dnsStatusRules: readonly Rule[] = [
  statusRule('dns.alias-dangling', {
    status: 'nxdomain',
    matches: endsAtAlias,
    summary: (host, doc) => `${atStart(host)} ${chainWords(doc)}.`,
    confidence: (doc) => (isUnended(doc) ? 'medium' : 'high'),
    remedies: ({ target }, doc) => [
      isLoop(doc) || isUnended(doc)
        ? {
            text: `Correct the CNAME records of ${list(
              [target.host, ...doc.chain].map((name) => excerpt(name, 80)),
              6,
            )}: one of them must lead to a name with an address`,
            command: pprobeAgain(target, { command: 'dns', name: target.host }),
            docs: DOCS.vpcDns,
          }
        : {
            text: `Correct the CNAME that leads from ${target.host} to ${danglingOf(doc)}, or create that name: what it stood for was deleted, or is in a zone that this resolver does not see`,
            command: pprobeAgain(target, { command: 'dns', name: danglingOf(doc) ?? target.host }),
            docs: DOCS.vpcDns,
          },
    ],
    alternatives: otherView,
  }),
  statusRule('dns.tcp-blocked', {
    status: 'timeout',
    matches: isTcpBlocked,
    summary: (host, { truncatedWithoutTcp: blocked }) =>
      `The answer for ${host} does not fit into UDP, and TCP port 53 of ${blocked?.server ?? 'the resolver'} ${blocked?.errno ? 'is closed' : 'does not answer'}.`,
    confidence: () => 'high',
    remedies: (evidence, doc) => [checkResolver(evidence.target, doc, 'tcp-53')],
    alternatives: () => [],
  }),
  statusRule('dns.not-recursive', {
    status: 'error',
    matches: isLame,
    summary: (host, doc) =>
      doc.notRecursive?.length === 1
        ? `${doc.notRecursive[0]} does not resolve ${host}: it is no recursive resolver.`
        : `${places(doc.notRecursive ?? [])} of nameservers do not resolve ${host}: none is a recursive resolver.`,
    confidence: () => 'high',
    remedies: (evidence, doc) => [checkResolver(evidence.target, doc, 'recursion')],
    alternatives: () => [],
  }),
  statusRule('dns.nxdomain', {
    status: 'nxdomain',
    summary: (host, doc) =>
      `${capital(called(doc))} replies that ${host} does not exist${
        (doc.typesFailed ?? []).length === 0
          ? ''
          : `, but fails for its ${list(
              (doc.typesFailed ?? []).map(({ type }) => type),
              2,
            )} record`
      }.`,
    confidence: replied,
    remedies: missing,
    alternatives: otherView,
  }),
  statusRule('dns.no-data', {
    status: 'no-data',
    summary: (host, doc) =>
      `${capital(called(doc))} has no ${doc.question.type.split(',').join(' or ')} record for ${host}.`,
    confidence: replied,
    remedies: (evidence, doc) => [...missing(evidence, doc), exemptFromRebinding(evidence.target.host, doc)],
    alternatives: otherView,
  }),
  statusRule('dns.servfail', {
    status: 'servfail',
    summary: (host, doc) => `${capital(called(doc))} failed to resolve ${host} (SERVFAIL).`,
    confidence: replied,
    remedies: (evidence, doc) => [
      ...oneLabel(evidence.target),
      checkResolver(evidence.target, doc, failureOf(doc)),
    ],
    alternatives: otherView,
  }),
  statusRule('dns.refused', {
    status: 'refused',
    matches: (doc) => doc.status === 'refused' || isOtherRcode(doc),
    summary: (host, doc) =>
      isOtherRcode(doc)
        ? `${capital(called(doc))} does not resolve ${host}, but replies ${doc.rcode}.`
        : `${capital(called(doc))} refuses to resolve ${host} for this host.`,
    confidence: replied,
    remedies: (evidence, doc) => [
      checkResolver(evidence.target, doc, isOtherRcode(doc) ? 'speaking' : 'allowed'),
    ],
    alternatives: otherView,
  }),
  statusRule('dns.timeout', {
    status: 'timeout',
    matches: (doc, evidence) => doc.status === 'timeout' && silentNextHop(evidence, doc) === null,
    summary: timeoutSummary,
    confidence: repeated,
    remedies: (evidence, doc) => [checkResolver(evidence.target, doc, timeoutAdvice(doc))],
    alternatives: (target, doc, evidence) => {
      if (doc.answersOthers !== undefined) return [];
      const unusable = unusableReplies(doc);
      if (unusable !== null) return unusable.from === null ? forged(target) : [];
      return [
        ...deadGateway(evidence, doc),
        possible('local.firewall', `${shellLine(listRuleset)}, and ${overTcp(target)}`),
      ];
    },
  }),
  statusRule('dns.malformed', {
    status: 'malformed',
    summary: (host, doc) => `What ${called(doc)} replies to the query for ${host} is not a DNS message.`,
    confidence: () => 'high',
    remedies: (evidence, doc) => [checkResolver(evidence.target, doc, 'tcp')],
    alternatives: forged,
  }),
  statusRule('dns.unreachable', {
    status: 'unreachable',
    matches: (doc, evidence) =>
      (doc.status === 'unreachable' && !isDeniedHere(doc)) ||
      (doc.status === 'timeout' && silentNextHop(evidence, doc) !== null),
    summary: (host, doc, evidence) => {
      const gateway = silentGateway(evidence, doc);
      if (gateway !== null)
        return `The gateway ${gateway.address}, through which this host reaches ${called(doc)}, does not answer on this link, so ${host} cannot be resolved.`;
      const why = {
        route: 'has no route from here',
        link: 'does not answer on its link',
        port: 'cannot be reached',
      };
      const where = silentNextHop(evidence, doc) === null ? whereUnreached(doc) : 'link';
      return `${capital(called(doc))} ${why[where]}, so ${host} cannot be resolved.`;
    },
    confidence: () => 'high',
    remedies: (evidence, doc) => {
      const gateway = silentGateway(evidence, doc);
      if (gateway !== null) return checkNeighbour(gateway.address, gateway.server);
      const where = silentNextHop(evidence, doc) === null ? whereUnreached(doc) : 'link';
      return where === 'port'
        ? [checkResolver(evidence.target, doc, 'listening')]
        : reachResolvers(evidence.target, doc, where);
    },
    alternatives: (_target, doc, evidence) =>
      silentNextHop(evidence, doc) === null && whereUnreached(doc) === 'port'
        ? [possible('route.local', 'ip route get ADDRESS_OF_RESOLVER')]
        : [],
  }),
];

/** Why the resolver says that it failed: the codes of DNSSEC, and those of servers that it cannot reach (RFC 8914 section 4). */
function failureOf({ extendedErrors }: DnsDocument): 'dnssec' | 'authority' | 'forwarding' {
  if (extendedErrors.some(({ code }) => (code >= 5 && code <= 12) || code === 1 || code === 2))
    return 'dnssec';
  return extendedErrors.some(({ code }) => code === 22 || code === 23) ? 'authority' : 'forwarding';
}

/** The silent next hop where it is a gateway, and not the resolver itself. */
function silentGateway(evidence: Evidence, doc: DnsDocument): SilentNextHop | null {
  const hop = silentNextHop(evidence, doc);
  return hop === null || withoutZone(hop.address) === withoutZone(hop.server) ? null : hop;
}

function nextHopWords(evidence: Evidence, doc: DnsDocument): EvidenceItem[] {
  const hop = silentNextHop(evidence, doc);
  if (hop === null) return [];
  const onLink = linkOf(evidence, hop.address)?.interface;
  return [
    {
      observation: hop.ref,
      text: `${familyOf(hop.address) === 6 ? 'neighbour discovery' : 'ARP'} got no answer for ${hop.address}${onLink === undefined ? '' : ` on ${onLink}`}: packets to ${hop.server} do not leave this host`,
    },
  ];
}

function nextHopClaims(evidence: Evidence, doc: DnsDocument): Claim[] {
  const hop = silentNextHop(evidence, doc);
  return hop === null ? [] : [{ says: 'nobody-on-link', address: hop.address }];
}

/** Nothing at all came back from servers that are behind a router. */
function deadGateway(evidence: Evidence, doc: DnsDocument): Alternative[] {
  const addresses = serversOf(doc).flatMap((server) => server.split('#', 1));
  const [first] = addresses;
  const isBehind = addresses.every((each) => familyOf(each) !== null && isRouted(evidence, each) === true);
  if (first === undefined || !isBehind || serverAnswersTcp(evidence, doc)) return [];
  return [
    possible(
      'route.neighbour',
      `${shellLine(routeGet(first))} names the gateway; ip neighbour show has its link address and state, and ${shellLine(pprobeAgain(evidence.target, { command: 'trace', address: first, port: 53 }))} shows which router answers`,
      'medium',
      'the gateway of this host is down or forwards nothing: all resolvers are behind it',
    ),
  ];
}

/**
 * What keeps queries from every resolver: no route, of this host or of a router (ENETUNREACH and its kind), a neighbour that does
 * not answer for the address (EHOSTUNREACH), or nothing that listens. Where the resolvers differ, the last one.
 */
function whereUnreached({ attempts }: DnsDocument): 'route' | 'link' | 'port' {
  const errnos = attempts.map(({ errno }) => errno ?? '').filter((errno) => errno !== 'ECANCELED');
  if (errnos.length === 0) return 'port';
  if (errnos.every((errno) => NO_ROUTE.has(errno))) return 'route';
  return errnos.every((errno) => NO_ROUTE.has(errno) || NO_HOST.has(errno)) ? 'link' : 'port';
}

const NO_ROUTE: ReadonlySet<string> = new Set([
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EACCES',
  'EINVAL',
]);
const NO_HOST: ReadonlySet<string> = new Set(['EHOSTUNREACH', 'EHOSTDOWN']);

function called(doc: DnsDocument): string {
  const known = doc.server === null ? null : wellKnown(doc.server);
  return known === null ? resolverOf(doc) : `${known} (${doc.server})`;
}

/** The server in a saved report can be any text. */
function wellKnown(server: string): string | null {
  const [address = ''] = server.split('#', 1);
  return familyOf(address) === null ? null : wellKnownResolver(address);
}
