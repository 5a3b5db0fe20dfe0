import { duration, list } from '../../core/text.js';
import { allWorked, mainAnswers, responderTo } from '../../documents/observed/http.js';
import {
  acceptedHere,
  addressesOf,
  addressOutcomes,
  closedAtOnceOutcomes,
  unsettledAddresses,
  withStatus,
} from '../../documents/observed/tcp.js';
import { purposeOf } from '../../documents/observed/tls.js';
import type { Confidence, Evidence, EvidenceItem, SkippedStep } from '../../documents/report.js';
import { askedAws } from '../../documents/responder.js';
import { type Judgement, type Rule, rule } from '../finding.js';
import { places, short } from '../headline.js';

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
    const name = short(target.host, 'The target');
    const tried = unsettledEvidence(evidence, unsettled);
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
        summary: `${name} answers: HTTP ${first.doc.status ?? ''} from ${first.doc.address} in ${duration(first.doc.durationMs)}.`,
        evidence: [
          { observation: first.ref, text: `HTTP ${first.doc.status ?? ''} from ${first.doc.address}` },
          ...tried,
        ],
      };
    }

    const outcomes = addressOutcomes(evidence);
    const closing = addressesOf(closedAtOnceOutcomes(evidence));
    const opening = addressesOf(withStatus(outcomes, 'open'));
    const open = `TCP ${target.port} is open at ${list(opening)}`;
    const handshakes = observations.tls
      .map((doc, index) => ({ ref: `tls[${index}]`, doc }))
      .filter(({ doc }) => purposeOf(doc) === 'target');
    const [first] = handshakes;
    if (first !== undefined) {
      if (!isSkipped(evidence, 'http') || !handshakes.every(({ doc }) => doc.status === 'ok')) return null;
      return {
        ...common,
        confidence: isSettled ? 'high' : 'medium',
        summary: `${name} is reachable: the TLS handshake succeeds with ${places(handshakes.map(({ doc }) => doc.address))}.`,
        evidence: [
          {
            observation: first.ref,
            text: `handshake done with ${first.doc.protocol ?? 'TLS'} at ${list(addressesOf(handshakes.map(({ doc }) => doc)))}; no request was sent`,
          },
          ...tried,
        ],
      };
    }
    // Of ports alone every address must have a result: one of them can be the one that is silent.
    if (!isSettled || opening.every((address) => closing.includes(address))) return null;
    if (target.url !== null && !isSkipped(evidence, 'tls') && !isSkipped(evidence, 'http')) return null;
    return {
      ...common,
      // What answers a SYN can be a proxy, a load balancer or a firewall that completes the handshake itself.
      confidence: confidenceOfPorts(evidence, closing),
      summary: `${name} is reachable: TCP ${target.port} is open at ${places(opening)}.`,
      evidence: [
        {
          observation: outcomes[0]?.ref ?? 'tcp[0]',
          text: `${open}${target.url === null ? '' : '; TLS and HTTP were not tried'}`,
        },
      ],
    };
  },
);

function confidenceOfPorts(evidence: Evidence, closing: readonly string[]): Confidence {
  if (evidence.target.url === null && closing.length === 0 && hasSpoken(evidence)) return 'certain';
  const here = addressesOf(acceptedHere(evidence));
  const isElsewhere = withStatus(addressOutcomes(evidence), 'open').some(
    ({ address }) => !here.includes(address),
  );
  return isElsewhere ? 'high' : 'medium';
}

/** Whether a server sent something on a connection to it. */
function hasSpoken(evidence: Evidence): boolean {
  return addressOutcomes(evidence).some(({ banner }) => banner != null);
}

function unsettledEvidence({ observations, target }: Evidence, unsettled: readonly string[]): EvidenceItem[] {
  const index = observations.tcp.findIndex(({ host, port }) => host === target.host && port === target.port);
  return unsettled.length === 0
    ? []
    : [{ observation: `tcp[${index}]`, text: `it is not known whether ${list(unsettled)} answers` }];
}

function isSkipped({ skipped }: Evidence, step: SkippedStep['step']): boolean {
  return skipped.some((each) => each.step === step);
}

export const reachableRules: readonly Rule[] = [reachable];
