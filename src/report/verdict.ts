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

/** The confidence of a verdict, with its cause before it unless that is `none`. */
export function certainty({ cause, confidence }: Pick<Verdict, 'cause' | 'confidence'>): string {
  return `${cause === 'none' ? '' : `${cause}, `}confidence ${confidence}`;
}

/**
 * The alternatives that could be the cause instead. What was observed in a later phase is a consequence of the verdict and is part
 * of the evidence, unless it is about DNS, which concerns every phase.
 */
export function possibleAlternatives(verdict: Verdict): Alternative[] {
  return verdict.alternatives.filter(
    (each) => !each.observed || each.class === verdict.class || each.class === 'dns',
  );
}

/**
 * The alternatives that are further faults: observed with high confidence, and no consequence of the verdict, such as a failed TLS
 * handshake at an address whose port is open. Empty if the verdict is about DNS, because every later step then went to the
 * wrong address.
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

/** The host and the time of a report's measurement, in rows of a name and a value. */
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
