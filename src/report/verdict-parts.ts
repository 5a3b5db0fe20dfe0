import type { Alternative, Verdict } from '../diagnose/verdict.js';

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
