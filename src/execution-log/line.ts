import { causeOfDenial, readDenial } from '../documents/gateway-answer.js';
import type { LogFault, RequestFacts } from './request-facts.js';
import { faultOfResponseType } from './response-type.js';

/** One event of a log, in any of its formats. */
export interface LogLine {
  /** Milliseconds since 1970; null where the line has no time. */
  atMs: number | null;
  /** From the `(id)` before the text; null where the line has none. */
  requestId: string | null;
  message: string;
  /** The line has neither time nor id: it continues the event before it, such as a body with line breaks. */
  bare: boolean;
}

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** Where `(id)` is looked for: the names and times before it are shorter. */
const LONGEST_PREFIX = 400;

const MARKED = new RegExp(`\\((${UUID})\\)[ \\t]*`, 'i');
const ISO = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?/;
const ISO_FIRST = new RegExp(`^"?(${ISO.source})"?[ \\t,|]+`);
const CONSOLE = /^(\w{3} \w{3} \d\d \d\d:\d\d:\d\d) UTC (\d{4}) : /;
/** Epoch milliseconds from 2001 to 2286. */
const EPOCH = /(?:^|[\s,])(1\d{12})(?=[\s,]|$)/;
const COLOUR = /\u001b\[[0-9;]*m/g;
const OPENS_REQUEST =
  /^(?:Starting execution for request: |Execution log for request |Verifying Usage Plan for request: )/;

/** Whether a text has the form of `x-amzn-requestid`. */
function isRequestId(text: string): boolean {
  return new RegExp(`^${UUID}$`, 'i').test(text);
}

/**
 * Reads one line of an execution log in any of its shapes: the event `(id) text`; the same after a time, as exports, `aws logs
 * tail` and `filter-log-events --output text` print it; and the output of the console's test, which has times but no ids.
 * Every text is accepted.
 */
export function readLine(text: string): LogLine {
  const line = text.includes('\u001b') ? text.replace(COLOUR, '') : text;
  // The most frequent shape, which needs no search.
  if (line.startsWith('(')) return marked(line, line) ?? unmarked(line);
  const console = CONSOLE.exec(line);
  if (console !== null) {
    const [whole, day, year] = console;
    const rest = line.slice(whole.length);
    return { ...timed(Date.parse(`${day} ${year} UTC`)), requestId: null, message: rest };
  }
  return marked(line, line.slice(0, LONGEST_PREFIX)) ?? unmarked(line);
}

function marked(line: string, head: string): LogLine | null {
  const found = MARKED.exec(head);
  const id = found?.[1];
  if (found === null || id === undefined) return null;
  const prefix = line.slice(0, found.index);
  const atMs = prefix === '' ? null : timeIn(prefix);
  // An id in the middle of a sentence or of a body is part of the text.
  if (prefix !== '' && atMs === null && !prefix.startsWith('EVENTS\t')) return null;
  const rest = line.slice(found.index + found[0].length);
  const message = prefix.startsWith('EVENTS\t') ? rest.replace(/\t\d{13}$/, '') : rest;
  return {
    atMs: atMs ?? timeAfter(rest, prefix),
    requestId: id.toLowerCase(),
    message: prefix.endsWith('"') ? message.replace(/"$/, '') : message,
    bare: false,
  };
}

function unmarked(line: string): LogLine {
  const time = ISO_FIRST.exec(line);
  if (time === null) return { atMs: null, requestId: null, message: line, bare: !OPENS_REQUEST.test(line) };
  return { ...timed(timeIn(time[0])), requestId: null, message: line.slice(time[0].length) };
}

function timed(atMs: number | null): Pick<LogLine, 'atMs' | 'bare'> {
  return { atMs: atMs === null || Number.isNaN(atMs) ? null : atMs, bare: false };
}

/** The time in a text, in milliseconds. A time without a zone is UTC, as in CloudWatch. */
function timeIn(text: string): number | null {
  const iso = ISO.exec(text)?.[0];
  if (iso !== undefined) {
    // The form of CloudWatch exports, which is the most frequent.
    if (iso.length === 24 && iso.endsWith('Z') && iso[10] === 'T') {
      const exact = Date.parse(iso);
      return Number.isNaN(exact) ? null : exact;
    }
    const [, day = '', clock = '', zone = ''] =
      /^(\S{10})[T ](\S+?)(?: ?(Z|UTC|[+-]\d\d:?\d\d))?$/.exec(iso) ?? [];
    const seconds = clock.replace(',', '.').replace(/(\.\d{3})\d+$/, '$1');
    const offset = /^[+-]/.test(zone) ? zone.replace(/^(...)(\d\d)$/, '$1:$2') : 'Z';
    const atMs = Date.parse(`${day}T${seconds}${offset}`);
    return Number.isNaN(atMs) ? null : atMs;
  }
  const epoch = EPOCH.exec(text)?.[1];
  return epoch === undefined ? null : Number(epoch);
}

function timeAfter(rest: string, prefix: string): number | null {
  if (!prefix.startsWith('EVENTS\t')) return null;
  const last = /\t(\d{13})$/.exec(rest)?.[1];
  return last === undefined ? null : Number(last);
}

/**
 * Reads a record of an access log in JSON, at `line` of the log; null for any other object. The owner of an API chooses the
 * members and their names: members named after API Gateway's variables are read, and only the request id is required.
 */
export function readAccessRecord(record: Record<string, unknown>, line: number): RequestFacts | null {
  const id = text(record, 'requestId', 'request_id');
  if (id === null || !isRequestId(id)) return null;
  const status = number(record, 'status', 'statusCode');
  const error = text(record, 'errorMessage', 'error.message', 'error', 'integrationErrorMessage');
  const type = text(record, 'responseType', 'errorResponseType', 'error.responseType');
  const at = timeOf(record);
  const fault = faultOf(error, type);
  const path = text(record, 'resourcePath', 'path');
  return {
    id: id.toLowerCase(),
    line,
    extendedId: text(record, 'extendedRequestId', 'extended_request_id'),
    apiId: text(record, 'apiId'),
    stage: text(record, 'stage'),
    method: text(record, 'httpMethod', 'method'),
    path: path?.split('?', 1)[0] ?? null,
    status: status !== null && status >= 100 && status <= 999 ? Math.trunc(status) : null,
    fromMs: at,
    toMs: at,
    lines: 1,
    began: true,
    sentTo: null,
    backendStatus: number(record, 'integrationStatus', 'integration.status'),
    backendMs: number(record, 'integrationLatency', 'integration.latency'),
    truncated: false,
    faults: fault === null ? [] : [fault],
    evidence: [{ line, text: said(status, type) }],
  };
}

function faultOf(error: string | null, type: string | null): LogFault | null {
  const denial = error === null ? null : readDenial(error);
  if (denial !== null) return { cause: causeOfDenial(denial), confidence: 'certain', denial, detail: null };
  return type === null ? null : faultOfResponseType(type);
}

/** The evidence text of a record. The record itself can contain addresses and names, so it is not quoted. */
function said(status: number | null, type: string | null): string {
  const kind = type !== null && /^[A-Z_\d]{3,40}$/.test(type) ? `, response type ${type}` : '';
  return `access log: status ${status ?? 'not logged'}${kind}`;
}

/** The time of a record, in milliseconds; null beyond what a Date can hold. */
function timeOf(record: Record<string, unknown>): number | null {
  const at = number(record, 'requestTimeEpoch');
  return at !== null && at <= 8.64e15 ? at : null;
}

function text(record: Record<string, unknown>, ...names: string[]): string | null {
  for (const name of names) {
    const value = record[name];
    // API Gateway writes `-` for a variable without a value.
    if (typeof value === 'string' && value !== '' && value !== '-') return value.slice(0, 2000);
  }
  return null;
}

function number(record: Record<string, unknown>, ...names: string[]): number | null {
  for (const name of names) {
    const value = record[name];
    const read = typeof value === 'string' && /^\d{1,13}$/.test(value) ? Number(value) : value;
    if (typeof read === 'number' && Number.isFinite(read) && read >= 0) return read;
  }
  return null;
}
