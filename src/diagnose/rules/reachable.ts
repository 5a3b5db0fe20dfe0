import { allWorked, mainAnswers } from '../facts/http.js';
import { addressesOf, addressOutcomes, withStatus } from '../facts/tcp.js';
import { type Judgement, type Rule, rule } from '../finding.js';
import type { Evidence, SkippedStep } from '../observations.js';
import { duration, list } from '../words.js';

/**
 * The way is free as far as it was to be checked: an answer without an error, or a handshake or open ports where the
 * later steps were skipped or not asked for. A step that is merely missing (an interrupt) proves nothing.
 */
const reachable = rule(
  'none',
  (evidence): Judgement | null => {
    const { target, observations } = evidence;
    const judgement: Pick<Judgement, 'phase' | 'remedies'> = { phase: 'done', remedies: [] };
    if (observations.http.length > 0) {
      const [first] = mainAnswers(evidence);
      if (first === undefined || !allWorked(evidence)) return null;
      return {
        ...judgement,
        confidence: 'certain',
        summary: `${target.host} answers: HTTP ${first.doc.status ?? ''} from ${first.doc.address} in ${duration(first.doc.durationMs)}.`,
        evidence: [
          { observation: first.ref, text: `HTTP ${first.doc.status ?? ''} from ${first.doc.address}` },
        ],
      };
    }

    const outcomes = addressOutcomes(evidence);
    const opening = addressesOf(withStatus(outcomes, 'open'));
    const all = `TCP ${target.port} opens at ${list(opening, 4)}`;
    if (observations.tls.length > 0) {
      if (!skipped(evidence, 'http') || !observations.tls.every(({ status }) => status === 'ok')) return null;
      return {
        ...judgement,
        confidence: 'high',
        summary: `${target.host} is reachable: TLS is up with ${list(
          observations.tls.map(({ address }) => address),
          4,
        )}. No request was sent.`,
        evidence: [
          { observation: 'tls[0]', text: `handshake done with ${observations.tls[0]?.protocol ?? 'TLS'}` },
        ],
      };
    }
    if (opening.length === 0) return null;
    if (target.url !== null && !skipped(evidence, 'tls') && !skipped(evidence, 'http')) return null;
    return {
      ...judgement,
      confidence: target.url === null ? 'certain' : 'high',
      summary: `${target.host} is reachable: ${all}.${target.url === null ? '' : ' TLS and HTTP were not tried.'}`,
      evidence: [{ observation: outcomes[0]?.ref ?? 'tcp[0]', text: all }],
    };
  },
  'reachable',
);

function skipped({ skipped: steps }: Evidence, step: SkippedStep['step']): boolean {
  return steps.some((each) => each.step === step);
}

export const reachableRules: readonly Rule[] = [reachable];
