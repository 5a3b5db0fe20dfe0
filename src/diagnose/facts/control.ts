import { familyOf } from '../../address/family.js';
import { scopeOf } from '../../address/scope.js';
import { hostPort } from '../format-target.js';
import type { Evidence } from '../observations.js';

/** What another place, connected to for contrast, did. */
export interface Control {
  ref: string;
  role: 'given' | 'resolver';
  /** `10.0.0.2:53`. */
  name: string;
  /** `answers`: packets went there and back, whatever they said; `silent`: every attempt timed out. */
  result: 'answers' | 'silent';
}

/**
 * The controls that tell something. Not those on this host itself, as a stub resolver is; not those whose name gave no
 * address; not those that this host could not send to, which is told elsewhere.
 */
export function controls({ observations }: Evidence): Control[] {
  return (observations.control ?? []).flatMap(({ role, host, port, tcp }, index): Control[] => {
    const attempts = tcp.attempts.filter(
      ({ address }) => familyOf(address) === null || scopeOf(address) !== 'loopback',
    );
    const result = attempts.some(({ status }) => ANSWERS.has(status))
      ? 'answers'
      : attempts.length > 0 && attempts.every(({ status }) => status === 'timeout')
        ? 'silent'
        : null;
    return result === null ? [] : [{ ref: `control[${index}]`, role, name: hostPort(host, port), result }];
  });
}

const ANSWERS: ReadonlySet<string> = new Set(['open', 'refused', 'reset']);

/**
 * Whether TCP leaves this host and comes back at all: `this-endpoint` where a control answers, `everywhere` where
 * every control is silent; null where there is none.
 */
export function reachOf(evidence: Evidence): 'this-endpoint' | 'everywhere' | null {
  const all = controls(evidence);
  if (all.length === 0) return null;
  return all.some(({ result }) => result === 'answers') ? 'this-endpoint' : 'everywhere';
}
