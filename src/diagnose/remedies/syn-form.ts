import { type AddressOutcome, openingBeside } from '../../documents/observed/tcp.js';
import { targetTraces } from '../../documents/observed/trace.js';
import type { Evidence } from '../../documents/report.js';
import type { AddressTrace } from '../../documents/trace.js';
import type { Advice } from './advice.js';
import { pprobeAgain } from './again.js';

/**
 * In what the SYNs of connections differ from those of a trace. The trace sends the options that Linux sends. It never asks for
 * ECN, and the kernel does where net.ipv4.tcp_ecn says so (ip-sysctl); other ports, times and TTLs differ in any case.
 */
export interface SynDifference {
  /** The kernel asked for ECN in each SYN of the attempt, and the trace did not. */
  isEcn: boolean;
  /** The measurement that decides whether the difference matters. */
  probe: Advice;
}

/** When the kernel sends a SYN again, without ECN if tcp_ecn_fallback is on (RFC 3168 section 6.1.1.1). */
const sentAgainMs = 1000;

/** Whether all SYNs of an attempt asked for ECN. */
function askedForEcn({ vantage }: Evidence, { durationMs }: AddressOutcome): boolean {
  const { ecn } = vantage;
  return ecn !== undefined && (!ecn.fallsBack || durationMs < sentAgainMs);
}

/** The raw trace to an address that the address answered; null where there is none, or connections were answered too. */
function answeredRaw(evidence: Evidence, address: string): AddressTrace | null {
  if (openingBeside(evidence, address)?.observation.startsWith('trace[') === false) return null;
  const found = targetTraces(evidence).find(
    ({ doc }) =>
      doc.address === address &&
      doc.method === 'syn' &&
      doc.hops.some(({ probes }) => probes.some(({ reply }) => reply === 'syn-ack' || reply === 'rst')),
  );
  return found?.doc ?? null;
}

/** The difference between an attempt and the answered SYNs to the same address; null where they have the same form. */
export function synDifference(evidence: Evidence, outcome: AddressOutcome): SynDifference | null {
  const { address } = outcome;
  if (answeredRaw(evidence, address) === null) return null;
  if (askedForEcn(evidence, outcome)) return { isEcn: true, probe: connectWithoutEcn };
  return {
    isEcn: false,
    probe: {
      text: 'Trace with the SYNs of the kernel: if they get no answer either, something tells them from those of a raw socket, and no packets are lost at random',
      command: pprobeAgain(evidence.target, { command: 'trace', address, options: ['--method', 'connect'] }),
    },
  };
}

export const connectWithoutEcn: Advice = {
  text: 'Turn off ECN for connections of this host and try again: if they open, something on the way drops or rejects SYNs that ask for ECN. Turn it on again with the value 1',
  command: ['sudo', 'sysctl', '-w', 'net.ipv4.tcp_ecn=2'],
};

export const ecnWords =
  'connections of this host ask for ECN in their SYNs (net.ipv4.tcp_ecn), and the trace does not';

/** How many SYNs without an answer, and with one, leave little room for chance. */
const manySyns = 3;

/** Whether no SYN of an attempt was answered and every one of the trace: loss would hardly choose like that. */
export function isSeparated(evidence: Evidence, { address, retransmits }: AddressOutcome): boolean {
  const trace = answeredRaw(evidence, address);
  if (trace === null) return false;
  const last = trace.hops.find(({ ttl }) => ttl === trace.destinationTtl);
  const replies = last?.probes.map(({ reply, sent }) => (reply === 'syn-ack' ? sent : null)) ?? [];
  return (
    (retransmits ?? 0) + 1 >= manySyns && replies.length >= manySyns && replies.every((sent) => sent === 1)
  );
}
