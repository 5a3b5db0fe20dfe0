import type { HttpDocument } from './http.js';

/** Answers of web application firewalls, which are part of the target. */

/**
 * A rule of a web application firewall that is part of the target answered, also with a status that is no error: AWS WAF sends 202
 * for the action Challenge (https://docs.aws.amazon.com/waf/latest/developerguide/waf-captcha-and-challenge.html), and
 * BIG-IP a page with 200. Programs get none of what they asked for.
 */
export function isRejectedByFirewall(doc: HttpDocument): boolean {
  return wafAction(doc) !== null || isBigIps(doc);
}

/** The action of AWS WAF that answered: `challenge`, `captcha`; null where it did not. */
export function wafAction(doc: HttpDocument): string | null {
  return doc.headers?.['x-amzn-waf-action'] ?? null;
}

/** The page of BIG-IP's firewall, with any status. */
export function isBigIps({ title = null }: HttpDocument): boolean {
  return /^request rejected$/i.test(title ?? '');
}
