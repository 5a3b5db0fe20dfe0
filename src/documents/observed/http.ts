import type { Cause } from '../causes.js';
import { causeOf, exceptionOf, fromGateway, worked } from '../gateway-answer.js';
import type { HttpDocument, HttpVariant } from '../http.js';
import type { Evidence } from '../report.js';
import { type Responder, responderOf } from '../responder.js';
import type { Seen } from './dns.js';
import { once } from './memo.js';
import { handshakes } from './tls.js';

/** An HTTP answer with its cause; null for one without an error. */
export interface Answer extends Seen<HttpDocument> {
  cause: Cause | null;
}

/** The answers to one variant of the request, one for each address. */
export function answersTo(evidence: Evidence, variant: HttpVariant): Answer[] {
  return once(evidence, allAnswers).filter(({ doc }) => doc.variant === variant);
}

function allAnswers({ observations }: Evidence): Answer[] {
  return observations.http.map((doc, index) => ({ ref: `http[${index}]`, doc, cause: causeOf(doc) }));
}

/** The answers to the request as a client sends it: the plain one, or where that was not sent, one that names the API. */
export function mainAnswers(evidence: Evidence): Answer[] {
  return once(evidence, firstAnswers);
}

function firstAnswers(evidence: Evidence): Answer[] {
  const variants: HttpVariant[] = ['plain', 'host', 'api-id'];
  return variants.map((variant) => answersTo(evidence, variant)).find((answers) => answers.length > 0) ?? [];
}

/** Whether every address that was asked answered without an error. */
export function allWorked(evidence: Evidence): boolean {
  const main = mainAnswers(evidence);
  return main.length > 0 && main.every(({ doc }) => worked(doc));
}

/**
 * The answers that show how the API handles the request. An endpoint's own name selects no API, so that the plain request
 * matches none; then the answers to the requests that name the API in a header count too. The bogus one never counts, and one
 * that got no answer says nothing: the server may only have closed the connection after the first.
 */
export function judgedAnswers(evidence: Evidence): Answer[] {
  const main = mainAnswers(evidence);
  if (!main.some(({ cause }) => cause === 'api.not-matched')) return main;
  const named = [...answersTo(evidence, 'host'), ...answersTo(evidence, 'api-id')];
  return [
    ...main,
    ...named.filter(
      (answer) =>
        answer.doc.status !== null &&
        answer.cause !== 'api.not-matched' &&
        !main.some(({ ref }) => ref === answer.ref),
    ),
  ];
}

/** Who sent an answer, from its headers, its page, and the certificate of the connection. */
export function responderTo(evidence: Evidence, doc: HttpDocument): Responder {
  const known = once(evidence, responders);
  const found = known.get(doc);
  if (found !== undefined) return found;
  const shaken = handshakes(evidence).find((each) => each.doc.address === doc.address);
  const responder = responderOf({ doc, certificate: shaken?.doc.certificate ?? null });
  known.set(doc, responder);
  return responder;
}

function responders(): Map<HttpDocument, Responder> {
  return new Map();
}

/**
 * Whether an answer proves that the request arrived at the API: an answer of the API or its backend, or a denial. The bare
 * Forbidden proves nothing: API Gateway sends it where it finds no API. Without the type of an exception it comes from the
 * backend or from an authorizer, which only a known API has.
 */
export function apiAnswered(evidence: Evidence): boolean {
  return once(evidence, apiHasAnswered);
}

function apiHasAnswered(evidence: Evidence): boolean {
  return judgedAnswers(evidence).some(
    ({ doc, cause }) =>
      (worked(doc) && responderTo(evidence, doc).kind !== 'proxy') ||
      (fromGateway(doc) && (cause !== 'api.not-matched' || isOwnAnswer(doc))),
  );
}

/** An answer that API Gateway passed on: it has the gateway's id and no exception. */
function isOwnAnswer(doc: HttpDocument): boolean {
  return doc.gatewayId !== null && doc.requestId !== null && exceptionOf(doc) === null;
}
