import { familyOf } from '../../net/address/address.js';
import { scopeOf } from '../../net/address/scope.js';
import type { DnsDocument } from '../dns.js';
import type { ControlMeasurement, Evidence } from '../report.js';
import type { TcpStatus } from '../tcp.js';
import { type Seen, serversOf } from './dns.js';

/** The connections to another host, made for comparison, with their result. */
export interface Control extends Seen<ControlMeasurement> {
  /** `answers`: something came back, open or not; `silent`: every attempt timed out. */
  result: 'answers' | 'silent';
}

/**
 * The controls with a result. This leaves out addresses of this host itself, such as that of a stub resolver, names without
 * an address, and places that this host could not send to.
 */
export function controls({ observations }: Evidence): Control[] {
  return (observations.control ?? []).flatMap((doc, index): Control[] => {
    const result = resultOf(doc);
    return result === null ? [] : [{ ref: `control[${index}]`, doc, result }];
  });
}

function resultOf({ tcp }: ControlMeasurement): Control['result'] | null {
  const statuses = tcp.attempts
    .filter(({ address }) => familyOf(address) === null || scopeOf(address) !== 'loopback')
    .map(({ status }) => status);
  if (statuses.some((status) => answers.has(status))) return 'answers';
  return statuses.length > 0 && statuses.every((status) => status === 'timeout') ? 'silent' : null;
}

/** A next hop that does not answer for its address on the link of this host. */
export interface SilentNextHop {
  ref: string;
  address: string;
  /** The resolver that is reached through it; the next hop itself where it is on the link. */
  server: string;
}

/** The silent next hop of a lookup's servers, where connections to each of them wait for it; otherwise null. */
export function silentNextHop({ observations }: Evidence, doc: DnsDocument): SilentNextHop | null {
  const controls = observations.control ?? [];
  const found = serversOf(doc).map((text): SilentNextHop | null => {
    const server = hostOf(text);
    const index = controls.findIndex(({ role, host }) => role === 'resolver' && host === server);
    const silent = controls[index]?.tcp.attempts.find(({ cause }) => cause === 'silent-neighbour');
    return silent === undefined
      ? null
      : { ref: `control[${index}]`, address: silent.neighbour ?? server, server };
  });
  return found.includes(null) ? null : (found[0] ?? null);
}

/** Whether a connection to one of a lookup's servers brought an answer. */
export function serverAnswersTcp(evidence: Evidence, doc: DnsDocument): boolean {
  const servers = serversOf(doc).map(hostOf);
  return controls(evidence).some(
    ({ doc: { host }, result }) => result === 'answers' && servers.includes(host),
  );
}

/** `ADDR` of `ADDR#PORT`. */
function hostOf(server: string): string {
  return server.split('#', 1)[0] ?? server;
}

const answers: ReadonlySet<TcpStatus> = new Set(['open', 'refused', 'reset']);

/**
 * How far the silence of TCP reaches: `this-endpoint` where a control answers, `everywhere` where all are silent and no DNS server
 * answered over TCP either; null where it is not known.
 */
export function silenceOf(evidence: Evidence): 'this-endpoint' | 'everywhere' | null {
  const all = controls(evidence);
  if (all.length === 0) return null;
  if (all.some(({ result }) => result === 'answers')) return 'this-endpoint';
  const isAnswered = evidence.observations.dns.some(({ attempts }) =>
    attempts.some(({ transport, rcode }) => transport === 'tcp' && rcode !== null),
  );
  return isAnswered ? null : 'everywhere';
}
