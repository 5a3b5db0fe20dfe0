import { count, duration, list } from '../../core/text.js';
import type { DnsAttempt, DnsDocument, DnsStatus } from '../../documents/dns.js';
import { addressSet, hostAnswers, inTurn, isReply, type Seen } from '../../documents/observed/dns.js';
import type { Evidence, ObservedDns } from '../../documents/report.js';
import { isSameName } from '../../target/dns-name.js';
import { pprobeAgain } from '../remedies/again.js';
import { stopRotating } from '../remedies/name-service.js';
import { askForTypes, repairNameserver, shortenSearch } from '../remedies/resolver.js';
import type { WarningRule } from './warning.js';

/** The lookup that programs on this host make, where it gave addresses; null otherwise. */
export function answeredLookup(evidence: Evidence): Seen<ObservedDns> | null {
  const [first] = hostAnswers(evidence);
  return first?.doc.asked?.purpose === 'host' && first.doc.addresses.length > 0 ? first : null;
}

/** Outcomes of a query to which nothing came back. */
function isSilent({ outcome }: DnsAttempt): boolean {
  return outcome === 'timeout';
}

/** The queries to the server that decided an answered lookup. */
interface DecidingQueries extends Seen<ObservedDns> {
  server: string;
  attempts: DnsAttempt[];
}

function queriesToDecider(evidence: Evidence): DecidingQueries | null {
  const lookup = answeredLookup(evidence);
  const server = lookup?.doc.server ?? null;
  if (lookup === null || server === null) return null;
  // Other names of the search list have a warning of their own.
  const decides = (each: DnsAttempt): boolean =>
    each.server === server && isSameName(each.name, lookup.doc.question.name);
  return { ...lookup, server, attempts: lookup.doc.attempts.filter(decides) };
}

/** Whether the server replied to the same question in some query of the report. */
function isEverAnswered({ observations }: Evidence, { server, name, type }: DnsAttempt): boolean {
  return observations.dns.some(({ attempts }) =>
    attempts.some(
      (each) => each.server === server && each.type === type && each.name === name && isReply(each),
    ),
  );
}

/** How often glibc waits for `timeout` where one of two types is not answered; see systemPatience(). */
const waitsForType = 3;

/** One record type is never answered although another one is. */
const typeSilent: WarningRule = {
  id: 'dns.type-silent',
  saidBy: ['dns.timeout'],
  judge: (evidence) => {
    const queries = queriesToDecider(evidence);
    if (queries === null) return null;
    const { doc, ref, server, attempts } = queries;
    const typesOf = (some: readonly DnsAttempt[]) => [...new Set(some.map(({ type }) => type))];
    // One datagram can be lost: of a type that is never answered, two were.
    const silent = typesOf(attempts.filter((each) => !isEverAnswered(evidence, each))).filter(
      (type) => attempts.filter((each) => each.type === type && isSilent(each)).length > 1,
    );
    const answered = typesOf(attempts.filter(isReply));
    if (silent.length === 0 || answered.length === 0) return null;
    const patience = doc.systemPatience;
    const wait =
      patience === undefined
        ? 'wait for both'
        : `wait ${duration(patience.missingTypeMs ?? waitsForType * patience.firstMs)} for it each time`;
    const tries = attempts.filter(({ type }) => silent.includes(type)).length;
    return {
      text: `${server} never answers the query for ${list(silent)}, although it answers the one for ${list(answered)}: programs on this host ${wait}.`,
      evidence: [
        {
          observation: ref,
          text: `${count(tries, 'query', 'queries')} for ${list(silent)} of ${doc.question.name} got no reply`,
        },
      ],
      remedies: askForTypes(evidence.target, server, silent),
    };
  },
};

/** A nameserver of this host that was asked before the one that answered. */
const passedOver: WarningRule = {
  id: 'dns.nameserver-passed-over',
  saidBy: [],
  judge: (evidence) => {
    const lookup = answeredLookup(evidence);
    if (lookup === null) return null;
    const { doc, ref } = lookup;
    const servers = [...new Set(doc.attempts.map(({ server }) => server))];
    const failed = servers.filter((server) => {
      const asked = doc.attempts.filter((attempt) => attempt.server === server);
      return server !== doc.server && asked.every(isPassedOver) && !answeredAlone(evidence, server);
    });
    const [first] = failed;
    if (first === undefined || doc.server === null) return null;
    const failures = failed.map((server) => `${server} ${howFailed(doc, server)}`);
    const one = failed.length === 1;
    const patience = doc.attempts.some((each) => each.server === first && isSilent(each))
      ? doc.systemPatience
      : undefined;
    return {
      text: `The nameserver ${failures.join(', the nameserver ')}, and ${doc.server} was asked in ${one ? 'its' : 'their'} place${patience === undefined ? '' : `: programs on this host wait ${duration(patience.firstMs)} for ${one ? 'it' : first} each time`}.`,
      evidence: failures.map((failure) => ({ observation: ref, text: `${failure}; ${doc.server} answered` })),
      remedies: repairNameserver(evidence.target, first),
    };
  },
};

/** glibc asks the next server after silence, an ICMP error, SERVFAIL, NOTIMP and REFUSED (res_send.c). */
function isPassedOver({ outcome, errno }: DnsAttempt): boolean {
  if (errno === 'ECANCELED') return false;
  return (
    outcome === 'timeout' || outcome === 'unreachable' || outcome === 'servfail' || outcome === 'refused'
  );
}

/** Whether another query of the same run to this server got an answer about a name. */
function answeredAlone(evidence: Evidence, server: string): boolean {
  return evidence.observations.dns.some(({ attempts }) =>
    attempts.some(
      ({ server: asked, outcome }) =>
        asked === server && (outcome === 'answered' || outcome === 'no-data' || outcome === 'nxdomain'),
    ),
  );
}

function howFailed({ attempts, repliesFrom = [] }: DnsDocument, asked: string): string {
  const last = attempts.findLast(({ server }) => server === asked);
  const astray = repliesFrom.find(({ server }) => server === asked);
  if (astray !== undefined) return `answers from another address (${astray.from})`;
  switch (last?.outcome) {
    case 'unreachable':
      return `cannot be reached${last.errno === null ? '' : ` (${last.errno})`}`;
    case 'servfail':
    case 'refused':
      return `replies ${last.rcode ?? last.outcome}`;
    default:
      return 'does not answer';
  }
}

/** Queries that got no reply the first time and one later, from the same server. */
const queriesLost: WarningRule = {
  id: 'dns.queries-lost',
  saidBy: ['dns.timeout'],
  judge: (evidence) => {
    const queries = queriesToDecider(evidence);
    if (queries === null) return null;
    const { doc, ref, server, attempts } = queries;
    const lost = attempts.filter((each) => isSilent(each) && isEverAnswered(evidence, each));
    // A server that drops queries with EDNS loses none: programs here send no such queries.
    if (lost.length === 0 || doc.answersOnlyWithoutEdns !== undefined) return null;
    const wait =
      doc.systemPatience === undefined
        ? ''
        : `; programs on this host wait ${duration(doc.systemPatience.firstMs)} before they send one again`;
    return {
      text: `${lost.length} of ${count(attempts.length, 'query', 'queries')} to ${server} got no reply, and were sent again: packets are lost, or the server drops queries${wait}.`,
      evidence: [
        {
          observation: ref,
          text: `no reply to ${count(lost.length, 'query', 'queries')} for ${list([...new Set(lost.map(({ type }) => type))])}`,
        },
      ],
      remedies: repairNameserver(evidence.target, server),
    };
  },
};

/** The time of the fastest reply with which a server answered the lookup, or null. */
export function fastestReplyMs({ server, attempts, question }: ObservedDns): number | null {
  const times = attempts
    .filter((each) => each.server === server && isReply(each) && isSameName(each.name, question.name))
    .flatMap(({ durationMs }) => durationMs ?? []);
  return times.length === 0 ? null : Math.min(...times);
}

/** A resolver that answers so late that people notice it. */
const slowReplies: WarningRule = {
  id: 'dns.slow',
  saidBy: ['dns.timeout'],
  judge: (evidence) => {
    const lookup = answeredLookup(evidence);
    const time = lookup === null ? null : fastestReplyMs(lookup.doc);
    if (lookup === null || time === null || time < noticedMs || lookup.doc.server === null) return null;
    const { doc, ref } = lookup;
    return {
      text: `The resolver ${doc.server} takes ${duration(time)} to answer: programs on this host wait as long each time.`,
      evidence: [
        { observation: ref, text: `the fastest reply of ${doc.server} came after ${duration(time)}` },
      ],
      remedies: [
        {
          text: `Find out why ${doc.server} is slow: its forwarders, a long way to it, or an empty cache; a second lookup shows whether it remembers the answer`,
          command: pprobeAgain(evidence.target, { command: 'dns', name: evidence.target.host }),
        },
      ],
    };
  },
};

/** Far more than a resolver needs that asks servers all over the world. */
export const noticedMs = 1000;

/** Names of the search list that come before the one with an answer, and to which the server never replies. */
const searchSilent: WarningRule = {
  id: 'dns.search-silent',
  saidBy: [],
  judge: (evidence) => {
    const lookup = answeredLookup(evidence);
    if (lookup === null) return null;
    const { doc, ref } = lookup;
    const host = evidence.target.host.replace(/\.$/, '').toLowerCase();
    const silent = doc.attempts.filter(
      (each) =>
        !isSameName(each.name, doc.question.name) && isSilent(each) && !isEverAnswered(evidence, each),
    );
    const name = silent[0]?.name.replace(/\.$/, '').toLowerCase() ?? '';
    if (
      !name.startsWith(`${host}.`) ||
      doc.attempts.some((each) => isSameName(each.name, name) && isReply(each))
    )
      return null;
    const wait =
      doc.systemPatience === undefined
        ? 'wait in vain for an answer'
        : `wait ${duration(doc.systemPatience.totalMs)} for an answer`;
    return {
      text: `Programs on this host ask for ${name} before ${host}, by the search list of resolv.conf, and ${wait} each time.`,
      evidence: [
        { observation: ref, text: `${count(silent.length, 'query', 'queries')} for ${name} got no reply` },
      ],
      remedies: shortenSearch(evidence.target, name.slice(host.length + 1)),
    };
  },
};

/** The nameservers are asked in turn, and one of them does not give the addresses that were used. */
const rotationDiffers: WarningRule = {
  id: 'dns.rotate-differs',
  saidBy: ['dns.split-view'],
  judge: (evidence) => {
    const lookup = answeredLookup(evidence);
    if (lookup === null) return null;
    const known = addressSet(lookup.doc.addresses);
    // Answers in part, as of load balancing by DNS, have something in common, or come and go.
    const other = inTurn(evidence).find(
      ({ doc }) => doc.addresses.length === 0 && isDecided(doc.status) && doc.server !== lookup.doc.server,
    );
    if (other === undefined) return null;
    const { doc, ref } = other;
    return {
      text: `Programs on this host ask the nameservers of resolv.conf in turn (rotate), and ${doc.server ?? 'one of them'} gives no address for ${evidence.target.host}: each lookup that begins there fails.`,
      evidence: [
        { observation: ref, text: `${doc.server ?? 'it'} answers ${doc.rcode ?? doc.status}` },
        { observation: lookup.ref, text: `${lookup.doc.server ?? 'another one'} gives ${list(known, 4)}` },
      ],
      remedies: [stopRotating(evidence.target, lookup.doc.server, doc.server)],
    };
  },
};

/** Answers that end a lookup of glibc, which goes on with the next nameserver after others (res_nsend()). */
function isDecided(status: DnsStatus): boolean {
  return status === 'nxdomain' || status === 'no-data';
}

export const nameWarnings: readonly WarningRule[] = [
  rotationDiffers,
  typeSilent,
  passedOver,
  queriesLost,
  slowReplies,
  searchSilent,
];
