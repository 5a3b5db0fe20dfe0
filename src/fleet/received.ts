import { gunzipSync } from 'node:zlib';
import { reasonOf } from '../compare/many.js';
import { InvalidInputError } from '../core/errors.js';
import { excerpt } from '../core/text.js';
import { explain } from '../diagnose/explain.js';
import type { ReportDocument } from '../documents/report.js';
import { longestInflated, longestResult } from './envelope.js';

/** What a host sent, judged by the rules of this version; or why that cannot be used. */
export type Received =
  | { outcome: 'answered'; report: ReportDocument }
  | { outcome: 'failed' | 'invalid'; reason: string };

/**
 * Checks what came from a host, which is not trusted: its size, its size when unpacked, its form and the bounds of every
 * member. Nothing in it decides who sent it.
 */
export function readReceived(octets: Uint8Array): Received {
  if (octets.length > longestResult)
    return invalid(`the result is longer than ${longestResult / 1024} KB and is not read`);
  const unpacked = unpack(octets);
  if (typeof unpacked === 'string') return invalid(unpacked);
  const text = unpacked.toString('utf8').trim();
  const failure = failureIn(text);
  if (failure !== null) return { outcome: 'failed', reason: failure };
  try {
    return { outcome: 'answered', report: explain(text) };
  } catch (error) {
    // What one host sends must not take away the reports of the others, whatever it does to the rules.
    if (!(error instanceof InvalidInputError)) return invalid(`a bug in pprobe: ${String(error)}`);
    return invalid(reasonOf(error));
  }
}

function invalid(reason: string): Received {
  return { outcome: 'invalid', reason: `not a report: ${excerpt(reason, 400)}` };
}

/** The octets without gzip, or why they cannot be unpacked. */
function unpack(octets: Uint8Array): Buffer | string {
  if (octets[0] !== 0x1f || octets[1] !== 0x8b) return Buffer.from(octets);
  try {
    return gunzipSync(octets, { maxOutputLength: longestInflated });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    return code === 'ERR_BUFFER_TOO_LARGE'
      ? `it unpacks to more than ${longestInflated / 1024 / 1024} MB`
      : 'its compressed data is damaged';
  }
}

/** The message of an error document, with which pprobe ends where it cannot measure; null for anything else. */
function failureIn(text: string): string | null {
  if (!text.includes('"error"')) return null;
  try {
    const { kind, error }: Readonly<Record<string, unknown>> = Object(JSON.parse(text));
    const message: unknown = kind === 'error' ? Reflect.get(Object(error), 'message') : null;
    return typeof message === 'string' && message.trim() !== '' ? excerpt(message, 400) : null;
  } catch {
    return null;
  }
}
