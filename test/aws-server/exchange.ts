import type { AwsDescription } from './description.js';

/** One request, as the services of the fixture server see it. */
export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string>>;
  body: string;
  description: AwsDescription;
  /** The most items of a page; the client may ask for fewer. */
  pageSize: number;
  /** How the server lies, where it does. */
  lie: Lie | null;
}

/**
 * `empty`: every list is empty, as where a permission filters what is seen. `endless`: there is always another page. `unfiltered`:
 * filters are not applied.
 */
export type Lie = 'empty' | 'endless' | 'unfiltered';

export interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** What a service answers in place of a result. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** One service: its protocol, its operations and its errors. */
export interface AwsService {
  /** The name of the operation that a request asks for; null where there is none. */
  actionOf(asked: Asked): string | null;
  /** @throws AwsError */
  answer(action: string, asked: Asked): Answer;
  /** An error in the form of the service's protocol. */
  refuse(error: AwsError): Answer;
  /** The code and status of "you may not" and of "too many requests". */
  denied: { code: string; status: number };
  throttled: { code: string; status: number; message: string };
}

export const requestId = '4f3e3b0f-39db-41e9-9c2e-5bd7c2de5998';

export function xmlAnswer(body: string, status = 200): Answer {
  return {
    status,
    headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
  };
}

export function jsonAnswer(
  value: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId, ...headers },
    body: JSON.stringify(value),
  };
}

/** A part of a list, and the token of the next part. */
export interface Page<Item> {
  items: readonly Item[];
  token: string | null;
}

/**
 * The page of a list that a token names. A token is opaque to clients.
 * @throws AwsError for a token that the server did not give.
 */
export function pageOf<Item>(
  list: readonly Item[],
  token: string | null,
  size: number,
  { lie, invalidToken = 'InvalidNextToken' }: { lie: Lie | null; invalidToken?: string },
): Page<Item> {
  if (lie === 'empty') return { items: [], token: null };
  const start =
    token === null ? 0 : Number(/^page-(\d+)-of-the-list==$/.exec(atobText(token))?.[1] ?? Number.NaN);
  if (!Number.isInteger(start)) throw new AwsError(invalidToken, 400, 'The token is not valid.');
  const end = start + Math.max(1, size);
  if (lie === 'endless') return { items: list.slice(0, size), token: tokenOf(start + 1) };
  return { items: list.slice(start, end), token: end < list.length ? tokenOf(end) : null };
}

/** Like tokens of AWS it has characters that must be escaped in a form and in a query. */
function tokenOf(start: number): string {
  return Buffer.from(`page-${start}-of-the-list==`).toString('base64');
}

function atobText(token: string): string {
  return Buffer.from(token, 'base64').toString('utf8');
}
