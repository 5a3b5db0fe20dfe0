import { count, duration, list } from '../../core/text.js';
import type { ClockOffset, FleetDocument, FleetOutcome, FleetResult } from '../../documents/fleet.js';
import { comparisonSections } from './comparison.js';
import { joinSections, proseStyle } from './prose.js';
import { cleanForTerminal, paint, type Style } from './style.js';
import { hanging, padTo, wrap } from './wrap.js';

/** The words of each outcome but `answered`, in the order of the text. */
const words: Readonly<Record<Exclude<FleetOutcome, 'answered'>, string>> = {
  refused: 'refused',
  failed: 'failed',
  'no-answer': 'no answer',
  silent: 'silent',
  late: 'late',
  invalid: 'invalid',
};

const outcomes = Object.keys(words) as (keyof typeof words)[];

/**
 * A fleet as text: how many hosts answered, why the others have no report, then the reports side by side. Hosts with the same
 * outcome and reason share a line.
 */
export function fleetText(document: FleetDocument, style: Style, verbose = false): string {
  const prose = proseStyle(style);
  const { job, counts, results, comparison } = document;
  const missing = outcomes.filter((outcome) => counts[outcome] > 0);
  const others = missing.map((outcome) => `${counts[outcome]} ${words[outcome]}`);
  // Behind a colon after the last count, a target reads as the host with that outcome.
  const head = `${counts.answered} of ${count(counts.roster, 'host')} answered${others.length === 0 ? '' : `; ${others.join(', ')}`}. Target: ${job.target}`;
  const isShort = counts.answered > 1 && counts.answered < counts.roster;
  return joinSections([
    [
      paint(style, 'strong', wrap(cleanForTerminal(head), prose.columns)),
      ...missing.flatMap((outcome) => outcomeLines(outcome, results, prose, verbose)),
      ...seenLines(document, prose),
      ...clockLines(results, prose),
    ],
    ...(comparison === null ? [] : comparisonSections(comparison, style, verbose)),
    isShort
      ? [
          wrap(
            `Only ${counts.answered} of ${counts.roster} hosts are compared, so every finding is one step less certain.`,
            prose.columns,
          ),
        ]
      : [],
  ]);
}

/** The most lines of one outcome: of a fleet that is down, every host may have a reason of its own. */
const mostReasons = 8;

function outcomeLines(
  outcome: keyof typeof words,
  results: readonly FleetResult[],
  style: Style,
  verbose: boolean,
): string[] {
  const reasons = new Map<string, { agents: string[]; first: string }>();
  for (const { agent, outcome: own, reason } of results) {
    if (own !== outcome) continue;
    // The host's own name in a reason would keep equal reasons apart.
    const text = withoutHost(reason ?? '', hostIn(agent));
    const alike = reasons.get(text);
    if (alike === undefined) reasons.set(text, { agents: [agent], first: reason ?? '' });
    else alike.agents.push(agent);
  }
  const shown = verbose ? reasons.size : mostReasons;
  const lines = [...reasons].slice(0, shown).map(([reason, { agents, first }]) => {
    const hosts = list(agents, verbose ? agents.length : 4);
    const who = agents.length === 1 ? hosts : `${agents.length} hosts (${hosts})`;
    const text = reason === '' ? who : `${who}: ${agents.length === 1 ? first : reason}`;
    return hanging(
      `  ${paint(style, 'bad', padTo(words[outcome], 9))}  `,
      cleanForTerminal(text),
      style.columns,
    );
  });
  const left = [...reasons.values()].slice(shown).reduce((sum, { agents }) => sum + agents.length, 0);
  return left === 0 ? lines : [...lines, `             ${count(left, 'more host')} for other reasons`];
}

/** When the agents were last seen that did not take the job: only the broker's heartbeats tell. */
function seenLines({ roster, results }: FleetDocument, style: Style): string[] {
  const silent = new Set(results.flatMap(({ agent, outcome }) => (outcome === 'silent' ? [agent] : [])));
  const seen = roster.flatMap(({ agent, seenAt }) =>
    silent.has(agent) && typeof seenAt === 'string' ? [`${agent} at ${seenAt.replace(/\.\d+Z$/, 'Z')}`] : [],
  );
  return seen.length === 0 ? [] : [hanging('  last seen  ', cleanForTerminal(list(seen, 4)), style.columns)];
}

/** A text with `HOST` in place of a host, where that is a word: short names are parts of other words. */
function withoutHost(text: string, host: string): string {
  const parts = text.split(host);
  return parts.reduce((done, part) => {
    const isWord = !/[\p{L}\p{N}_-]$/u.test(done) && !/^[\p{L}\p{N}_-]/u.test(part);
    return `${done}${isWord ? 'HOST' : host}${part}`;
  });
}

/** The name or address in a host as the hosts file has it. */
function hostIn(agent: string): string {
  return agent
    .replace(/^.*@/, '')
    .replace(/^\[(.*)\](?::\d+)?$/, '$1')
    .replace(/^([^:]+):\d+$/, '$1');
}

/** A clock that is further off, in either direction, is told. */
const worstClockMs = 1000;

function clockLines(results: readonly FleetResult[], style: Style): string[] {
  const off = results.flatMap(({ agent, clock }) =>
    clock !== null && (clock.offsetMinMs > worstClockMs || clock.offsetMaxMs < -worstClockMs)
      ? [`${agent}'s clock is ${offsetWords(clock)}`]
      : [],
  );
  return off.length === 0 ? [] : [hanging('  clock      ', cleanForTerminal(list(off, 4)), style.columns)];
}

/** `3600 s ahead (±12 ms)`. */
function offsetWords({ offsetMinMs, offsetMaxMs }: ClockOffset): string {
  const middle = (offsetMinMs + offsetMaxMs) / 2;
  const half = (offsetMaxMs - offsetMinMs) / 2;
  return `${duration(Math.abs(middle))} ${middle > 0 ? 'ahead' : 'behind'} (±${duration(half)})`;
}
