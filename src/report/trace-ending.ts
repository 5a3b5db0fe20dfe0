import { count, list } from '../core/text.js';
import {
  deadHostToldMs,
  gatewayBeforeNear,
  hopRangeWords,
  senderPlace,
} from '../documents/observed/trace.js';
import { sendErrnoWords } from '../documents/terms/errno.js';
import { icmpMark } from '../documents/terms/icmp.js';
import type { TraceDocument, TraceHop, TraceProbe } from '../documents/trace.js';
import { familyOf } from '../net/address/address.js';

/** The members of a trace that its ending is about. A round of a watch has them too. */
export type EndedTrace = Pick<
  TraceDocument,
  | 'host'
  | 'address'
  | 'port'
  | 'outcome'
  | 'stoppedBy'
  | 'hops'
  | 'loop'
  | 'pathMtu'
  | 'target'
  | 'route'
  | 'method'
>;

/**
 * Why the trace stopped, what that means for the port, and what to do next. The result is not cleaned for a terminal.
 */
export function traceEnding(trace: EndedTrace): string {
  const { loop, pathMtu, outcome } = trace;
  const ending = loop && outcome === 'filtered' ? loopEnding(trace) : outcomeEnding(trace);
  const sentences = [ending, otherRoute(trace), pathMtu ? `Path MTU: ${pathMtu} octets.` : ''];
  return sentences.filter(Boolean).join(' ');
}

/** Where ordinary connections of this host go another way; empty where they do not. */
function otherRoute({ route, port, host }: EndedTrace): string {
  if (route?.tcpDiffers == null) return '';
  const here = route.gateway === null ? 'directly' : `via ${route.gateway}`;
  const on = route.interface === null ? '' : ` dev ${route.interface}`;
  return (
    `TCP connections of this host take another route: ${route.tcpDiffers}, and not ${here}${on} as these packets, because ` +
    `rules or balanced routes depend on ports. To follow theirs: pprobe trace --method connect ${host} ${port}.`
  );
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
  switch (trace.outcome) {
    case 'open':
      return openEnding(trace);
    case 'closed':
      return closedEnding(trace);
    case 'prohibited':
      return prohibitedEnding(trace);
    case 'unreachable':
      return unreachableEnding(trace);
    case 'filtered':
      return filteredEnding(trace);
    case 'not-reached':
      return notReachedEnding(trace);
    case 'interrupted':
      return `Interrupted${afterHop(lastReply(trace.hops))}: the state of port ${trace.port} was not yet known.`;
  }
}

function openEnding(trace: EndedTrace): string {
  const { port, host } = trace;
  const works =
    port === 443 ? `The path works; to check TLS and HTTP, run pprobe diagnose ${host}.` : 'The path works.';
  const gateway = gatewayBeforeNear(trace, 'syn-ack');
  if (gateway !== null && trace.route?.keepsTtl !== true) {
    return (
      `Open: a SYN-ACK in the name of ${destination(trace)} came at hop 1, and the route to it leads through the gateway ` +
      `${gateway}. An ordinary router would have ended this packet, so this host or the gateway accepted the connection in its ` +
      'place: a rule that redirects connections to a proxy, such as the sidecar of a service mesh. Look at sudo nft list ' +
      `ruleset. Whether ${destination(trace)} itself accepts connections on port ${port} is not known.`
    );
  }
  if (hasReply(trace, 'syn-ack')) {
    return `Open: ${answerer(trace, 'syn-ack')} accepts connections on port ${port}. ${works}`;
  }
  return `Open: ${destination(trace)} accepts connections on port ${port}. ${tooSlowToFollow(trace)} ${works}`;
}

/** The target answered SYNs of full TTL, and too late for this engine to see it at a hop. */
function tooSlowToFollow({ target }: EndedTrace): string {
  const after = target?.rttMs == null ? '' : ` after ${Math.round(target.rttMs)} ms`;
  return (
    `It answered${after}, and the method connect sees the hops only up to 950 ms, so their number is unknown: ` +
    'pprobe trace --method syn finds it.'
  );
}

function closedEnding(trace: EndedTrace): string {
  const { port, route } = trace;
  if (!hasReply(trace, 'rst')) {
    return `Closed: ${destination(trace)} sent a reset from port ${port}. ${tooSlowToFollow(trace)}`;
  }
  const gateway = gatewayBeforeNear(trace, 'rst');
  if (gateway !== null && route?.keepsTtl !== true) {
    return (
      `Closed: a reset in the name of ${destination(trace)} came at hop 1, and the route to it leads through the gateway ` +
      `${gateway}. An ordinary router would have ended this packet, so the firewall of this host or of the gateway sent ` +
      `the reset: look at sudo nft list ruleset. The router of a VPC does not lower the TTL: there the target itself may have ` +
      `refused the connection to port ${port}.`
    );
  }
  return (
    `Closed: ${answerer(trace, 'rst')} sent a reset. The path works; nothing listens on port ` +
    `${port}, or a firewall resets connections to it: look at the service on that host first.`
  );
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
  const who = answerer(trace, 'unreachable');
  const mark = unreachableMark(trace);
  const from = firstAnswer(trace.hops, isUnreachable)?.probe.from ?? trace.target?.from;
  if (from === destination(trace) && !mark.startsWith('!F'))
    return `Unreachable: the target itself, ${who}, reported ${mark}. Its firewall rejects the packets, or the host to which it forwards the port is down.`;
  return `Unreachable: ${who} reported that it cannot deliver to ${destination(trace)}${unreachableReason(mark)}`;
}

/** The mark of the first unreachable: of a hop, or else of the SYNs of full TTL, whose sender may be behind the last hop. */
function unreachableMark({ hops, target, address }: EndedTrace): string {
  const ofHop = firstAnswer(hops, isUnreachable)?.probe.annotation;
  if (ofHop != null) return ofHop;
  const icmp = target?.reply === 'unreachable' ? target.icmp : null;
  return icmp === null ? '' : (icmpMark(familyOf(address ?? '') ?? 4, icmp, null) ?? '');
}

function unreachableReason(annotation: string): string {
  if (annotation === '!N') return ': it has no route to it. Look at its routes, and at the address.';
  if (annotation === '!H') return ': the host does not answer it. Is the host up, and is the address right?';
  if (annotation.startsWith('!F'))
    return ': the packet is too big for the next link and must not be fragmented.';
  return '.';
}

function filteredEnding(trace: EndedTrace): string {
  const { hops, port, stoppedBy, route } = trace;
  const last = lastReply(hops);
  const silent = silentTail(hops);
  if (last !== undefined && silent === 0) {
    return (
      `Filtered: hop ${last.hop.ttl} (${last.probe.from}) still answered, but the hop limit was reached before ` +
      `${destination(trace)}.${silentTarget(trace)} Give a higher --max-ttl.`
    );
  }
  if (last === undefined && route?.gateway === null) return onLinkEnding(trace);
  const limit =
    stoppedBy === 'max-ttl' ? 'the hop limit was reached' : `${count(silent, 'hop')} in a row did not answer`;
  if (last === undefined) {
    return (
      `Filtered: no hop answered; ${limit}.${silentTarget(trace)} The probes, or the answers to them, are dropped at or ` +
      "near this host: look at its security group's outbound rules, the network ACL of its subnet and its route table."
    );
  }
  return (
    `Filtered: nothing answered${afterHop(last)}; ${limit}.${silentTarget(trace)} Probes to port ${port} are dropped ` +
    'there: by a firewall, a security group, or a missing route, on the way there or back. Look at the inbound rules of ' +
    `${destination(trace)} for port ${port}, then at the route back to this host.`
  );
}

/** A sentence about the SYNs of full TTL; empty where none is known to have been sent. */
function silentTarget(trace: EndedTrace): string {
  const { target } = trace;
  if (target == null || target.reply !== 'none') return '';
  const waited = target.waitedMs === null ? '' : ` within ${Math.round(target.waitedMs)} ms`;
  const longer =
    target.waitedMs !== null && target.waitedMs >= deadHostToldMs
      ? ', and a slower answer would be missed: --wait waits longer.'
      : '; --wait 5s also hears slower answers, and a router that reports after 3 s that the host is down.';
  return ` ${destination(trace)} itself answered none of ${count(target.sent, 'SYN')} of full TTL${waited}${longer}`;
}

/** The target is on a link of this host, so no router, network ACL or route table lies between. */
function onLinkEnding(trace: EndedTrace): string {
  const { port, route } = trace;
  const link = route?.interface == null ? 'a link of this host' : `this host's link ${route.interface}`;
  return (
    `Filtered: no SYN was answered.${silentTarget(trace)} ${destination(trace)} is on ${link}, with no router between: its ` +
    `own firewall or security group drops the SYNs. Look at the inbound rules of ${destination(trace)} for port ${port}, then at the outbound rules of this host.`
  );
}

function notReachedEnding(trace: EndedTrace): string {
  const { hops, port, target } = trace;
  const last = hops.at(-1)?.ttl ?? 0;
  const within = `Not reached within ${count(last, 'hop')}`;
  if (target?.reply === 'syn-ack' || target?.reply === 'rst') {
    const says = target.reply === 'syn-ack' ? 'accepts connections' : 'resets connections';
    return (
      `${within}: ${destination(trace)} is further away, or its hops do not answer. It ${says} on port ${port}: a SYN of ` +
      'full TTL was answered. Give a higher --max-ttl to see the rest of the path.'
    );
  }
  return (
    `${within}${afterHop(lastReply(hops))}: the trace ended at its own limit, so whether ${destination(trace)} answers on ` +
    `port ${port} is unknown. Give a higher --max-ttl, or run pprobe tcp ${trace.host} ${port}.`
  );
}

/** The errno with which this host refused to send, or null if an ICMP error ended the trace. */
function sendErrnoOf({ hops }: EndedTrace): string | null {
  if (firstAnswer(hops, isUnreachable) !== undefined) return null;
  return firstAnswer(hops, ({ reply }) => reply === 'send-error')?.probe.errno ?? null;
}

function hasReply({ hops }: EndedTrace, reply: TraceProbe['reply']): boolean {
  return firstAnswer(hops, (probe) => probe.reply === reply) !== undefined;
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

/** The hop of an answer, or the hops. The target answers every SYN that reaches it; a router limits how many unreachables it sends. */
export function answerPlace(hops: readonly TraceHop[], { hop, probe: { reply, from } }: Answer): string {
  return reply === 'unreachable' && from !== null
    ? hopRangeWords(senderPlace(hops, hop.ttl, from))
    : `hop ${hop.ttl}`;
}

/** Who sent the first reply of this kind, with its hop. */
function answerer(trace: EndedTrace, reply: TraceProbe['reply']): string {
  const found = firstAnswer(trace.hops, (probe) => probe.reply === reply);
  if (found !== undefined) return `${found.probe.from ?? '?'} at ${answerPlace(trace.hops, found)}`;
  const { target } = trace;
  return (target?.reply === reply ? target.from : null) ?? destination(trace);
}

function afterHop(last: Answer | undefined): string {
  return last === undefined ? '' : ` after hop ${last.hop.ttl} (${last.probe.from ?? '?'})`;
}

function destination({ address, host }: EndedTrace): string {
  return address ?? host;
}
