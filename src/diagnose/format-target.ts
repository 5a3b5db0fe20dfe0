import { isIPv6 } from 'node:net';
import type { Target } from './target.js';

/** A host as it stands in a URL or before a port: IPv6 in brackets (RFC 3986 section 3.2.2). */
export function bracketed(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

/** `host:port`, IPv6 in brackets. */
export function hostPort(host: string, port: number): string {
  return `${bracketed(host)}:${port}`;
}

/** The path of the URL to ask, `/` where there is none. Never throws: a target may come from a report someone edited. */
export function pathOf({ url }: Pick<Target, 'url'>): string {
  return url !== null && URL.canParse(url) ? new URL(url).pathname : '/';
}
