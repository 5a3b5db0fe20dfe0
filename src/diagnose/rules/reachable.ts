import { duration, list } from '../../core/text.js';
import { allWorked, mainAnswers } from '../../documents/observed/http.js';
import {
  addressesOf,
  addressOutcomes,
  unsettledAddresses,
  withStatus,
} from '../../documents/observed/tcp.js';
import type { Evidence, SkippedStep } from '../../documents/report.js';
import { type Judgement, type Rule, rule } from '../finding.js';

/**
 * The way is free as far as it was to be checked: an answer without an error, or a handshake or open ports where the
 * later steps were skipped or not asked for. A step that is merely missing (an interrupt) proves nothing.
 */
const reachable = rule(
  'none',
  { id: 'reachable', class: 'reachable', words: 'the way is free', needs: ['http', 'tls', 'tcp'] },
  (evidence): Judgement | null => {
    const { target, observations } = evidence;
    const judgement: Pick<Judgement, 'phase' | 'remedies'> = { phase: 'done', remedies: [] };
    const open = unsettledAddresses(evidence);
    const rest = open.length === 0 ? '' : ` Whether ${list(open, 4)} answers as well was not settled.`;
    if (observations.http.length > 0) {
      const [first] = mainAnswers(evidence);
      if (first === undefined || !allWorked(evidence)) return null;
      return {
        ...judgement,
        confidence: open.length === 0 ? 'certain' : 'high',
        summary: `${target.host} answers: HTTP ${first.doc.status ?? ''} from ${first.doc.address} in ${duration(first.doc.durationMs)}.${rest}`,
        evidence: [
          { observation: first.ref, text: `HTTP ${first.doc.status ?? ''} from ${first.doc.address}` },
        ],
      };
    }

    const outcomes = addressOutcomes(evidence);
    const opening = addressesOf(withStatus(outcomes, 'open'));
    const all = `TCP ${target.port} opens at ${list(opening, 4)}`;
    const shaken = observations.tls
      .map((doc, index) => ({ ref: `tls[${index}]`, doc }))
      .filter(({ doc }) => (doc.purpose ?? 'target') === 'target');
    const [hand] = shaken;
    if (hand !== undefined) {
      if (!skipped(evidence, 'http') || !shaken.every(({ doc }) => doc.status === 'ok')) return null;
      return {
        ...judgement,
        confidence: open.length === 0 ? 'high' : 'medium',
        summary: `${target.host} is reachable: TLS is up with ${list(
          shaken.map(({ doc }) => doc.address),
          4,
        )}. No request was sent.${rest}`,
        evidence: [{ observation: hand.ref, text: `handshake done with ${hand.doc.protocol ?? 'TLS'}` }],
      };
    }
    // Of ports alone every address must have had its say: one of them may be the one that is silent.
    if (open.length > 0) return null;
    if (opening.length === 0) return null;
    if (target.url !== null && !skipped(evidence, 'tls') && !skipped(evidence, 'http')) return null;
    return {
      ...judgement,
      confidence: target.url === null ? 'certain' : 'high',
      summary: `${target.host} is reachable: ${all}.${target.url === null ? '' : ' TLS and HTTP were not tried.'}`,
      evidence: [{ observation: outcomes[0]?.ref ?? 'tcp[0]', text: all }],
    };
  },
);

function skipped({ skipped: steps }: Evidence, step: SkippedStep['step']): boolean {
  return steps.some((each) => each.step === step);
}

export const reachableRules: readonly Rule[] = [reachable];
