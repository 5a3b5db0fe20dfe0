import { test } from 'tap';
import { classify, findingsOf } from '../../../src/diagnose/classify.js';
import type { TcpAttempt, TcpCause, TcpStatus } from '../../../src/documents/tcp.js';
import { attempt, dns, evidence, HOST, tcpOf } from '../evidence.js';

/** What is said of one attempt by its cause alone: class, cause and confidence of the verdict, and every rule that fires. */
interface Said {
  status: TcpStatus;
  changes?: Partial<TcpAttempt>;
  verdict: string;
  /** The causes of all findings, the verdict's first. */
  findings: string[];
  words: RegExp;
}

const icmp = (type: number, code: number, from: string): Partial<TcpAttempt> => ({
  icmp: { type, code },
  from,
});
const local = { local: true };
const router = '10.8.0.1';
const target = '10.0.1.5';
const nothing: Pick<Said, 'verdict' | 'findings'> = { verdict: 'inconclusive none low', findings: [] };

function one(cause: string): Pick<Said, 'findings'> {
  return { findings: [cause] };
}

/** Every cause there is; of `icmp` there are several, by who sent the error and what it says. */
const table: Record<TcpCause, Said[]> = {
  'syn-ack': [{ status: 'open', ...nothing, words: /not decide it/ }],
  rst: [
    {
      status: 'refused',
      verdict: 'refused tcp.refused high',
      ...one('tcp.refused'),
      words: /refuses TCP 443.*nothing listens/,
    },
  ],
  'rst-after-syn-ack': [
    {
      status: 'reset',
      verdict: 'refused tcp.refused high',
      ...one('tcp.refused'),
      words: /accepts and at once resets/,
    },
  ],
  icmp: [
    {
      status: 'unreachable',
      changes: icmp(3, 0, router),
      verdict: 'unreachable route.icmp-unreachable high',
      ...one('route.icmp-unreachable'),
      words: /^10\.8\.0\.1 reports that it cannot deliver to 10\.0\.1\.5/,
    },
    {
      status: 'unreachable',
      changes: icmp(3, 1, router),
      verdict: 'unreachable route.icmp-unreachable high',
      ...one('route.icmp-unreachable'),
      words: /^10\.8\.0\.1 reports/,
    },
    {
      status: 'unreachable',
      changes: icmp(11, 0, router),
      verdict: 'timeout route.loop medium',
      ...one('route.loop'),
      words: /loop between routers: 10\.8\.0\.1 reports that their TTL ran out/,
    },
    {
      status: 'prohibited',
      changes: icmp(3, 13, router),
      verdict: 'policy policy.icmp-prohibited high',
      ...one('policy.icmp-prohibited'),
      words: /^A firewall at 10\.8\.0\.1 rejects/,
    },
    {
      status: 'refused',
      changes: icmp(3, 3, router),
      verdict: 'policy policy.icmp-prohibited high',
      ...one('policy.icmp-prohibited'),
      words: /^A firewall at 10\.8\.0\.1 rejects/,
    },
    {
      status: 'refused',
      changes: icmp(3, 3, target),
      verdict: 'refused tcp.refused medium',
      ...one('tcp.refused'),
      words: /a filter of the target rejects/,
    },
  ],
  silence: [
    {
      status: 'timeout',
      verdict: 'timeout tcp.timeout-all low',
      ...one('tcp.timeout-all'),
      words: /does not answer on TCP 443/,
    },
  ],
  'silent-neighbour': [
    {
      status: 'unreachable',
      changes: { neighbour: target },
      verdict: 'unreachable route.neighbour high',
      ...one('route.neighbour'),
      words: /no host on this link answers for the address/,
    },
    {
      status: 'unreachable',
      changes: { neighbour: '10.0.9.1' },
      verdict: 'unreachable route.neighbour high',
      ...one('route.neighbour'),
      words: /The gateway 10\.0\.9\.1, .* does not answer on this link/,
    },
  ],
  'no-route': [
    {
      status: 'unreachable',
      changes: local,
      verdict: 'unreachable route.local certain',
      ...one('route.local'),
      words: /^This host has no route to 10\.0\.1\.5/,
    },
  ],
  'unreachable-route': [
    {
      status: 'unreachable',
      changes: local,
      verdict: 'unreachable route.local certain',
      ...one('route.local'),
      words: /route of type unreachable on this host/,
    },
  ],
  'prohibit-route': [
    {
      status: 'denied',
      changes: local,
      verdict: 'unreachable route.local certain',
      ...one('route.local'),
      words: /route of type prohibit on this host/,
    },
  ],
  'blackhole-route': [
    {
      status: 'unreachable',
      changes: local,
      verdict: 'unreachable route.local certain',
      ...one('route.local'),
      words: /route of type blackhole on this host/,
    },
  ],
  'zone-missing': [
    {
      status: 'unreachable',
      changes: local,
      verdict: 'unreachable route.local certain',
      ...one('route.local'),
      words: /is a link-local address, which needs an interface/,
    },
  ],
  'local-firewall': [
    {
      status: 'denied',
      changes: local,
      verdict: 'local local.firewall high',
      ...one('local.firewall'),
      words: /^The firewall of this host blocks TCP 443/,
    },
  ],
  'local-policy': [
    {
      status: 'denied',
      changes: local,
      verdict: 'local local.permission high',
      ...one('local.permission'),
      words: /a security module, a seccomp filter or a BPF program/,
    },
  ],
  'no-descriptors': [
    {
      status: 'error',
      changes: local,
      verdict: 'local local.capability certain',
      ...one('local.capability'),
      words: /no free file descriptor/,
    },
  ],
  'no-memory': [
    {
      status: 'error',
      changes: local,
      verdict: 'local local.capability certain',
      ...one('local.capability'),
      words: /no free memory/,
    },
  ],
  'no-ports': [
    {
      status: 'error',
      changes: local,
      verdict: 'local local.no-port certain',
      ...one('local.no-port'),
      words: /no free source port/,
    },
  ],
  'no-source-address': [
    {
      status: 'unreachable',
      changes: local,
      verdict: 'unreachable route.local certain',
      ...one('route.local'),
      words: /no address of its own from which it can send/,
    },
  ],
  'source-family': [{ status: 'error', ...nothing, words: /not decide it/ }],
  canceled: [{ status: 'error', ...nothing, words: /not decide it/ }],
};

/** Values that say another thing than the cause: no rule may look at them to find one. */
const disguises: Partial<TcpAttempt>[] = [
  {},
  { errno: 'EHOSTUNREACH' },
  { errno: 'ENETUNREACH' },
  { errno: 'EACCES' },
  { errno: 'EPERM' },
  { errno: 'EINVAL' },
  { errno: null },
  { durationMs: 0.05 },
  { durationMs: 3100 },
];

for (const [cause, rows] of Object.entries(table) as [TcpCause, Said[]][]) {
  test(`the cause ${cause}, with any errno and duration`, async (t) => {
    for (const { status, changes, verdict, findings, words } of rows) {
      for (const disguise of disguises) {
        const given = evidence({
          dns: [dns(HOST, [target])],
          tcp: [tcpOf(HOST, [attempt(target, status, { ...changes, cause, ...disguise })])],
        });
        const said = classify(given);
        t.equal(`${said.class} ${said.cause} ${said.confidence}`, verdict, JSON.stringify(disguise));
        t.match(said.summary, words);
        t.same(
          findingsOf(given).map((finding) => finding.cause),
          findings,
        );
      }
    }
  });
}
