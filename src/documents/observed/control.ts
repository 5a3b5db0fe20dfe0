import { familyOf } from '../../net/address/address.js';
import { scopeOf } from '../../net/address/scope.js';
import type { ControlMeasurement, Evidence } from '../report.js';
import type { TcpStatus } from '../tcp.js';
import type { Seen } from './dns.js';

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
