import type { Gate, GateKind } from '../../../documents/facts.js';
import type { Advice } from '../../remedies/advice.js';
import { gateOf } from '../context.js';
import type { PolicyDecision } from '../policy/evaluate.js';

/** What a policy decides, as a gate. */
export interface Judged {
  kind: GateKind;
  resource: string | null;
  whose: string;
  causes: { explicit: string; implicit: string };
}

export function policyGate(
  decision: PolicyDecision,
  { kind, resource, whose, causes }: Judged,
  changes: () => readonly Advice[],
): Gate {
  const { state, statement, why } = decision;
  const rule = statement === null ? null : `statement ${statement.number}`;
  const base = { gate: kind, end: 'target', direction: null, resource, rule } as const;
  const because = why === '' ? '' : `: ${why}`;
  switch (state) {
    case 'allow':
      return { ...base, state: 'allow', text: `${rule} of ${whose} allows the request` };
    case 'unknown':
      return gateOf({
        ...base,
        state: 'unknown',
        text: `not readable: whether ${rule ?? 'a statement'} of ${whose} matches${because}`,
      });
    case 'explicit-deny':
      return gateOf(
        {
          ...base,
          state: 'deny',
          cause: causes.explicit,
          text: `${rule} of ${whose} denies the request${because}`,
        },
        changes,
      );
    case 'implicit-deny':
      return gateOf(
        {
          ...base,
          state: 'deny',
          cause: causes.implicit,
          text:
            statement === null
              ? `${whose} has no Allow`
              : `no Allow of ${whose} matches the request; the nearest is ${rule}${because}`,
        },
        changes,
      );
  }
}

export function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
