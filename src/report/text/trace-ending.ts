import type { TraceDocument, TraceHop, TraceProbe } from '../../documents/trace.js';
import { cleanForTerminal } from './style.js';
import { errnoWords } from './trace-marks.js';

/** Of a document what the ending reads; a watch's round has it, too. */
export type EndedTrace = Pick<
  TraceDocument,
  'host' | 'address' | 'port' | 'outcome' | 'stoppedBy' | 'hops' | 'loop' | 'pathMtu'
>;

/** Why the trace stopped, what that means for the port that was asked for, and what to do next. */
export function traceEnding(document: EndedTrace): string {
  const { loop, pathMtu, outcome } = document;
  const ending = loop !== null && outcome === 'filtered' ? looping(document) : ended(document);
  return pathMtu === null ? ending : `${ending} Path MTU: ${pathMtu} octets.`;
}

function ended(document: EndedTrace): string {
  const { port, host } = document;
  switch (document.outcome) {
    case 'open':
      return (
        `Open: ${answering(document, 'syn-ack')} accepts connections on port ${port}. The path works` +
        (port === 443 ? `; for TLS and HTTP, ask pprobe diagnose ${cleanForTerminal(host)}.` : '.')
      );
    case 'closed':
      return (
        `Closed: ${answering(document, 'rst')} sent a reset. The way there works; nothing listens on port ` +
        `${port}, or a firewall resets connections to it: look at the service on that host first.`
      );
    case 'prohibited':
      return prohibited(document);
    case 'unreachable':
      return unreachable(document);
    case 'filtered':
      return filtered(document);
    case 'interrupted':
      return `Interrupted${after(lastAnswering(document.hops))}: nothing final had been seen of port ${port}.`;
  }
}

function prohibited(document: EndedTrace): string {
  const errno = localErrno(document);
  if (errno !== null) {
    return (
      `Prohibited: ${errnoWords(errno) ?? 'this host refused to send'} (${cleanForTerminal(errno)}), so nothing ` +
      `left for ${address(document)}. Look at the output rules of this host: sudo nft list ruleset.`
    );
  }
  return (
    `Prohibited: ${answering(document, 'unreachable')} reported that a filter forbids this traffic. ` +
    'The rule to change is on that device.'
  );
}

function unreachable(document: EndedTrace): string {
  const errno = localErrno(document);
  if (errno !== null) {
    const look = errno === 'EHOSTUNREACH' ? 'ip neigh' : `ip route get ${address(document)}`;
    return (
      `Unreachable: this host could not send to ${address(document)}: ` +
      `${errnoWords(errno) ?? 'the system refused'} (${cleanForTerminal(errno)}). Look at ${look}.`
    );
  }
  const who = answering(document, 'unreachable');
  const mark = firstProbe(document.hops, ({ reply }) => reply === 'unreachable')?.probe.annotation ?? '';
  return `Unreachable: ${who} reported that it cannot deliver to ${address(document)}${why(mark)}`;
}

function why(mark: string): string {
  if (mark === '!N') return ': it has no route there. Look at its routes, and at the address.';
  if (mark === '!H') return ': that host does not answer it. Is it up, and is the address right?';
  if (mark.startsWith('!F')) return ': the packet is too big for the next link, and must not be cut up.';
  return '.';
}

function looping(document: EndedTrace): string {
  const { firstTtl = 0, members = [] } = document.loop ?? {};
  return (
    `Routing loop: from hop ${firstTtl} on, ${members.map(cleanForTerminal).join(', ')} pass the packets on to one ` +
    `another, and none reaches ${address(document)}. The routes to it on these routers contradict each other.`
  );
}

function filtered(document: EndedTrace): string {
  const { hops, port, stoppedBy } = document;
  const last = lastAnswering(hops);
  const silent = hops.length - (last === undefined ? 0 : hops.indexOf(last.hop) + 1);
  if (last !== undefined && silent === 0) {
    return (
      `Filtered: hop ${last.hop.ttl} (${cleanForTerminal(last.probe.from ?? '?')}) still answered, but the limit of ` +
      `hops was reached before ${address(document)}. Give a higher --max-ttl.`
    );
  }
  const limit =
    stoppedBy === 'max-ttl'
      ? 'the limit of hops was reached'
      : `${count(silent, 'hop')} in a row stayed silent`;
  if (last === undefined) {
    return (
      `Filtered: no hop answered; ${limit}. The probes, or the answers to them, are dropped at or near this host: ` +
      "look at its security group's outbound rules, the network ACL of its subnet and its route table."
    );
  }
  return (
    `Filtered: nothing answered${after(last)}; ${limit}. Probes to port ${port} are dropped there: by a firewall, a ` +
    'security group, or a missing route, on the way there or back. Look at the inbound rules of ' +
    `${address(document)} for port ${port}, then at the route back to this host.`
  );
}

/** What this host said to its own packets, where no ICMP error ended the trace instead. */
function localErrno({ hops }: EndedTrace): string | null {
  if (firstProbe(hops, ({ reply }) => reply === 'unreachable') !== undefined) return null;
  return firstProbe(hops, ({ reply }) => reply === 'send-error')?.probe.errno ?? null;
}

interface Answer {
  hop: TraceHop;
  probe: TraceProbe;
}

function firstProbe(hops: readonly TraceHop[], wanted: (probe: TraceProbe) => boolean): Answer | undefined {
  for (const hop of hops) {
    const probe = hop.probes.find(wanted);
    if (probe !== undefined) return { hop, probe };
  }
  return undefined;
}

function lastAnswering(hops: readonly TraceHop[]): Answer | undefined {
  return firstProbe(hops.toReversed(), ({ from }) => from !== null);
}

function answering(document: EndedTrace, reply: TraceProbe['reply']): string {
  const found = firstProbe(document.hops, (probe) => probe.reply === reply);
  return found === undefined
    ? address(document)
    : `${cleanForTerminal(found.probe.from ?? '?')} at hop ${found.hop.ttl}`;
}

function after(last: Answer | undefined): string {
  return last === undefined ? '' : ` after hop ${last.hop.ttl} (${cleanForTerminal(last.probe.from ?? '?')})`;
}

function address({ address: to, host }: EndedTrace): string {
  return cleanForTerminal(to ?? host);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
