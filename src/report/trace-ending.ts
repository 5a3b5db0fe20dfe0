import { count, list } from '../core/text.js';
import { sendErrnoWords } from '../documents/terms/errno.js';
import type { TraceDocument, TraceHop, TraceProbe } from '../documents/trace.js';

/** The members of a trace that its ending is about. A round of a watch has them too. */
export type EndedTrace = Pick<
  TraceDocument,
  'host' | 'address' | 'port' | 'outcome' | 'stoppedBy' | 'hops' | 'loop' | 'pathMtu'
>;

/**
 * Why the trace stopped, what that means for the port, and what to do next. The result is not cleaned for a terminal.
 */
export function traceEnding(trace: EndedTrace): string {
  const { loop, pathMtu, outcome } = trace;
  const ending = loop && outcome === 'filtered' ? loopEnding(trace) : outcomeEnding(trace);
  return pathMtu ? `${ending} Path MTU: ${pathMtu} octets.` : ending;
}

/** The last hop with an answered probe, and the first such probe. */
export function lastReply(hops: readonly TraceHop[]): Answer | undefined {
  return firstAnswer(hops.toReversed(), ({ from }) => from !== null);
}

/** The number of silent hops after the last one that answered. */
export function silentTail(hops: readonly TraceHop[]): number {
  return hops.length - 1 - hops.findLastIndex(({ probes }) => probes.some(({ from }) => from !== null));
}

/** An answered probe, and its hop. */
interface Answer {
  hop: TraceHop;
  probe: TraceProbe;
}

function outcomeEnding(trace: EndedTrace): string {
  const { port, host } = trace;
  switch (trace.outcome) {
    case 'open':
      return (
        `Open: ${answerer(trace, 'syn-ack')} accepts connections on port ${port}. The path works` +
        (port === 443 ? `; to check TLS and HTTP, run pprobe diagnose ${host}.` : '.')
      );
    case 'closed':
      return (
        `Closed: ${answerer(trace, 'rst')} sent a reset. The path works; nothing listens on port ` +
        `${port}, or a firewall resets connections to it: look at the service on that host first.`
      );
    case 'prohibited':
      return prohibitedEnding(trace);
    case 'unreachable':
      return unreachableEnding(trace);
    case 'filtered':
      return filteredEnding(trace);
    case 'interrupted':
      return `Interrupted${afterHop(lastReply(trace.hops))}: the state of port ${port} was not yet known.`;
  }
}

function loopEnding(trace: EndedTrace): string {
  const { firstTtl = 0, members = [] } = trace.loop ?? {};
  return (
    `Routing loop: from hop ${firstTtl} on, ${list(members, 12)} forward the packets to one another, and none ` +
    `reaches ${destination(trace)}. The routes to it on these routers contradict each other.`
  );
}

function prohibitedEnding(trace: EndedTrace): string {
  const errno = sendErrnoOf(trace);
  if (errno === null) {
    return (
      `Prohibited: ${answerer(trace, 'unreachable')} reported that a filter forbids this traffic. ` +
      'The rule to change is on that device.'
    );
  }
  return (
    `Prohibited: ${sendErrnoWords(errno) ?? 'this host refused to send'} (${errno}), so no packet left for ` +
    `${destination(trace)}. Look at the output rules of this host: sudo nft list ruleset.`
  );
}

function unreachableEnding(trace: EndedTrace): string {
  const errno = sendErrnoOf(trace);
  if (errno !== null) {
    const look = errno === 'EHOSTUNREACH' ? 'ip neigh' : `ip route get ${destination(trace)}`;
    return (
      `Unreachable: this host could not send to ${destination(trace)}: ` +
      `${sendErrnoWords(errno) ?? 'the system refused'} (${errno}). See: ${look}.`
    );
  }
  const annotation = firstAnswer(trace.hops, isUnreachable)?.probe.annotation ?? '';
  return `Unreachable: ${answerer(trace, 'unreachable')} reported that it cannot deliver to ${destination(trace)}${unreachableReason(annotation)}`;
}

function unreachableReason(annotation: string): string {
  if (annotation === '!N') return ': it has no route to it. Look at its routes, and at the address.';
  if (annotation === '!H') return ': the host does not answer it. Is the host up, and is the address right?';
  if (annotation.startsWith('!F'))
    return ': the packet is too big for the next link and must not be fragmented.';
  return '.';
}

function filteredEnding(trace: EndedTrace): string {
  const { hops, port, stoppedBy } = trace;
  const last = lastReply(hops);
  const silent = silentTail(hops);
  if (last !== undefined && silent === 0) {
    return (
      `Filtered: hop ${last.hop.ttl} (${last.probe.from}) still answered, but the hop limit was reached before ` +
      `${destination(trace)}. Give a higher --max-ttl.`
    );
  }
  const limit =
    stoppedBy === 'max-ttl' ? 'the hop limit was reached' : `${count(silent, 'hop')} in a row did not answer`;
  if (last === undefined) {
    return (
      `Filtered: no hop answered; ${limit}. The probes, or the answers to them, are dropped at or near this host: ` +
      "look at its security group's outbound rules, the network ACL of its subnet and its route table."
    );
  }
  return (
    `Filtered: nothing answered${afterHop(last)}; ${limit}. Probes to port ${port} are dropped there: by a firewall, a ` +
    'security group, or a missing route, on the way there or back. Look at the inbound rules of ' +
    `${destination(trace)} for port ${port}, then at the route back to this host.`
  );
}

/** The errno with which this host refused to send, or null if an ICMP error ended the trace. */
function sendErrnoOf({ hops }: EndedTrace): string | null {
  if (firstAnswer(hops, isUnreachable) !== undefined) return null;
  return firstAnswer(hops, ({ reply }) => reply === 'send-error')?.probe.errno ?? null;
}

function isUnreachable({ reply }: TraceProbe): boolean {
  return reply === 'unreachable';
}

function firstAnswer(hops: readonly TraceHop[], wanted: (probe: TraceProbe) => boolean): Answer | undefined {
  for (const hop of hops) {
    const probe = hop.probes.find(wanted);
    if (probe !== undefined) return { hop, probe };
  }
  return undefined;
}

/** Who sent the first reply of this kind, with its hop. */
function answerer(trace: EndedTrace, reply: TraceProbe['reply']): string {
  const found = firstAnswer(trace.hops, (probe) => probe.reply === reply);
  return found === undefined ? destination(trace) : `${found.probe.from ?? '?'} at hop ${found.hop.ttl}`;
}

function afterHop(last: Answer | undefined): string {
  return last === undefined ? '' : ` after hop ${last.hop.ttl} (${last.probe.from ?? '?'})`;
}

function destination({ address, host }: EndedTrace): string {
  return address ?? host;
}
