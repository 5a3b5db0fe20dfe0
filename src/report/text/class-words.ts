import type { VerdictClass } from '../../diagnose/verdict.js';
import type { Tone } from './style.js';

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
