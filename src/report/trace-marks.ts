import { sendErrnoWords } from '../documents/terms/errno.js';
import { icmpMarkWords } from '../documents/terms/icmp.js';
import type { TraceDocument, TraceHop, TraceProbe } from '../documents/trace.js';
import type { Tone } from './marks.js';

/** A short sign beside an answer or a hop, and what it means. */
export interface TraceMark {
  /** Without parentheses or brackets: `late`. */
  label: string;
  /** As a table in text shows it: `(late)` beside an answer, `[open]` beside a hop. */
  text: string;
  tone: Tone;
  /** null if the label needs no explanation. */
  meaning: string | null;
}

/** The names of addresses, as in a trace; null if they were not looked up. */
export type NamesByAddress = TraceDocument['names'];

/** `r1.example (10.0.1.1)`, or the address alone where no name is known. Not cleaned for a terminal. */
export function hopName(address: string, names: NamesByAddress): string {
  const name = nameOf(address, names);
  return name === null ? address : `${name} (${address})`;
}

/** The name of an address, or null. */
export function nameOf(address: string, names: NamesByAddress): string | null {
  return (names !== null && Object.hasOwn(names, address) && names[address]) || null;
}

/** Shown instead of a time that is not known. */
export const untimedMark: TraceMark = {
  label: '?',
  text: '?',
  tone: 'dim',
  meaning: 'it answered, but the time of the answer is not known',
};

/** The marks of one answer. */
export function probeMarks({ late, sent, duplicates, annotation, rttMs }: TraceProbe): TraceMark[] {
  const marks: TraceMark[] = [];
  if (late) marks.push(besideAnswer('late', 'warn', 'it arrived after its deadline'));
  if (sent > 1 && rttMs !== null) {
    const meaning = 'the first SYN was not answered, or the time of its answer is not known';
    marks.push(besideAnswer('asked twice', 'dim', meaning));
  }
  if (duplicates > 0)
    marks.push(besideAnswer(`+${duplicates} dup`, 'dim', 'further copies of the same answer'));
  if (annotation !== null) {
    marks.push({ label: annotation, text: annotation, tone: 'bad', meaning: icmpMarkWords(annotation) });
  }
  return marks;
}

/** The marks of a hop as a whole. */
export function hopMarks(hop: TraceHop): TraceMark[] {
  const { probes, rateLimited } = hop;
  const marks: TraceMark[] = [];
  if (probes.some(({ reply }) => reply === 'syn-ack')) marks.push(besideHop('open', 'good', null));
  if (probes.some(({ reply }) => reply === 'rst')) marks.push(besideHop('closed', 'bad', null));
  if (probes.some(({ nat }) => nat))
    marks.push(besideHop('NAT', 'warn', 'from this hop on, packets carry another address or port'));
  if (rateLimited) marks.push(besideHop('rate-limited', 'dim', rateLimitedMeaning));
  const back = asymmetricBack(hop);
  if (back !== null) {
    const meaning = `the answer came back over about ${back} hops, so it took another path back`;
    marks.push(besideHop(`back ${back}`, 'dim', meaning));
  }
  return marks;
}

export const rateLimitedMeaning = 'the router limits its ICMP errors; it loses no traffic';

/** Every mark in these hops that needs an explanation, each once. */
export function marksIn(hops: readonly TraceHop[]): (TraceMark & { meaning: string })[] {
  const found = new Map<string, TraceMark & { meaning: string }>();
  const marks = hops.flatMap((hop) => [...hop.probes.flatMap(marksOfProbe), ...hopMarks(hop)]);
  for (const { meaning, ...mark } of marks) {
    // Marks that differ only in a number have the same meaning.
    if (meaning !== null) found.set(mark.label.replace(/\d+/g, '#'), { ...mark, meaning });
  }
  return [...found.values()];
}

function marksOfProbe(probe: TraceProbe): TraceMark[] {
  const { reply, rttMs, errno } = probe;
  if (reply === 'none') return [];
  const marks = probeMarks(probe);
  if (reply !== 'send-error' && rttMs === null) marks.push(untimedMark);
  if (errno !== null) marks.push({ label: errno, text: errno, tone: 'bad', meaning: sendErrnoWords(errno) });
  return marks;
}

function besideAnswer(label: string, tone: Tone, meaning: string): TraceMark {
  return { label, text: `(${label})`, tone, meaning };
}

function besideHop(label: string, tone: Tone, meaning: string | null): TraceMark {
  return { label, text: `[${label}]`, tone, meaning };
}

/** The smallest difference in length that shows different paths there and back; one or two hops are usual on equal paths. */
const CLEARLY_LONGER = 3;

/** The length of the path back if it clearly differs from the path there, or null; of several estimates the nearest. */
function asymmetricBack({ ttl, probes }: TraceHop): number | null {
  const lengths = probes.map(({ backwardHops }) => backwardHops).filter((length) => length !== null);
  const [nearest] = lengths.sort((first, second) => Math.abs(first - ttl) - Math.abs(second - ttl));
  return nearest === undefined || Math.abs(nearest - ttl) < CLEARLY_LONGER ? null : nearest;
}
