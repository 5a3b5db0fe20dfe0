import { denialOf, exceptionOf, fromGateway, worked } from '../../documents/gateway-answer.js';
import { headerOf } from '../../documents/http.js';
import { apiAnswered, judgedAnswers, mainAnswers } from '../../documents/observed/http.js';
import type { Evidence, EvidenceItem } from '../../documents/report.js';

/** HTTP answers that refute what is said about the target, its API, or what is in front of it. */

/** The same request succeeded, at this address or another one. */
export function oneSucceeded(evidence: Evidence): EvidenceItem | null {
  const found = mainAnswers(evidence).find(({ doc }) => worked(doc));
  return found === undefined
    ? null
    : {
        observation: found.ref,
        text: `${found.doc.address} answered the same request with HTTP ${found.doc.status ?? ''}`,
      };
}

/** An answer of the API itself: its name selects it, and a request arrives at it. */
export function answeredByApi(evidence: Evidence): EvidenceItem | null {
  if (!apiAnswered(evidence)) return null;
  const found = judgedAnswers(evidence).find(
    ({ doc, cause }) => doc.status !== null && cause !== 'api.not-matched',
  );
  return { observation: found?.ref ?? 'http[0]', text: 'the API answered a request' };
}

/** An answer with the headers that API Gateway sends: what has them is no proxy in place of the target. */
export function fromApiGateway(evidence: Evidence): EvidenceItem | null {
  const found = mainAnswers(evidence).find(({ doc }) => fromGateway(doc));
  return found === undefined
    ? null
    : { observation: found.ref, text: `the answer of ${found.doc.address} has the headers of API Gateway` };
}

/**
 * API Gateway renames `server` and some other headers of an answer that it passes on to `x-amzn-remapped-…`, and passes on
 * `x-amzn-errortype`: such an exception is of what is behind it, which can be an API too.
 */
export function passedOn(evidence: Evidence): EvidenceItem | null {
  const found = judgedAnswers(evidence).find(
    ({ doc }) => exceptionOf(doc) !== null && headerOf(doc, 'x-amzn-remapped-server') !== null,
  );
  return found === undefined
    ? null
    : {
        observation: found.ref,
        text: `the answer has x-amzn-remapped-server: API Gateway passed it on, and its exception can be that of the backend`,
      };
}

/** A denial that names another API than the one called: an API behind the called one can have sent it. */
export function denialOfAnother(evidence: Evidence): EvidenceItem | null {
  const asked = evidence.target.privateApi?.apiId ?? null;
  if (asked === null) return null;
  for (const { ref, doc } of judgedAnswers(evidence)) {
    const named = denialOf(doc)?.resource?.apiId ?? null;
    if (named !== null && named !== asked)
      return { observation: ref, text: `the denial is about API ${named}, but ${asked} was called` };
  }
  return null;
}

/** NO_PROXY names the target, so that programs connect directly. */
export function excludedFromProxy({ target, observations }: Evidence): EvidenceItem | null {
  const entries = (observations.environment?.variables ?? [])
    .filter(({ name }) => name.toLowerCase() === 'no_proxy')
    .flatMap(({ value }) => value.split(/[\s,]+/));
  return entries.includes(target.host)
    ? { observation: 'environment', text: `NO_PROXY names ${target.host}` }
    : null;
}
