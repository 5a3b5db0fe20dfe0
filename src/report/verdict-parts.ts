import type { Alternative, Verdict, VerdictClass } from '../documents/report.js';
import type { Tone } from './text/style.js';

/**
 * What else it could be. What was seen of later phases is a consequence of the verdict and stands in the evidence; a doubt
 * about the name comes before all.
 */
export function otherwise(verdict: Verdict): Alternative[] {
  return verdict.alternatives.filter(
    (each) => !each.observed || each.class === verdict.class || each.class === 'dns',
  );
}

/**
 * Seen for certain, and no consequence of the verdict: a handshake or an answer that failed at an address that opened.
 * Not behind a name that leads elsewhere, where all later steps spoke with somebody else.
 */
export function alsoWrong(verdict: Verdict): Alternative[] {
  if (verdict.class === 'dns') return [];
  return verdict.alternatives.filter(({ observed, confidence, class: other }) => {
    const sure = confidence === 'certain' || confidence === 'high';
    const later = other === 'tls' || other === 'policy' || other === 'service';
    return observed === true && sure && later && other !== verdict.class;
  });
}

/** How a class is headed, and what it is: good news, bad news, or something to look at. */
export const CLASSES: Readonly<
  Record<VerdictClass, { words: string; tone: Extract<Tone, 'good' | 'bad' | 'warn'> }>
> = {
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
