import type { LogLine } from './types.js';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** What may stand before `(id)`: stream names and times are shorter. */
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

/** Whether a text is the id of a request as API Gateway gives them (`x-amzn-requestid`). */
export function isRequestId(text: string): boolean {
  return new RegExp(`^${UUID}$`, 'i').test(text);
}

/**
 * Reads one line of an execution log in any of its shapes: the bare event `(id) text`; with a time before it, as
 * exports and `aws logs tail` or `filter-log-events --output text` print it; and the console's test, which has times and
 * no ids. Pure; every text is a line.
 */
export function readLine(text: string): LogLine {
  const line = text.includes('\u001b') ? text.replace(COLOUR, '') : text;
  // The most frequent shape first: it needs no search.
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
  // An id in the middle of a sentence, or of a body, belongs to the text.
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

/** In milliseconds; what has no zone is UTC, as CloudWatch's own times are. */
function timeIn(text: string): number | null {
  const iso = ISO.exec(text)?.[0];
  if (iso !== undefined) {
    // As CloudWatch exports write it, and most lines have it.
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
