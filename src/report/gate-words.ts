import { duration, list } from '../core/text.js';
import type { Gate } from '../documents/facts.js';
import type { ReportDocument } from '../documents/report.js';
import type { Mark } from './marks.js';

/** The words and marks of gates that every form of a report has. */

/** `client security group out`, `target network ACL in`. */
export function gateName({ gate, end, direction }: Gate): string {
  const words = gate.split('-').map((word) => (abbreviations.has(word) ? word.toUpperCase() : word));
  return `${end} ${words.join(' ')}${direction === null ? '' : ` ${direction}`}`;
}

const abbreviations = new Set(['acl', 'api', 'dhcp', 'dns', 'vpc']);

/** The mark of each state. What was not read is neither good nor bad. */
export const gateMarks = {
  allow: 'ok',
  deny: 'failed',
  partly: 'warn',
  unknown: 'none',
} as const satisfies Record<Gate['state'], Mark>;

/** `sg-0ep, rule sgr-0a`; null where neither is known. */
export function gateResource({ resource, rule }: Gate): string | null {
  if (resource === null) return rule;
  return rule === null
    ? resource
    : `${resource}, ${/^(?:\d+|\*|sgr-.*)$/.test(rule) ? `rule ${rule}` : rule}`;
}

/** From where and when the configuration is, and what of it could not be read; null where none was given. */
export function gateSource({ observations, startedAt }: ReportDocument): string | null {
  const facts = observations.configuration ?? null;
  if (facts === null) return null;
  const ageMs =
    facts.collectedAt === null ? Number.NaN : Date.parse(startedAt) - Date.parse(facts.collectedAt);
  const age = Number.isNaN(ageMs)
    ? 'at a time that is not known'
    : Math.abs(ageMs) < 1000
      ? 'when the packets were sent'
      : `${duration(Math.abs(ageMs))} ${ageMs > 0 ? 'before' : 'after'} the packets were sent`;
  const place = [
    ...(facts.account === null ? [] : [`account ${facts.account}`]),
    ...(facts.region === null ? [] : [`Region ${facts.region}`]),
  ];
  const failed = facts.calls.filter(({ status }) => status !== 'ok');
  const unread = [...new Set(failed.map(({ action, status }) => `${action} (${status})`))];
  return `The configuration${place.length === 0 ? '' : ` of ${place.join(', ')}`} was read ${age}.${unread.length === 0 ? '' : ` Not read: ${list(unread, 8)}.`}`;
}
