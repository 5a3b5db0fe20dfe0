import type { Cause } from '../causes.js';
import { causeOf, fromGateway, worked } from '../gateway-answer.js';
import type { HttpDocument, HttpVariant } from '../http.js';
import type { Evidence } from '../report.js';
import type { Seen } from './dns.js';

/** An HTTP answer with what it blames. */
export interface Answer extends Seen<HttpDocument> {
  cause: Cause | null;
}

/** The answers to one variant of the request, one for each address asked. */
export function answersTo({ observations }: Evidence, variant: HttpVariant): Answer[] {
  return observations.http
    .map((doc, index) => ({ ref: `http[${index}]`, doc, cause: causeOf(doc) }))
    .filter(({ doc }) => doc.variant === variant);
}

/**
 * The answers to the request as the user would send it: the plain one, or where that was not sent, the one with the
 * API named in a header.
 */
export function mainAnswers(evidence: Evidence): Answer[] {
  const variants: HttpVariant[] = ['plain', 'host', 'api-id'];
  return variants.map((variant) => answersTo(evidence, variant)).find((answers) => answers.length > 0) ?? [];
}

/** Whether the request was answered without an error, at every address that was asked. */
export function allWorked(evidence: Evidence): boolean {
  const main = mainAnswers(evidence);
  return main.length > 0 && main.every(({ doc }) => worked(doc));
}

/**
 * The answers that say how the API takes the request. Where the plain request matches no API, because an endpoint's
 * own name selects none, those with the API named in a header speak for it. The bogus one never does.
 */
export function judgedAnswers(evidence: Evidence): Answer[] {
  const main = mainAnswers(evidence);
  if (!main.some(({ cause }) => cause === 'api.not-matched')) return main;
  const named = [...answersTo(evidence, 'host'), ...answersTo(evidence, 'api-id')];
  return [
    ...main,
    ...named.filter(
      (answer) => answer.cause !== 'api.not-matched' && !main.some(({ ref }) => ref === answer.ref),
    ),
  ];
}

/**
 * Whether an answer proves that the request arrived at the API: its own answer, its backend's, or a denial that only an API
 * that was found can give. The bare Forbidden proves nothing, the front end says that of an API it does not find.
 */
export function apiAnswered(evidence: Evidence): boolean {
  return judgedAnswers(evidence).some(
    ({ doc, cause }) => worked(doc) || (fromGateway(doc) && cause !== 'api.not-matched'),
  );
}
