import { duration, excerpt, list } from '../../core/text.js';
import { addressSet, hostAnswers } from '../../documents/observed/dns.js';
import { sourcesBeforeDns } from '../../host/nsswitch.js';
import { familyOf } from '../../net/address/address.js';
import type { Advice } from '../remedies/advice.js';
import { pprobeAgain } from '../remedies/again.js';
import { findNameSource, repairHostsLine } from '../remedies/name-service.js';
import { separateQueries } from '../remedies/resolver.js';
import type { WarningRule } from './warning.js';

/** Warnings about how programs on this host, and on others, find the name: nsswitch.conf, the hosts file, resolv.conf, libc. */

/**
 * One type of records fails although another one has addresses. musl gives no address at all then (name_from_dns() in
 * lookup_name.c), and glibc did so in some versions (https://sourceware.org/bugzilla/show_bug.cgi?id=12994).
 */
const typeFailed: WarningRule = {
  id: 'dns.type-failed',
  saidBy: ['dns.servfail', 'dns.nxdomain'],
  judge: (evidence) => {
    const { target } = evidence;
    const lookup = hostAnswers(evidence).find(
      ({ doc }) => doc.status === 'answered' && (doc.typesFailed ?? []).length > 0,
    );
    const [failed] = lookup?.doc.typesFailed ?? [];
    if (lookup === undefined || failed === undefined) return null;
    const { doc, ref } = lookup;
    const server = doc.server ?? 'The resolver';
    const code = failed.rcode ?? failed.status;
    const others = doc.question.type.split(',').filter((type) => type !== failed.type);
    return {
      text: `${server} replies ${code} to the query for ${failed.type} of ${target.host}, although the name has an address of type ${list(others)}: programs of musl (Alpine Linux images), and of some versions of glibc, then find no address at all.`,
      evidence: [
        { observation: ref, text: `${failed.type} of ${doc.question.name} from ${server}: ${code}` },
        { observation: ref, text: `the name has ${list(addressSet(doc.addresses), 4)}` },
      ],
      remedies: [
        {
          text: `Let the authoritative server of ${target.host}, often a load balancer, answer the query for ${failed.type} with NOERROR and no record (RFC 4074 sections 4.2 and 4.3)`,
          command: pprobeAgain(target, {
            command: 'dns',
            name: target.host,
            ...(doc.server === null ? {} : { server: doc.server }),
            options: ['-t', failed.type],
          }),
        },
      ],
    };
  },
};

/** The hosts file has other addresses than DNS, and programs use it. */
const hostsDiffer: WarningRule = {
  id: 'hosts.differ',
  saidBy: ['dns.hosts-override'],
  judge: (evidence) => {
    const { origin } = evidence.observations;
    const { host } = evidence.target;
    if (origin?.source !== 'hosts-file') return null;
    const answer = hostAnswers(evidence).find(({ doc }) => doc.addresses.length > 0);
    if (answer === undefined) return null;
    const known = addressSet(answer.doc.addresses);
    const families = new Set(known.map(familyOf));
    const ours = origin.addresses.filter((address) => families.has(familyOf(address)));
    if (ours.length === 0 || ours.some((address) => known.includes(address))) return null;
    const path = origin.hostsFile?.path ?? null;
    const file = path ?? 'the hosts file';
    return {
      text: `Programs on this host use ${list(ours, 4)} for ${host}, from ${file}, while DNS has ${list(known, 4)}: a move of the service in DNS is not noticed here.`,
      evidence: [
        { observation: 'origin', text: `${file} gives ${list(ours)}` },
        { observation: answer.ref, text: `DNS has ${list(known)}` },
      ],
      remedies: repairHostsLine(evidence.target, ours, known, path),
    };
  },
};

/** getaddrinfo(3) has the name from a source besides DNS, where programs that ask DNS alone find nothing. */
const notInDns: WarningRule = {
  id: 'system.not-in-dns',
  saidBy: [],
  judge: (evidence) => {
    const { origin, system } = evidence.observations;
    const [first] = hostAnswers(evidence);
    if (origin?.source !== 'system' || system === undefined || first === undefined) return null;
    const { host } = evidence.target;
    const before = sourcesBeforeDns(evidence.vantage.nameService?.sources ?? []);
    const by =
      before.length === 0
        ? ''
        : ` (${list(
            before.map((each) => excerpt(each)),
            4,
          )} in nsswitch.conf)`;
    const isMissing = first.doc.status === 'nxdomain' || first.doc.status === 'no-data';
    const inDns = isMissing
      ? `${host} is not in DNS`
      : `DNS gives no address for ${host} (${first.doc.rcode ?? first.doc.status})`;
    return {
      text: `${inDns}: getaddrinfo has ${list(system.addresses, 4)} from another source${by}. Programs that ask DNS alone, such as those in containers, find no address.`,
      evidence: [
        { observation: 'system', text: `getaddrinfo gives ${list(system.addresses)}` },
        { observation: first.ref, text: `DNS: ${first.doc.rcode ?? first.doc.status}` },
      ],
      remedies: [findNameSource(host)],
    };
  },
};

/** getaddrinfo(3) had no answer yet, long after a resolver had answered pprobe. */
const systemSlow: WarningRule = {
  id: 'system.slow',
  saidBy: [],
  judge: (evidence) => {
    const { system } = evidence.observations;
    const [lookup] = hostAnswers(evidence);
    if (system?.errorCode !== 'ECANCELED' || system.durationMs < slowMs || lookup === undefined) return null;
    const { doc, ref } = lookup;
    if (doc.asked?.purpose !== 'host' || doc.addresses.length === 0) return null;
    if (doc.durationMs * 4 > system.durationMs) return null;
    // Over TCP (use-vc of resolv.conf) no query is lost, and both are sent on one connection.
    const isTcp = doc.attempts.length > 0 && doc.attempts.every(({ transport }) => transport === 'tcp');
    const before = sourcesBeforeDns(evidence.vantage.nameService?.sources ?? []);
    const source =
      before.length === 0
        ? ''
        : `, or ${list(
            before.map((each) => excerpt(each)),
            4,
          )} in nsswitch.conf is slow`;
    return {
      text: `Programs on this host wait for the addresses of ${evidence.target.host}: getaddrinfo had none after ${duration(system.durationMs)}, although the resolver answered pprobe in ${duration(doc.durationMs)}. ${isTcp ? 'It asks over TCP (use-vc in resolv.conf): the server may answer only one of two queries on a connection' : 'One of its queries was lost'}${source}.`,
      evidence: [
        { observation: 'system', text: `getaddrinfo had not ended after ${duration(system.durationMs)}` },
        { observation: ref, text: `${doc.server ?? 'the resolver'} answered in ${duration(doc.durationMs)}` },
      ],
      remedies: isTcp
        ? [bothOnOneConnection(evidence.target.host, doc.server)]
        : separateQueries(evidence.target.host),
    };
  },
};

function bothOnOneConnection(name: string, server: string | null): Advice {
  const [address, port] = server?.split('#') ?? [];
  return {
    text: 'Ask for both types on one connection, as getaddrinfo does: if the second one gets no answer, the server closes or forgets the connection after the first. Remove use-vc from the options of resolv.conf, or let the server answer every query of a connection (RFC 7766 section 6.2.1)',
    command: [
      ...['dig', '+tcp', '+keepopen'],
      ...(address === undefined ? [] : [`@${address}`]),
      ...(port === undefined ? [] : ['-p', port]),
      ...[name, 'A', name, 'AAAA'],
    ],
  };
}

/** Less than this can be the time that a busy host takes to start getent(1). */
const slowMs = 900;

/** Nameservers that nobody asks: C libraries read three (MAXNS of resolv.h). */
const nameserversIgnored: WarningRule = {
  id: 'resolv-conf.ignored-nameservers',
  saidBy: [],
  judge: ({ vantage, observations }) => {
    const ignored = vantage.nameService?.ignoredNameservers.filter((value) => familyOf(value) !== null) ?? [];
    const [first] = observations.dns;
    if (ignored.length === 0 || first === undefined) return null;
    return {
      text: `No program asks the nameserver${ignored.length === 1 ? '' : 's'} ${list(ignored, 4)} of resolv.conf: C libraries read the first three, ${list(vantage.nameservers, 4)}.`,
      evidence: [
        {
          observation: 'dns[0]',
          text: `this host asks ${list(vantage.nameservers)}, and not ${list(ignored)}`,
        },
      ],
      remedies: [
        {
          text: 'Keep at most three nameservers in resolv.conf; for more, run a local forwarder (systemd-resolved, dnsmasq, unbound) and name that one',
        },
      ],
    };
  },
};

export const nameServiceWarnings: readonly WarningRule[] = [
  typeFailed,
  hostsDiffer,
  notInDns,
  systemSlow,
  nameserversIgnored,
];
