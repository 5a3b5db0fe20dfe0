import type { TraceHop, TraceProbe } from '../../documents/trace.js';
import { cleanForTerminal, type Tone } from './style.js';

/** A short sign in the table, and what it means. */
export interface TraceMark {
  text: string;
  tone: Tone;
  /** null for one that needs no explanation. */
  meaning: string | null;
}

/** Ways there and back are never equally long to the hop; by this much they are different ways. */
const clearlyLonger = 3;

const annotations: Readonly<Record<string, string>> = {
  '!H': 'host unreachable',
  '!N': 'network unreachable',
  '!P': 'protocol unreachable',
  '!S': 'source route failed',
  '!F': 'the packet is too big',
  '!X': 'prohibited by a filter',
  '!V': 'precedence violation',
  '!C': 'precedence cutoff',
};

/** Instead of a time that is not known. */
export const untimedMark: TraceMark = {
  text: '?',
  tone: 'dim',
  meaning: 'it answered, at a moment that this host could not tell',
};

/** What is to be said of one answer besides its time. */
export function probeMarks({ late, sent, duplicates, annotation, rttMs }: TraceProbe): TraceMark[] {
  const marks: TraceMark[] = [];
  if (late) marks.push({ text: '(late)', tone: 'warn', meaning: 'it came after the wait for it had ended' });
  if (sent > 1 && rttMs !== null) {
    const meaning = 'the first SYN was not answered, or not at a moment that could be told';
    marks.push({ text: '(asked twice)', tone: 'dim', meaning });
  }
  if (duplicates > 0) {
    const text = `(+${duplicates} dup)`;
    marks.push({ text, tone: 'dim', meaning: 'further copies of the same answer' });
  }
  if (annotation !== null) {
    marks.push({ text: cleanForTerminal(annotation), tone: 'bad', meaning: annotationMeaning(annotation) });
  }
  return marks;
}

/** What is to be said of a hop as a whole. */
export function hopMarks(hop: TraceHop): TraceMark[] {
  const { probes, rateLimited } = hop;
  const marks: TraceMark[] = [];
  if (probes.some(({ reply }) => reply === 'syn-ack'))
    marks.push({ text: '[open]', tone: 'good', meaning: null });
  if (probes.some(({ reply }) => reply === 'rst'))
    marks.push({ text: '[closed]', tone: 'bad', meaning: null });
  if (probes.some(({ nat }) => nat)) {
    const meaning = 'from this hop on, packets carry another address or port';
    marks.push({ text: '[NAT]', tone: 'warn', meaning });
  }
  if (rateLimited) {
    const meaning = 'the router limits its ICMP errors; it loses no traffic';
    marks.push({ text: '[rate-limited]', tone: 'dim', meaning });
  }
  const back = asymmetricBack(hop);
  if (back !== null) {
    const meaning = `the answer came back over about ${back} hops: another way than there`;
    marks.push({ text: `[back ${back}]`, tone: 'dim', meaning });
  }
  return marks;
}

/** Every mark in these hops that needs an explanation, each once. */
export function marksIn(hops: readonly TraceHop[]): { text: string; meaning: string }[] {
  const found = new Map<string, { text: string; meaning: string }>();
  const add = (text: string, meaning: string | null): void => {
    // Marks with a number in them mean the same whatever the number.
    if (meaning !== null) found.set(text.replace(/\d+/g, '#'), { text, meaning });
  };
  for (const hop of hops) {
    for (const probe of hop.probes) {
      if (probe.reply === 'none') continue;
      for (const { text, meaning } of probeMarks(probe)) add(text, meaning);
      if (isUntimed(probe)) add(untimedMark.text, untimedMark.meaning);
      if (probe.errno !== null) add(cleanForTerminal(probe.errno), errnoWords(probe.errno));
    }
    for (const { text, meaning } of hopMarks(hop)) add(text, meaning);
  }
  return [...found.values()];
}

/** Whether it answered and nobody knows when. */
function isUntimed({ reply, rttMs }: TraceProbe): boolean {
  return reply !== 'none' && reply !== 'send-error' && rttMs === null;
}

function annotationMeaning(annotation: string): string {
  const mtu = /^!F-(\d+)$/.exec(annotation)?.[1];
  if (mtu !== undefined) return `the packet is too big, at most ${mtu} octets go on`;
  return annotations[annotation] ?? 'an ICMP unreachable with this type or code';
}

/** The length of the way back where it differs clearly from the way there; of several guesses the nearest. */
function asymmetricBack({ ttl, probes }: TraceHop): number | null {
  const lengths = probes.map(({ backwardHops }) => backwardHops).filter((length) => length !== null);
  const [nearest] = lengths.sort((first, second) => Math.abs(first - ttl) - Math.abs(second - ttl));
  return nearest === undefined || Math.abs(nearest - ttl) < clearlyLonger ? null : nearest;
}

/** What errno of a packet that did not leave this host means: send(2), ip(7), and what was measured to cause it. */
const words: Readonly<Record<string, string>> = {
  EPERM: "this host's own firewall refused to send it",
  EACCES: "this host's own policy forbids it",
  ENETUNREACH: 'this host has no route there',
  EHOSTUNREACH: 'the neighbour it should go to does not answer',
  ENETDOWN: 'the interface is down',
  EADDRNOTAVAIL: 'no address of this host fits',
  EAFNOSUPPORT: 'the target is of another family than the source',
  EINVAL: 'a blackhole route, or a source or zone that does not fit the target',
  EMFILE: 'this process has too many files open; see ulimit -n',
  ENFILE: 'this host has too many files open',
  ENOBUFS: 'the send queue of this host is full',
  ENOMEM: 'this host is out of memory for packets',
  EMSGSIZE: 'the packet is too big for the interface',
};

/** In words, why this host did not send a packet; null for an errno that says it as well itself. */
export function errnoWords(errno: string): string | null {
  return Object.hasOwn(words, errno) ? (words[errno] ?? null) : null;
}
