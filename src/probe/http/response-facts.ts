import type { IncomingHttpHeaders } from 'node:http';
import { withoutSecrets } from '../../core/text.js';
import type { HttpDocument } from '../../documents/http.js';
import { RESPONDER_HEADERS } from '../../documents/responder.js';

/** The members of a document that come from the response. */
export type ResponseFacts = Pick<
  HttpDocument,
  | 'status'
  | 'errorType'
  | 'requestId'
  | 'gatewayId'
  | 'httpApiRequestId'
  | 'headers'
  | 'title'
  | 'viaCloudFront'
  | 'via'
  | 'server'
  | 'location'
  | 'message'
>;

/** Characters. A denial with its ARN has 300. */
const longestMessage = 1000;
const longestTitle = 200;
/** Of a header that is kept; an id is shorter. */
const longestHeader = 256;

/**
 * Reads a response. `received` is the part of the body that came. `secrets` are values that no member contains. Pure; never
 * throws.
 */
export function responseFacts(
  status: number | null,
  headers: IncomingHttpHeaders,
  received: string,
  secrets: readonly string[] = [],
): ResponseFacts {
  const clean = withoutValues(secrets);
  // Before the text is cut, so that no beginning of a value is left.
  const body = clean(received);
  const header = (name: string): string | null => {
    const value = [headers[name] ?? []].flat()[0] ?? null;
    return value === null ? null : clean(value);
  };
  const via = header('via');
  return {
    status,
    errorType: errorTypeOf(header('x-amzn-errortype')),
    requestId: header('x-amzn-requestid'),
    gatewayId: header('x-amz-apigw-id'),
    httpApiRequestId: header('apigw-requestid'),
    headers: Object.fromEntries(
      RESPONDER_HEADERS.flatMap((name) => {
        const value = header(name);
        return value === null ? [] : [[name, value.slice(0, longestHeader)]];
      }),
    ),
    title: titleOf(status, header('content-type'), body),
    viaCloudFront:
      header('x-amz-cf-id') !== null ||
      [via, header('x-cache')].some((value) => /cloudfront/i.test(value ?? '')),
    via,
    server: header('server'),
    location: headers.location === undefined ? null : clean(withoutSecrets(headers.location)),
    message: messageOf(body, clean),
  };
}

/** The type without its namespace: `ForbiddenException` of `ForbiddenException:http://…`. */
function errorTypeOf(value: string | null): string | null {
  return value?.split(/[:,]/, 1)[0]?.trim() || null;
}

/** The title of a page, or its heading, or the first line of an error in plain text: proxies and filters name themselves there. */
function titleOf(status: number | null, contentType: string | null, body: string): string | null {
  const isText = /^text\/plain\b/i.test(contentType ?? '') && status !== null && status >= 400;
  const text = isText ? body.trim().split(/[\r\n]/, 1)[0] : headingOf(body, status);
  const line = (text ?? '').replaceAll(/\s+/g, ' ').trim();
  return line === '' ? null : Array.from(line).slice(0, longestTitle).join('');
}

/** Of a page. The heading of an error page without a title is followed by the sentence that says what is wrong. */
function headingOf(body: string, status: number | null): string | undefined {
  const [, element = '', heading, sentence = ''] =
    /<(title|h1)\b[^>]{0,200}>([^<]*)(?:<\/h1>\s{0,9}([^<]{1,200}))?/i.exec(body) ?? [];
  const isError = element.toLowerCase() === 'h1' && status !== null && status >= 500;
  return isError && sentence.trim() !== '' ? `${heading}: ${sentence}` : heading;
}

/** The error of S3 and of the services of the query protocol: `NoSuchBucket: The specified bucket does not exist`. */
function xmlMessageOf(body: string): string | null {
  const [, code, text] =
    /<Code>([\w.]{1,100})<\/Code>\s{0,9}<Message>([^<]{1,1000})<\/Message>/.exec(body) ?? [];
  return code === undefined || text === undefined ? null : `${code}: ${text.trim()}`;
}

/** API Gateway writes `message`, but its authorization errors have `Message`. */
function messageOf(body: string, clean: (text: string) => string): string | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.replace(/^\uFEFF/, ''));
  } catch {
    return xmlMessageOf(body);
  }
  if (typeof parsed !== 'object' || parsed === null) return null;
  const fields = new Map<string, unknown>(Object.entries(parsed));
  const message = [fields.get('message'), fields.get('Message')].find((value) => typeof value === 'string');
  // Array.from splits by code points, so no surrogate pair is cut.
  // Escapes of JSON can hide a value until the body is parsed.
  return typeof message === 'string' ? Array.from(clean(message)).slice(0, longestMessage).join('') : null;
}

/** How a text is written in headers, URLs, JSON and HTML. */
function written(text: string): string[] {
  const html = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return [
    text,
    encodeURIComponent(text),
    JSON.stringify(text).slice(1, -1),
    html,
    html.replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
  ];
}

/** The user and the password of the scheme Basic (RFC 7617). */
function basicParts(value: string): string[] {
  const [, encoded] = /^basic\s+([A-Za-z0-9+/=_-]+)$/i.exec(value) ?? [];
  if (encoded === undefined) return [];
  const pair = Buffer.from(encoded, 'base64').toString();
  const colon = pair.indexOf(':');
  return colon < 0 ? [pair] : [pair, pair.slice(0, colon), pair.slice(colon + 1)];
}

/** Shorter texts are in every answer by chance, and do not identify the responder. */
const shortestSecret = 4;

/**
 * Removes values of headers that were sent from a text of the answer: API Gateway, for one, repeats the Authorization header in
 * the message of an IncompleteSignatureException. A value is also found by its parts (`Bearer TOKEN`, `name=value; …`, user and
 * password of Basic), percent-encoded, and escaped as in JSON and HTML.
 */
export function withoutValues(values: readonly string[]): (text: string) => string {
  const parts = values.flatMap((value) => [value, ...value.split(/[\s;,="']+/), ...basicParts(value)]);
  const secrets = [...new Set(parts.flatMap(written))]
    .filter(({ length }) => length >= shortestSecret)
    .sort((a, b) => b.length - a.length);
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '…'), text);
}
