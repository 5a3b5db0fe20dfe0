import { classify } from './classify.js';
import type { Target } from './target.js';
import type { Verdict } from './verdict.js';

/**
 * What is wrong with a target by its text alone, before anything is sent: a `url.*` verdict with the URL that would be right,
 * or null where nothing is. Such a name may still work where somebody serves it on purpose; `classify` of measurements
 * that did drops it.
 */
export function checkTarget(target: Target): Verdict | null {
  const verdict = classify({
    target,
    vantage: { hostname: '', addresses: [], nameservers: [], platform: '' },
    observations: { dns: [], tcp: [], tls: [], http: [], trace: [] },
    skipped: [],
  });
  return verdict.cause.startsWith('url.') ? verdict : null;
}
