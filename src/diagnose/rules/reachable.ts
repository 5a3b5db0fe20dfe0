import { duration, list } from '../../core/text.js';
import { allWorked, mainAnswers, responderTo } from '../../documents/observed/http.js';
import {
  addressesOf,
  addressOutcomes,
  closedAtOnceOutcomes,
  unsettledAddresses,
  withStatus,
} from '../../documents/observed/tcp.js';
import { purposeOf } from '../../documents/observed/tls.js';
import type { Evidence, SkippedStep } from '../../documents/report.js';
import { askedAws } from '../../documents/responder.js';
import { type Judgement, type Rule, rule } from '../finding.js';

/**
 * Everything that was to be measured worked: an answer without an error; or a handshake or open ports, where the later
 * steps were skipped or not asked for. A step that is only missing, as after an interrupt, proves nothing.
 */
const reachable = rule(
  'none',
  {
    id: 'reachable',
    class: 'reachable',
    words: 'the target is reachable',
    needs: ['http', 'tls', 'tcp'],
  },
  (evidence): Judgement | null => {
    const { target, observations } = evidence;
    const common: Pick<Judgement, 'phase' | 'remedies' | 'claims'> = {
      phase: 'done',
      remedies: [],
      claims: [{ says: 'target-reached' }],
    };
    const unsettled = unsettledAddresses(evidence);
    const isSettled = unsettled.length === 0;
    const rest = isSettled ? '' : ` It is not known whether ${list(unsettled, 4)} answers.`;
    if (observations.http.length > 0) {
      const [first] = mainAnswers(evidence);
      if (first === undefined || !allWorked(evidence)) return null;
      // Every answer of API Gateway has its headers: without them something else may have answered.
      const isOdd =
        askedAws(first.doc)?.service === 'execute-api' &&
        !['rest-api', 'http-api', 'aws-service'].includes(responderTo(evidence, first.doc).kind);
      return {
        ...common,
        confidence: isSettled && !isOdd ? 'certain' : 'high',
        summary: `${target.host} answers: HTTP ${first.doc.status ?? ''} from ${first.doc.address} in ${duration(first.doc.durationMs)}.${rest}`,
        evidence: [
          { observation: first.ref, text: `HTTP ${first.doc.status ?? ''} from ${first.doc.address}` },
        ],
      };
    }

    const outcomes = addressOutcomes(evidence);
    const closing = addressesOf(closedAtOnceOutcomes(evidence));
    const opening = addressesOf(withStatus(outcomes, 'open'));
    const open = `TCP ${target.port} is open at ${list(opening, 4)}`;
    const handshakes = observations.tls
      .map((doc, index) => ({ ref: `tls[${index}]`, doc }))
      .filter(({ doc }) => purposeOf(doc) === 'target');
    const [first] = handshakes;
    if (first !== undefined) {
      if (!isSkipped(evidence, 'http') || !handshakes.every(({ doc }) => doc.status === 'ok')) return null;
      return {
        ...common,
        confidence: isSettled ? 'high' : 'medium',
        summary: `${target.host} is reachable: the TLS handshake succeeds with ${list(
          handshakes.map(({ doc }) => doc.address),
          4,
        )}. No request was sent.${rest}`,
        evidence: [{ observation: first.ref, text: `handshake done with ${first.doc.protocol ?? 'TLS'}` }],
      };
    }
    // Of ports alone every address must have a result: one of them can be the one that is silent.
    if (!isSettled || opening.every((address) => closing.includes(address))) return null;
    if (target.url !== null && !isSkipped(evidence, 'tls') && !isSkipped(evidence, 'http')) return null;
    return {
      ...common,
      confidence: target.url === null && closing.length === 0 ? 'certain' : 'high',
      summary: `${target.host} is reachable: ${open}.${target.url === null ? '' : ' TLS and HTTP were not tried.'}`,
      evidence: [{ observation: outcomes[0]?.ref ?? 'tcp[0]', text: open }],
    };
  },
);

function isSkipped({ skipped }: Evidence, step: SkippedStep['step']): boolean {
  return skipped.some((each) => each.step === step);
}

export const reachableRules: readonly Rule[] = [reachable];
