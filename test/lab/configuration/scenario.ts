import type { FactsCall } from '../../../src/documents/facts.js';
import type { ReportDocument } from '../../../src/documents/report.js';
import type { LabState } from '../state.js';
import { stateOf } from './packets.js';
import type { LabConfiguration } from './vpc.js';

/** One situation: what packets meet, what AWS says of the configuration, and what pprobe makes of both. */
export interface Scenario {
  name: string;
  /** What packets and requests see, in a few words. */
  packets: string;
  /** What the configuration says, in a few words. */
  configuration: string;
  state: LabState;
  /** What is asked. Default: the API's URL. */
  target?: string;
  apiId?: string;
  /** Options of Node for the process that asks, such as the highest version of TLS. */
  node?: readonly string[];
  /** Calls that failed while the configuration was read. */
  calls?: FactsCall[];
  /** What was read. */
  facts: LabConfiguration;
  /** For what the lab's packets cannot be: the saved report with other observations. */
  edited?: (report: ReportDocument) => ReportDocument;
  expect: Expected;
}

export interface Expected {
  cause: string;
  /** Absent, as each of the following: it does not matter. */
  confidence?: string;
  /** The resource of the gate that decides, or null where no gate does. */
  resource?: string | null;
  /** Its rule. */
  rule?: string | null;
  /** What the verdict must say in its summary, evidence or remedies. */
  says?: readonly (string | RegExp)[];
}

/** A situation in which the lab is what its configuration says; `rest` replaces what differs. */
export function scenario(
  name: string,
  packets: string,
  said: string,
  facts: LabConfiguration,
  expect: Expected,
  rest: Partial<Scenario> = {},
): Scenario {
  return { name, packets, configuration: said, state: stateOf(facts), facts, expect, ...rest };
}

/** What pprobe said of a scenario. */
export interface Outcome {
  cause: string;
  confidence: string;
  resource: string | null;
  rule: string | null;
  summary: string;
  /** Summary, evidence, remedies and alternatives as one text. */
  text: string;
}

/**
 * What a report says. The gate of the verdict is the first of those with its cause that denies, in path order; without one, that
 * of the first remedy with a resource.
 */
export function outcomeOf({ verdict, gates = [] }: ReportDocument): Outcome {
  const denying = gates.filter(({ state }) => state === 'deny' || state === 'partly');
  const gate = denying.find(({ cause }) => cause === verdict.cause) ?? null;
  const changed = verdict.remedies.find(({ resource }) => resource !== undefined);
  return {
    cause: verdict.class === 'reachable' ? 'reachable' : verdict.cause,
    confidence: verdict.confidence,
    resource: gate?.resource ?? changed?.resource ?? null,
    rule: gate?.rule ?? null,
    summary: verdict.summary,
    text: [
      verdict.summary,
      ...verdict.evidence.map(({ text }) => text),
      ...verdict.remedies.flatMap(({ text, command, snippet }) => [text, command ?? '', snippet ?? '']),
      ...verdict.alternatives.map(({ cause }) => cause),
      ...verdict.warnings.map(({ text }) => text),
    ].join('\n'),
  };
}

/** What an outcome lacks of what was expected, a sentence each. */
export function misses(outcome: Outcome, { says = [], ...expected }: Expected): string[] {
  const members = Object.entries(expected).flatMap(([name, value]) => {
    const actual = Object.entries(outcome).find(([each]) => each === name)?.[1];
    return actual === value ? [] : [`${name} is ${actual}, not ${value}`];
  });
  const words = says.filter((each) =>
    typeof each === 'string' ? !outcome.text.includes(each) : !each.test(outcome.text),
  );
  return [...members, ...words.map((each) => `it does not say ${each}`)];
}
