import { isPlainObject } from '../../core/check-options.js';
import type { ClockOffset } from '../../documents/fleet.js';
import { idPattern } from '../job.js';
import type { Msg } from './client.js';

/** What an agent says at once of a job. */
export interface JobAnswer {
  state: 'accepted' | 'refused';
  agent: string;
  reason: string;
  /** By the agent's clock, milliseconds since 1970; null where it does not say. */
  receivedAt: number | null;
}

/** Whether the broker says that nobody listens to the subject of a request. */
export function isNobody({ data, headers }: Pick<Msg, 'data' | 'headers'>): boolean {
  return data.length === 0 && headers?.code === 503;
}

/** What an agent says of the job; null for anything else. */
export function jobAnswerOf({ data }: Pick<Msg, 'data'>): JobAnswer | null {
  if (data.length > 4096) return null;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(data).toString('utf8'));
  } catch {
    return null;
  }
  if (!isPlainObject(value)) return null;
  const { state, agent, reason, receivedAt } = value;
  if (typeof agent !== 'string' || !idPattern.test(agent)) return null;
  if (state !== 'accepted' && state !== 'refused') return null;
  const at = typeof receivedAt === 'string' ? Date.parse(receivedAt) : Number.NaN;
  return {
    state,
    agent,
    reason: typeof reason === 'string' && reason !== '' ? reason : 'it gave no reason',
    receivedAt: Number.isNaN(at) ? null : at,
  };
}

/** How far a clock is ahead that showed `there` between two times of this host's. */
export function clockBetween(there: number | null, sentAt: number, heardAt: number): ClockOffset | null {
  return there === null ? null : { offsetMinMs: there - heardAt, offsetMaxMs: there - sentAt };
}
