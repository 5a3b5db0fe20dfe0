import { shellLine } from '../../core/shell-line.js';
import { count, excerpt, list } from '../../core/text.js';
import type { Cause } from '../../documents/causes.js';
import type { DnsDocument, SetUpCall } from '../../documents/dns.js';
import { hostAnswers, type Seen, serversOf } from '../../documents/observed/dns.js';
import {
  type AddressOutcome,
  addressesOf,
  addressOutcomes,
  exhaustedAttempts,
  withCause,
  withStatus,
} from '../../documents/observed/tcp.js';
import { explainingTraces } from '../../documents/observed/trace.js';
import type { Evidence, ObservedDns, SkippedStep } from '../../documents/report.js';
import { type OwnLimit, ownLimitOf } from '../../documents/terms/errno.js';
import { type Claim, ofEach } from '../claims.js';
import { type Judgement, possible, type Rule, type RuleFacts, rule } from '../finding.js';
import { places, short } from '../headline.js';
import { resetSeen } from '../refutations/packets.js';
import type { Advice } from '../remedies/advice.js';
import {
  allowInOwnFirewall,
  callFilter,
  freePorts,
  fullConnectionTable,
  listRuleset,
  moreDescriptors,
  moreMemory,
  routeGet,
  runDoctor,
  securityModule,
  serviceEndpoints,
} from '../remedies/local.js';
import { isDeniedHere } from './failed-lookup.js';

/** The kernel reports it: its own output filter rejected or dropped the SYN, which never left this host. */
const firewall = rule('local.firewall', { needs: ['tcp', 'trace'] }, (evidence): Judgement | null => {
  const attempts = withCause(addressOutcomes(evidence), 'local-firewall');
  const traces = explainingTraces(evidence).filter(({ doc }) => doc.unsent === 'local-firewall');
  const [first] = attempts;
  const addresses = addressesOf([...attempts, ...traces.map(({ doc }) => doc)]);
  const [address] = addresses;
  if (address === undefined) return null;
  const reset = attempts.length > 0 ? null : resetSeen(evidence, address);
  const isTried = addressOutcomes(evidence).some((each) => each.address === address);
  return {
    phase: 'local',
    // A BPF program of the service unit (IPAddressDeny of systemd) refuses packets with the same errno. A rule can be about packets
    // of raw sockets alone: then connections pass, and an RST is that of the target.
    confidence: isTried && reset === null ? 'high' : 'medium',
    summary:
      reset === null
        ? `The firewall of this host blocks TCP ${evidence.target.port} to ${places(addresses)}.`
        : `The firewall of this host lets no probe to ${places(addresses)} leave, and can be what resets TCP ${evidence.target.port}.`,
    evidence: [
      ...(first === undefined
        ? []
        : [
            {
              observation: first.ref,
              text: `this host's own firewall ${howBlocked(first)} to ${list(addressesOf(attempts))}`,
            },
          ]),
      ...traces
        .slice(0, 1)
        .map(({ ref }) => ({ observation: ref, text: 'the firewall let no probe of the trace leave' })),
      ...(reset === null
        ? []
        : [{ ...reset, text: `${reset.text}, as a rule of this host that rejects with RST answers` }]),
    ],
    remedies: [allowInOwnFirewall(evidence, addresses), fullConnectionTable],
    claims: ofEach(reset === null ? 'not-sent' : 'blocked-here', address, addresses),
    alternatives: [
      reset === null
        ? possible('local.permission', 'try the connection outside the container or service unit')
        : possible('tcp.refused', `${shellLine(listRuleset)} shows no such rule`, 'medium'),
    ],
    check: shellLine(listRuleset),
  };
});

function howBlocked({ errno }: AddressOutcome): string {
  return errno === null ? 'dropped every SYN, without an errno,' : `rejected the SYN (${errno})`;
}

/** connect(2) itself was forbidden, and not by a route: a security module, a seccomp filter or a BPF program. */
const permission = rule('local.permission', { needs: ['tcp'] }, (evidence): Judgement | null => {
  const outcomes = addressOutcomes(evidence);
  const unnamed = withStatus(outcomes, 'denied').filter(({ cause }) => cause === null);
  const denied = [...withCause(outcomes, 'local-policy'), ...unnamed];
  const [first] = denied;
  if (first === undefined) return null;
  const addresses = addressesOf(denied);
  const isNamed = first.cause !== null;
  // The errno of a route that is missing, although the kernel gives one for these packets.
  const isLikeRoute = first.status === 'unreachable';
  return {
    phase: 'local',
    confidence: isNamed && !isLikeRoute ? 'high' : 'medium',
    summary: `This host forbids the connection to ${places(addresses)}: ${isNamed ? 'a security module, a seccomp filter or a BPF program rejects the call' : 'its own policy rejects the call'}.`,
    evidence: [
      {
        observation: first.ref,
        text: `connect() to ${list(addresses)} failed at once${first.errno === null ? '' : ` with ${first.errno}`}; nothing was sent${isLikeRoute ? ', although the kernel has a route' : ''}`,
      },
    ],
    remedies: isLikeRoute
      ? [serviceEndpoints, callFilter]
      : [securityModule, callFilter, ...(isNamed ? [serviceEndpoints] : [])],
    claims: ofEach('not-sent', first.address, addresses),
    alternatives: isLikeRoute
      ? [possible('route.local', 'ip vrf identify: the VRF of this process has routes of its own', 'medium')]
      : [possible('local.firewall', shellLine(listRuleset))],
    check: shellLine(securityModule.command ?? []),
  };
});

/** What ran out on this host, so that it could not start a connection, or send a query. */
interface Exhausted {
  cause: Cause;
  facts: Pick<RuleFacts, 'id' | 'words'>;
  of: OwnLimit;
  /** What this host has none of. */
  what: string;
  seen: string;
  remedy: Advice;
}

/** Nothing was sent, to no address. One attempt that was sent means that the shortage is not the fault. */
function exhaustedRule(exhausted: Exhausted): Rule {
  const { cause, facts, of, what, seen, remedy } = exhausted;
  return rule(cause, { ...facts, needs: ['tcp', 'dns'] }, (evidence): Judgement | null => {
    if (addressOutcomes(evidence).length > 0) return null;
    const failed = exhaustedAttempts(evidence).filter((attempt) => attempt.cause === of);
    const [first] = failed;
    if (first === undefined) return withoutQueries(exhausted, evidence);
    const addresses = addressesOf(failed);
    return {
      phase: 'local',
      confidence: 'certain',
      summary: `This host has no free ${what} for a connection to ${places(addresses)}.`,
      evidence: [
        {
          observation: first.ref,
          text: `${seen} for ${list(addresses)}${first.errno === null ? '' : ` (${first.errno})`}; nothing was sent`,
        },
      ],
      remedies: [remedy],
      claims: ofEach('not-connected', first.address, addresses),
      check: shellLine(remedy.command ?? []),
    };
  });
}

/** No query for the name left this host, so nothing is known of the resolvers. */
function withoutQueries({ of, what, remedy }: Exhausted, evidence: Evidence): Judgement | null {
  const [failed] = hostAnswers(evidence);
  if (failed === undefined || failed.doc.status !== 'error') return null;
  const { attempts } = failed.doc;
  const [first] = attempts;
  if (first === undefined || attempts.some(({ errno }) => ownLimitOf(errno) === null)) return null;
  if (ownLimitOf(first.errno) !== of) return null;
  return {
    phase: 'local',
    confidence: 'certain',
    summary: `This host has no free ${what} to look up ${short(evidence.target.host, 'the name')}.`,
    evidence: [
      {
        observation: failed.ref,
        text: `${count(attempts.length, 'query', 'queries')} to ${list(serversOf(failed.doc))} could not be sent (${first.errno})`,
      },
    ],
    remedies: [remedy],
    claims: [{ says: 'unknown-to-programs' }],
    check: shellLine(remedy.command ?? []),
  };
}

const exhaustedRules: readonly Rule[] = [
  exhaustedRule({
    cause: 'local.no-port',
    facts: {},
    of: 'no-ports',
    what: 'source port',
    seen: 'connect() found no source port',
    remedy: freePorts,
  }),
  exhaustedRule({
    cause: 'local.capability',
    facts: { id: 'local.capability/descriptors', words: 'this host or process has no free file descriptor' },
    of: 'no-descriptors',
    what: 'file descriptor',
    seen: 'no socket could be opened',
    remedy: moreDescriptors,
  }),
  exhaustedRule({
    cause: 'local.capability',
    facts: { id: 'local.capability/memory', words: 'this host has no memory for sockets' },
    of: 'no-memory',
    what: 'memory',
    seen: 'connect() found no memory',
    remedy: moreMemory,
  }),
];

/** The lookup of the target that this host itself refused to make; null where there is none, or there are addresses all the same. */
function deniedLookup(evidence: Evidence): Seen<ObservedDns> | null {
  const [failed] = hostAnswers(evidence);
  const isDenied = failed !== undefined && isDeniedHere(failed.doc) && addressOutcomes(evidence).length === 0;
  return isDenied ? failed : null;
}

/** The queries themselves were refused by this host, so that nothing is known about the nameserver. */
const dnsFirewall = rule(
  'local.firewall',
  { id: 'local.firewall/dns', words: 'this host refuses to send DNS queries', needs: ['dns'] },
  (evidence): Judgement | null => {
    const failed = deniedLookup(evidence);
    if (failed === null || forbiddenCallsOf(failed.doc).length > 0) return null;
    const servers = serversOf(failed.doc);
    const errno = failed.doc.attempts[0]?.errno ?? 'EPERM';
    return {
      phase: 'local',
      confidence: 'high',
      summary: `This host refuses to send DNS queries, so ${short(evidence.target.host, 'the name')} cannot be resolved.`,
      evidence: [
        {
          observation: failed.ref,
          text: `sending to ${list(servers)} port 53 failed at once with ${errno}: no query left this host`,
        },
      ],
      remedies: [
        {
          text: `Allow outbound UDP and TCP 53 to ${list(servers, 4)} in the firewall of this host (nftables, iptables, or the network policy of a container)`,
          command: listRuleset,
        },
        {
          text: 'If pprobe runs in a systemd unit, look for IPAddressDeny and IPAddressAllow of the unit: its filter refuses packets in the same way',
          command: ['systemctl', 'show', '--property=IPAddressDeny,IPAddressAllow', 'UNIT'],
        },
      ],
      alternatives: [possible('local.permission', 'try the lookup outside the container or service unit')],
      claims: [
        { says: 'unknown-to-programs' },
        ...servers.map(
          (server): Claim => ({ says: 'server-unreachable', server, name: evidence.target.host }),
        ),
      ],
      check: shellLine(listRuleset),
    };
  },
);

/** The calls that this host forbade before there was a query that a firewall could refuse. */
function forbiddenCallsOf({ attempts }: DnsDocument): SetUpCall[] {
  return [...new Set(attempts.flatMap(({ call }) => call ?? []))];
}

/** A socket for queries was forbidden: a seccomp filter, a security module or a BPF program, and no packet filter. */
const dnsPermission = rule(
  'local.permission',
  { id: 'local.permission/dns', words: 'this host forbids sockets for DNS queries', needs: ['dns'] },
  (evidence): Judgement | null => {
    const failed = deniedLookup(evidence);
    if (failed === null) return null;
    const calls = forbiddenCallsOf(failed.doc);
    const [call] = calls;
    if (call === undefined) return null;
    const servers = serversOf(failed.doc);
    const [address] = servers.flatMap((each) => each.split('#', 1));
    const errno = failed.doc.attempts.find((attempt) => attempt.call === call)?.errno ?? 'EPERM';
    // connect(2) also fails with EACCES where the route to the server is of the type prohibit.
    const isRoute = call === 'connect' && errno === 'EACCES';
    return {
      phase: 'local',
      confidence: isRoute || calls.length > 1 ? 'medium' : 'high',
      summary: `This host forbids sockets for DNS queries, so ${short(evidence.target.host, 'the name')} cannot be resolved.`,
      evidence: [
        {
          observation: failed.ref,
          text: `${call}() for queries to ${list(servers)} failed at once with ${errno}: no query left this host, and no packet filter was asked`,
        },
      ],
      remedies: [
        {
          text: 'Try the lookup outside the container or service unit: its seccomp filter or BPF program can forbid the call',
        },
        securityModule,
        ...(isRoute && address !== undefined
          ? [
              {
                text: `Look whether the route to ${address} is of the type prohibit, which fails with the same errno`,
                command: routeGet(address),
              },
            ]
          : []),
      ],
      claims: [
        { says: 'unknown-to-programs' },
        ...servers.map(
          (each): Claim => ({ says: 'server-unreachable', server: each, name: evidence.target.host }),
        ),
      ],
      check: shellLine(securityModule.command ?? []),
    };
  },
);

export const localRules: readonly Rule[] = [
  firewall,
  dnsFirewall,
  permission,
  dnsPermission,
  ...exhaustedRules,
];

/**
 * This host could not make the measurement that all others need. A missing trace engine does not count: without it a
 * verdict is only less certain. Reports of early versions have no `missing`; there, a name that was neither looked up nor
 * known means the same.
 */
const capability = rule('local.capability', { needs: ['skipped'] }, (evidence): Judgement | null => {
  const index = evidence.skipped.findIndex((step) => stops(step));
  const step = evidence.skipped[index];
  if (step === undefined || hostAnswers(evidence).length > 0 || addressOutcomes(evidence).length > 0)
    return null;
  if (evidence.observations.trace.length > 0 || evidence.observations.http.length > 0) return null;
  const { host } = evidence.target;
  const name = short(host, 'the target');
  const what = step.step === 'dns' ? `look up ${name}` : `connect to ${name}`;
  const reason = excerpt(step.reason.replace(/\.$/, ''));
  return {
    phase: 'local',
    confidence: step.missing === undefined ? 'high' : 'certain',
    summary: `This host cannot ${what}: ${short(reason, 'something that it needs is missing', 60)}.`,
    evidence: [
      {
        observation: `skipped[${index}]`,
        text: `${step.step} was not measured${step.missing === undefined ? '' : `: ${excerpt(step.missing, 80)} is missing`} (${reason})`,
      },
    ],
    remedies: [
      step.remedy === undefined ? runDoctor : { text: 'Add what is missing', commandLine: step.remedy },
    ],
    claims: [{ says: step.step === 'dns' ? 'unknown-to-programs' : 'no-connection-possible' }],
    check: 'pprobe doctor',
  };
});

function stops({ step, reason, missing }: SkippedStep): boolean {
  if (step !== 'dns' && step !== 'tcp') return false;
  return missing !== undefined || (step === 'dns' && !/hosts says|switched off|interrupt/.test(reason));
}

export const capabilityRules: readonly Rule[] = [capability];
