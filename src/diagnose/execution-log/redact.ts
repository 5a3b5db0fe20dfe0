const HIDDEN = '***';

/** Header and member names whose value is nobody's business, with the value that follows them. */
const NAMED =
  /\b((?:proxy-)?authorization|x-api-key|api[-_ ]?key|x-amz-security-token|cookie|set-cookie|password|passwd|secret|client_secret|(?:access|id|refresh|session|bearer)[-_]?token|token|signature|credential)(["']?\s*[:=]\s*["']?)(?:(?:bearer|basic|aws4-hmac-sha256)\s+)?[^\s"',;}\]]+/gi;
const BEARER = /\b(bearer|basic)\s+[\w+/.~=-]{6,}/gi;
const JWT = /\beyJ[\w-]{8,}(?:\.[\w-]+){0,2}/g;
const ACCESS_KEY = /\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g;
const QUERY = /\?[^\s"'<>]*/g;
const USERINFO = /(:\/\/)[^\s/@"']+@/g;

/**
 * Text of a log without what must never be printed or kept: queries, credentials, keys and tokens. Says too little rather
 * than too much; the sentences that verdicts rest on hold none of these.
 */
export function redact(text: string): string {
  return text
    .replace(QUERY, (query) => (query.length > 1 ? `?${HIDDEN}` : query))
    .replace(USERINFO, `$1${HIDDEN}@`)
    .replace(NAMED, `$1$2${HIDDEN}`)
    .replace(BEARER, `$1 ${HIDDEN}`)
    .replace(JWT, HIDDEN)
    .replace(ACCESS_KEY, HIDDEN);
}
