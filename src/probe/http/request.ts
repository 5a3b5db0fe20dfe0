import { InvalidInputError } from '../../core/errors.js';
import type { HttpVariant } from '../../documents/http.js';

/** The parts of a URL for a request and for reports. */
export interface RequestUrl {
  /** Path and query, as in the request line. */
  path: string;
  /** The Host header's value. */
  host: string;
  /** The URL for reports, without query string, fragment and user information, which can be secrets. */
  shown: string;
  /** The same with the query string, for callers that ask to keep it. */
  shownWithQuery: string;
}

/** Throws InvalidInputError unless the text is an http or https URL. */
export function parseRequestUrl(text: string): RequestUrl {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new InvalidInputError(
      'url',
      'url: it is not an HTTP URL; give one that begins with https:// or http://',
    );
  }
  const path = `${url.pathname}${url.search}`;
  return {
    path,
    host: url.host,
    shown: `${url.origin}${url.pathname}`,
    shownWithQuery: `${url.origin}${path}`,
  };
}

/** The names of a private API in requests; null where unknown. */
export interface ApiNames {
  /** The API's own host name: `abc123defg.execute-api.us-east-1.amazonaws.com`, or a custom domain name. */
  apiHost: string | null;
  /** `abc123defg`. */
  apiId: string | null;
}

/** Has the form of an API id, so the gateway looks it up, but no API has it. */
const bogusApiId = '0000000000';

/**
 * The headers of a variant; null when their values are unknown. The gateway finds the API by Host or x-apigw-api-id, and
 * `bogus` shows its response for an API that does not exist. Sent over one connection, the variants tell an API that the
 * endpoint does not find by its name from one that a policy denies. Pure.
 */
export function variantHeaders(variant: HttpVariant, names: ApiNames): Record<string, string> | null {
  switch (variant) {
    case 'plain':
      return {};
    case 'host':
      return names.apiHost === null ? null : { host: names.apiHost };
    case 'api-id':
      return names.apiId === null ? null : { 'x-apigw-api-id': names.apiId };
    case 'bogus':
      return { 'x-apigw-api-id': bogusApiId };
  }
}
