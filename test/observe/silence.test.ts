import fc from 'fast-check';
import t from 'tap';
import type { TcpAttempt } from '../../src/documents/tcp.js';
import type { TraceHop } from '../../src/documents/trace.js';
import { connectTimeoutMs } from '../../src/observe/options.js';
import { furtherSynsAtMs, SilenceEvidence } from '../../src/observe/silence.js';
import { dnsAttempt, hop, probe, tcpAttempt, traceDocument } from '../report/documents.js';

const here = '10.0.1.10';
const target = '10.0.2.20';

const query = (server: string, durationMs: number, outcome: 'answered' | 'timeout' = 'answered') =>
  dnsAttempt({ server, outcome, durationMs });

const attempt = (address: string, more: Partial<TcpAttempt> = {}): TcpAttempt =>
  tcpAttempt({ address, durationMs: 2, localAddress: here, retransmits: 0, firstSynLost: false, ...more });

const timeExceeded = (ttl: number, from: string, rttMs: number): TraceHop => hop(ttl, probe({ from, rttMs }));

/** What a run in a VPC knows: a resolver answered in 1 ms, the first hop too, and the trace to the target is over. */
function inVpc(): SilenceEvidence {
  const evidence = new SilenceEvidence([here, 'fd10:0:0:1::10']);
  evidence.noteDns([query('10.0.0.2', 1)]);
  evidence.noteTracing(target);
  evidence.noteHop(target, timeExceeded(1, '10.0.1.1', 0.1));
  evidence.noteTraced(target, null);
  return evidence;
}

const never = Number.POSITIVE_INFINITY;

t.test('in the private network whose round trips were seen, silence counts after 1.25 s', async (t) => {
  t.equal(inVpc().countsAfterMs(target), 1200);
  t.ok(inVpc().isNear(target));
});

t.test('long round trips make it longer', async (t) => {
  const evidence = inVpc();
  evidence.noteAttempt(attempt('10.0.3.30', { durationMs: 400 }));
  t.equal(evidence.countsAfterMs(target), 2200);
});

t.test('a resolver that takes long for one name does not', async (t) => {
  const evidence = inVpc();
  evidence.noteDns([query('10.0.0.2', 900)]);
  t.equal(evidence.countsAfterMs(target), 1200);
});

const missing: [name: string, spoil: (evidence: SilenceEvidence) => void, address?: string][] = [
  ['a public address', () => {}, '203.0.113.9'],
  ['shared address space, which carriers use', () => {}, '100.64.2.2'],
  ['another private network', () => {}, '192.168.53.2'],
  ['another /16', () => {}, '10.9.2.20'],
  ['a second router answers', (evidence) => evidence.noteHop(target, timeExceeded(2, '100.64.1.1', 7))],
  ['a DNS query was lost', (evidence) => evidence.noteDns([query('10.0.0.2', 1000, 'timeout')])],
  [
    'another address needed a second SYN',
    (evidence) =>
      evidence.noteAttempt(attempt('10.0.3.30', { durationMs: 202, retransmits: 1, firstSynLost: true })),
  ],
  [
    'it is not known which SYN another address answered',
    (evidence) =>
      evidence.noteAttempt(attempt('10.0.3.30', { durationMs: 250, retransmits: 1, firstSynLost: null })),
  ],
  ['the trace still runs', (evidence) => evidence.noteTracing(target)],
];
for (const [name, spoil, address = target] of missing)
  t.test(`the long wait stays: ${name}`, async (t) => {
    const evidence = inVpc();
    if (address !== target) evidence.noteTraced(address, null);
    spoil(evidence);
    t.equal(evidence.countsAfterMs(address), never);
  });

t.test('the long wait stays without a round trip of another host', async (t) => {
  for (const server of ['127.0.0.53', '::1', here]) {
    const evidence = new SilenceEvidence([here]);
    evidence.noteDns([query(server, 1)]);
    evidence.noteHop(target, timeExceeded(1, '10.0.1.1', 0.1));
    evidence.noteTraced(target, null);
    t.equal(evidence.countsAfterMs(target), never, `${server} is this host`);
  }
});

t.test('the long wait stays without a trace', async (t) => {
  const evidence = new SilenceEvidence([here]);
  evidence.noteDns([query('10.0.0.2', 1)]);
  t.equal(evidence.countsAfterMs(target), never);
});

t.test('the long wait stays where the trace reached the target, for that target alone', async (t) => {
  const evidence = inVpc();
  evidence.noteTracing('10.0.3.30');
  evidence.noteTraced('10.0.3.30', { ...traceDocument(), address: '10.0.3.30' });
  t.equal(evidence.countsAfterMs('10.0.3.30'), never);
  t.equal(evidence.countsAfterMs(target), 1200);
});

t.test('no order of notes makes a wait shorter than 1.25 s, and evidence of loss is kept', async () => {
  const notes: ((evidence: SilenceEvidence) => void)[] = missing.map(([, spoil]) => spoil);
  notes.push((evidence) => evidence.noteTraced(target, null));
  notes.push((evidence) => evidence.noteDns([query('10.0.0.2', 30)]));
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...notes.keys()), { maxLength: 8 }), (order) => {
      const evidence = inVpc();
      for (const index of order) notes[index]?.(evidence);
      const isSpoiled = order.some((index) => index >= 4 && index <= 7);
      const afterMs = evidence.countsAfterMs(target);
      if (isSpoiled ? afterMs !== never : afterMs < 1200) throw new Error(`${order}: ${afterMs}`);
    }),
    { numRuns: 100 },
  );
});

/** The SYNs of the kernel alone: RFC 6298, and with tcp_syn_linear_timeouts one per second. */
const kernelSyns = [0, 1000, 2000];
/** With those of further sockets, which the kernel sends again after a second, too. */
const allSyns = [0, ...furtherSynsAtMs].flatMap((atMs) => [atMs, atMs + 1000]);

/** The probability that no SYN whose answer could come in time is answered; `loss` is that of one packet, each way. */
function falseTimeout(syns: readonly number[], waitMs: number, rttMs: number, loss: number): number {
  const inTime = syns.filter((atMs) => atMs + rttMs < waitMs).length;
  return (1 - (1 - loss) ** 2) ** inTime;
}

/** How long this version waits for a target at `rttMs`, where the rest of the run saw what it would see there. */
function waitFor(rttMs: number, place: 'near' | 'behind near hops' | 'sibling'): number {
  const evidence = inVpc();
  if (place === 'behind near hops') evidence.noteHop(target, timeExceeded(2, '10.0.9.1', 7));
  if (place === 'sibling') evidence.noteAttempt(attempt('10.0.3.30', { durationMs: rttMs }));
  return Math.min(connectTimeoutMs, evidence.countsAfterMs(target));
}

t.test('a live target is not called silent more often than with the kernel alone', async (t) => {
  const losses = [0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5];
  const rows: string[] = [];
  for (const place of ['near', 'behind near hops', 'sibling'] as const)
    for (const rttMs of [1, 50, 150, 290, 400, 600, 900, 1000, 1200, 1500, 2000]) {
      // A link of a second and more in the network whose round trips the run has seen does not exist.
      if (place === 'near' && rttMs > 900) continue;
      const waitMs = waitFor(rttMs, place);
      const cells = losses.map((loss) => {
        const before = falseTimeout(kernelSyns, connectTimeoutMs, rttMs, loss);
        const now = falseTimeout(allSyns, waitMs, rttMs, loss);
        t.ok(now <= before, `${place}, ${rttMs} ms, loss ${loss}: ${now} after ${before}`);
        return `${before.toPrecision(1)} > ${now.toPrecision(1)}`.padEnd(18);
      });
      rows.push(`${place.padEnd(17)} ${String(rttMs).padStart(4)} ms  ${waitMs} ms  ${cells.join('')}`);
    }
  const title = `place              RTT     wait     ${losses.map((loss) => `loss ${loss}`.padEnd(18)).join('')}`;
  t.comment(`Live targets called silent, kernel alone > now\n${[title, ...rows].join('\n')}`);
});
