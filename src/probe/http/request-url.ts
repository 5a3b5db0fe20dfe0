import { InvalidInputError } from '../../errors.js';

/** What a URL says to a server, and what of it may be kept. */
export interface RequestUrl {
  /** Path and query, as they go into the request line. */
  path: string;
  /** The Host header's value. */
  host: string;
  /** For reports: query string, fragment and user information may be secrets and are gone. */
  shown: string;
  /** The same with the query string, for whoever asked to keep it. */
  shownWithQuery: string;
}

/** Throws InvalidInputError when the text is not an http or https URL. */
export function parseRequestUrl(text: string): RequestUrl {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new InvalidInputError(
      'url',
      'url: it is not a URL to ask; give one that begins with https:// or http://',
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

/**
 * Without query string, fragment and user information: what may be kept of the Location of a redirect, which
 * may be relative.
 */
export function withoutSecrets(location: string): string {
  return location.replace(/[?#].*$/s, '').replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/]*@/i, '$1//');
}
