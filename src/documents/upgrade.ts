import { familyOf } from '../net/address/address.js';
import type { AddressOrigin, Evidence, ObservedDns, SavedReport } from './report.js';
import type { TcpAttempt, TcpCause, TcpDocument } from './tcp.js';
import { causeOfErrno } from './terms/errno.js';
import { alertIn } from './terms/tls-alert.js';
import type { TlsDocument, TlsProgress } from './tls.js';
import { type AddressTrace, routingLoop, silentProbe, unsentCause } from './trace.js';

/**
 * Reports of version 0.1.0 and older lack members that later versions write. This file fills them in when a report is
 * read, so that nothing else handles their absence. `withAbsentMembers` gives the members that say "not measured" before
 * the report is checked; `upgradeEvidence` derives from the rest of the report what later probes conclude themselves.
 */

const { reply, from, rttMs, icmp, annotation, mpls, ...laterProbeMembers } = silentProbe;

/** The members that old documents lack, with the value that says "not measured". */
const absent = {
  probe: laterProbeMembers,
  hop: { rateLimited: false },
  trace: { loop: null, pathMtu: null, names: null, discarded: {}, resolution: null },
  attempt: { local: false, localAddress: null, localPort: null },
  query: { sentMs: null },
  systemPatience: { missingTypeMs: null },
  tls: { errorCode: null, connectMs: null },
  http: { via: null, location: null, errorCode: null },
  privateApi: { endpointName: null },
} as const;

type Members = Readonly<Record<string, unknown>>;

/**
 * A report as it was parsed, with the members that old reports lack and without its verdict, which is made again. Parts
 * that are not what they should be stay as they are, for the check of the report to refuse.
 */
export function withAbsentMembers(report: Members): Members {
  const { verdict, ...rest } = report;
  return changed(
    { reportId: null, skipped: [], ...rest },
    {
      target: (target) => changed(target, { privateApi: (api) => ({ ...absent.privateApi, ...api }) }),
      observations: (observations) =>
        changed(observations, {
          dns: withQueries,
          tcp: withAttempts,
          control: (control) => changed(control, { tcp: withAttempts }),
          tls: (tls) => ({ ...absent.tls, ...tls }),
          http: (http) => ({ ...absent.http, ...http }),
          trace: (trace) =>
            changed(
              { ...absent.trace, ...trace },
              {
                resolution: withQueries,
                hops: (hop) =>
                  changed({ ...absent.hop, ...hop }, { probes: (probe) => ({ ...absent.probe, ...probe }) }),
              },
            ),
        }),
    },
  );
}

function withAttempts(document: Members): Members {
  return changed(document, {
    attempts: (attempt) => ({ ...absent.attempt, ...attempt }),
    resolution: withQueries,
  });
}

/** The same of a lookup. */
function withQueries(lookup: Members): Members {
  return changed(lookup, {
    attempts: (query) => ({ ...absent.query, ...query }),
    systemPatience: (patience) => ({ ...absent.systemPatience, ...patience }),
  });
}

/** A copy of an object with some members changed; a member that is a list is changed item by item. */
function changed(holder: Members, changes: Readonly<Record<string, (value: Members) => Members>>): Members {
  const copy: Record<string, unknown> = { ...holder };
  for (const [name, change] of Object.entries(changes)) {
    const apply = (value: unknown): unknown => (isObject(value) ? change(value) : value);
    const value = holder[name];
    if (value !== undefined) copy[name] = Array.isArray(value) ? value.map(apply) : apply(value);
  }
  return copy;
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A report with the evidence of `upgradeEvidence`. */
export function upgradeReport(report: SavedReport): SavedReport {
  const { target, vantage, observations, skipped, stopped } = report;
  const evidence = { target, vantage, observations, skipped, ...(stopped === undefined ? {} : { stopped }) };
  return { ...report, ...upgradeEvidence(evidence) };
}

/**
 * Evidence in which every TCP attempt has a `cause`, every trace its `loop`, every handshake its `progress`, every lookup of
 * the target's names the reason why it was made, and the target's addresses their origin. What the probes recorded stays as
 * it is.
 */
export function upgradeEvidence(evidence: Evidence): Evidence {
  const { observations } = evidence;
  const { control } = observations;
  const dns = observations.dns.map((lookup) => withPurpose(lookup, evidence));
  const tcp = observations.tcp.map(withCauses);
  const origin = observations.origin ?? originOf(evidence, dns, tcp);
  return {
    ...evidence,
    observations: {
      ...observations,
      dns,
      tcp,
      tls: observations.tls.map(withProgress),
      trace: observations.trace.map(withLoop),
      ...(control === undefined
        ? {}
        : { control: control.map((each) => ({ ...each, tcp: withCauses(each.tcp) })) }),
      ...(origin === null ? {} : { origin }),
    },
  };
}

function withCauses(document: TcpDocument): TcpDocument {
  return {
    ...document,
    attempts: document.attempts.map((attempt) =>
      attempt.cause === undefined ? { ...attempt, cause: causeOfAttempt(attempt) } : attempt,
    ),
  };
}

/** Linux asks for a neighbour's address three times, a second apart, before connect(2) fails with EHOSTUNREACH. */
const neighbourDiscoveryMs = 900;

/** The cause of an attempt, from its status, its errno and its duration; null where these fit several causes. */
function causeOfAttempt(attempt: Omit<TcpAttempt, 'cause'>): TcpCause | null {
  const { status, errno, local, durationMs, address } = attempt;
  switch (status) {
    case 'open':
      return 'syn-ack';
    case 'refused':
      return 'rst';
    case 'reset':
      return 'rst-after-syn-ack';
    case 'timeout':
      return 'silence';
    case 'prohibited':
      return 'icmp';
    case 'denied':
      return errno === null || errno === 'EPERM' ? 'local-firewall' : 'local-policy';
    case 'unreachable':
      if (local) return causeOfLocalErrno(errno, address);
      return durationMs >= neighbourDiscoveryMs ? 'silent-neighbour' : 'icmp';
    case 'error':
      return errno === 'ECANCELED' ? 'canceled' : causeOfLocalErrno(errno, address);
  }
}

/** Old reports do not say which type of route rejected the packet: EINVAL is a blackhole route, except without a zone. */
function causeOfLocalErrno(errno: string | null, address: string): TcpCause | null {
  const routeErrno = errno === 'EINVAL' ? errno : null;
  return causeOfErrno({ errno: errno ?? 'ENETUNREACH', isImmediate: true, routeErrno }, address);
}

function withLoop(trace: AddressTrace): AddressTrace {
  const { hops, loop, unsent } = trace;
  return {
    ...trace,
    loop: loop ?? routingLoop(hops),
    unsent: unsent === undefined ? unsentCause(hops) : unsent,
  };
}

function withProgress(handshake: TlsDocument): TlsDocument {
  return handshake.progress === undefined ? { ...handshake, progress: progressOf(handshake) } : handshake;
}

/** How far a handshake came, from its status and its error code. The octets were not counted. */
function progressOf({ status, errorCode }: TlsDocument): TlsProgress {
  const counts = { sentBytes: null, receivedBytes: null, acknowledged: null, firstLine: null };
  const alert = alertIn(errorCode ?? '');
  if (['ok', 'untrusted', 'name-mismatch', 'expired'].includes(status))
    return { heard: 'done', alert: null, ...counts };
  if (alert !== null) return { heard: 'alert', alert, ...counts };
  if (notTls.test(errorCode ?? '')) return { heard: 'not-tls', alert: null, ...counts };
  return { heard: status === 'protocol' ? 'server-hello' : 'nothing', alert: null, ...counts };
}

/** OpenSSL's codes for a record that is not TLS. */
const notTls = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|NOT_SSL/;

function withPurpose(lookup: ObservedDns, { target }: Evidence): ObservedDns {
  if (lookup.asked !== undefined) return lookup;
  const name = lookup.question.name.toLowerCase().replace(/\.$/, '');
  if (name === (target.privateApi?.endpointName ?? null))
    return { ...lookup, asked: { purpose: 'endpoint', server: null } };
  // The resolver's search list may have appended a domain to the name (resolv.conf(5)).
  const isHost = name === target.host || name.startsWith(`${target.host}.`);
  return isHost ? { ...lookup, asked: { purpose: 'host', server: null } } : lookup;
}

/**
 * Where the addresses came from, in a report that does not say: addresses that were connected to although the name was
 * never looked up can only be the hosts file's. null where nothing was connected to.
 */
function originOf(
  { target }: Evidence,
  dns: readonly ObservedDns[],
  tcp: readonly TcpDocument[],
): AddressOrigin | null {
  const attempts = tcp
    .filter(({ host, port }) => host === target.host && port === target.port)
    .flatMap((document) => document.attempts);
  const addresses = [...new Set(attempts.map(({ address }) => address))];
  if (familyOf(target.host) !== null) return { source: 'literal', addresses: [target.host], hostsFile: null };
  if (addresses.length === 0) return null;
  const isLookedUp = dns.some(({ asked }) => asked?.purpose === 'host');
  return { source: isLookedUp ? 'dns' : 'hosts-file', addresses, hostsFile: null };
}
