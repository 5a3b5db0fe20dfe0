import type { TraceDocument, TraceHop, TraceProbe } from '../../probe/trace/types.js';
import { cleanForTerminal } from './clean.js';

/** Why the trace stopped, and what that means for the port that was asked for. */
export function traceEnding(document: TraceDocument): string {
  switch (document.outcome) {
    case 'open':
      return `Open: ${answering(document, 'syn-ack')} accepts connections on port ${document.port}.`;
    case 'closed':
      return (
        `Closed: ${answering(document, 'rst')} sent a reset. The way there works; nothing listens on port ` +
        `${document.port}, or a firewall resets connections to it.`
      );
    case 'prohibited':
      return (
        `Prohibited: ${answering(document, 'unreachable')} reported that a filter forbids this traffic. ` +
        'The rule to change is on that device.'
      );
    case 'unreachable':
      return unreachable(document);
    case 'filtered':
      return filtered(document);
    case 'interrupted':
      return `Interrupted${after(lastAnswering(document.hops))}: nothing final had been seen of port ${document.port}.`;
  }
}

function unreachable(document: TraceDocument): string {
  const errno = firstProbe(document.hops, ({ reply }) => reply === 'send-error')?.probe.errno;
  const reported = firstProbe(document.hops, ({ reply }) => reply === 'unreachable');
  if (reported !== undefined || errno === undefined) {
    return `Unreachable: ${answering(document, 'unreachable')} reported that it cannot deliver to ${address(document)}.`;
  }
  return `Unreachable: this host could not send to ${address(document)} (${cleanForTerminal(errno ?? 'no reason given')}).`;
}

function filtered(document: TraceDocument): string {
  const last = lastAnswering(document.hops);
  const silent = document.hops.length - (last === undefined ? 0 : document.hops.indexOf(last.hop) + 1);
  const limit =
    document.stoppedBy === 'max-ttl'
      ? 'the limit of hops was reached'
      : `${count(silent, 'hop')} in a row stayed silent`;
  if (last === undefined) {
    return (
      `Filtered: no hop answered; ${limit}. The probes, or the answers to them, are dropped at or near this host: ` +
      'a security group, a network ACL or a missing route.'
    );
  }
  return (
    `Filtered: nothing answered${after(last)}; ${limit}. Probes to port ${document.port} are dropped there: by a ` +
    'firewall, a security group, or a missing route, on the way there or back.'
  );
}

interface Answer {
  hop: TraceHop;
  probe: TraceProbe;
}

function firstProbe(hops: TraceHop[], wanted: (probe: TraceProbe) => boolean): Answer | undefined {
  for (const hop of hops) {
    const probe = hop.probes.find(wanted);
    if (probe !== undefined) return { hop, probe };
  }
  return undefined;
}

function lastAnswering(hops: TraceHop[]): Answer | undefined {
  return firstProbe(hops.toReversed(), ({ from }) => from !== null);
}

function answering(document: TraceDocument, reply: TraceProbe['reply']): string {
  const found = firstProbe(document.hops, (probe) => probe.reply === reply);
  return found === undefined
    ? address(document)
    : `${cleanForTerminal(found.probe.from ?? '?')} at hop ${found.hop.ttl}`;
}

function after(last: Answer | undefined): string {
  return last === undefined ? '' : ` after hop ${last.hop.ttl} (${cleanForTerminal(last.probe.from ?? '?')})`;
}

function address({ address: to, host }: TraceDocument): string {
  return cleanForTerminal(to ?? host);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
