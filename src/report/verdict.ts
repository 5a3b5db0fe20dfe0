import { duration } from '../core/text.js';
import type { Alternative, ReportDocument, Verdict, VerdictClass } from '../documents/report.js';
import type { Tone } from './marks.js';

/** The heading of each class, and its tone. */
export const CLASSES: Readonly<Record<VerdictClass, { words: string; tone: Exclude<Tone, 'dim'> }>> = {
  reachable: { words: 'REACHABLE', tone: 'good' },
  dns: { words: 'DNS', tone: 'bad' },
  timeout: { words: 'TIMEOUT', tone: 'bad' },
  policy: { words: 'POLICY', tone: 'bad' },
  refused: { words: 'REFUSED', tone: 'bad' },
  unreachable: { words: 'UNREACHABLE', tone: 'bad' },
  tls: { words: 'TLS', tone: 'bad' },
  service: { words: 'SERVICE', tone: 'warn' },
  local: { words: 'THIS HOST', tone: 'bad' },
  inconclusive: { words: 'INCONCLUSIVE', tone: 'warn' },
};

/** The cause and the confidence of a verdict on one line, without the cause where there is none. */
export function certainty({ cause, confidence }: Pick<Verdict, 'cause' | 'confidence'>): string {
  return `${cause === 'none' ? '' : `${cause}, `}confidence ${confidence}`;
}

/**
 * The alternatives that could be the cause instead. What was observed in a later phase is a consequence of the verdict, and
 * stands in the evidence; a doubt about the name concerns every phase.
 */
export function possibleAlternatives(verdict: Verdict): Alternative[] {
  return verdict.alternatives.filter(
    (each) => !each.observed || each.class === verdict.class || each.class === 'dns',
  );
}

/**
 * The alternatives that are wrong besides: observed with high confidence, and not a consequence of the verdict, such as a TLS
 * handshake that failed at an address whose port is open. None where the verdict is about DNS, because every later step then
 * went to the wrong address.
 */
export function furtherFaults(verdict: Verdict): Alternative[] {
  if (verdict.class === 'dns') return [];
  return verdict.alternatives.filter(({ observed, confidence, class: other }) => {
    const sure = confidence === 'certain' || confidence === 'high';
    const later = other === 'tls' || other === 'policy' || other === 'service';
    return observed === true && sure && later && other !== verdict.class;
  });
}

/** An alternative in words, followed by the confidence of a possibility unless that is low. */
export function alternativeWords({ text, cause, confidence }: Alternative, possible: boolean): string {
  return `${text ?? cause}${possible && confidence !== 'low' ? ` (${confidence})` : ''}`;
}

/** Where and when a report was measured, in rows of a name and a value. */
export function vantageRows({
  vantage,
  startedAt,
  durationMs,
  tool,
}: ReportDocument): [name: string, value: string][] {
  return [
    ['Host', `${vantage.hostname} (${vantage.platform})`],
    ['Addresses', vantage.addresses.join(', ') || 'none'],
    ['Resolvers', vantage.nameservers.join(', ') || 'none'],
    ['Time', `${startedAt}, in ${duration(durationMs)}, by ${tool.name} ${tool.version}`],
  ];
}
