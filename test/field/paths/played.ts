import type { ReportDocument, Verdict } from '../../../src/documents/report.js';
import type { Row } from '../table.js';
import { networkCases } from './all.js';
import type { NetworkCase, PathCase, Peer, Step } from './case.js';

/** What one command printed. */
export interface Printed {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export interface Played {
  id: string;
  /** With the report that `diagnose` saved, as JSON text, or null. */
  steps: { printed: Printed; report: string | null }[];
  /** null: not installed. */
  peers: (Printed | null)[];
  durationMs: number;
}

const confidences = ['certain', 'high', 'medium', 'low'];

/** The number of a case's network. It is in addresses, so it is less than 256. */
export function numberOf(each: NetworkCase): number {
  return networkCases.indexOf(each) + 1;
}

/** A text of a case with the addresses of its network. */
export function filled(text: string, n: number): string {
  return text
    .replaceAll('{net}', `10.62.${n}`)
    .replaceAll('{here}', `10.60.${n}`)
    .replaceAll('{far}', `10.61.${n}`)
    .replaceAll('{net6}', `fd62:${n}`)
    .replaceAll('{n}', String(n));
}

/** Everything a command printed, with runs of blanks and line breaks as one blank. */
export function textOf({ stdout, stderr }: Printed): string {
  return `${stdout}\n${stderr}`.replace(/\s+/g, ' ').trim();
}

function verdictOf(report: string | null): Verdict | null {
  return report === null ? null : (JSON.parse(report) as ReportDocument).verdict;
}

/** What is wrong with what a case printed; empty if it is right. */
export function wrong(
  { steps, peers = [] }: { steps: readonly Step[]; peers?: readonly Peer[] },
  played: Played,
): string[] {
  return [
    ...steps.flatMap((step, index) => wrongStep(step, played.steps[index])),
    ...peers.flatMap(({ argv, prints }, index) => {
      const printed = played.peers[index] ?? null;
      return printed === null || prints.test(textOf(printed))
        ? []
        : [`${argv.join(' ')} prints ${JSON.stringify(textOf(printed))}, not ${prints}`];
    }),
  ];
}

function wrongStep({ args, expected }: Step, played: Played['steps'][number] | undefined): string[] {
  if (played === undefined) return [`${args.join(' ')} was not run`];
  const { printed, report } = played;
  const text = textOf(printed);
  const verdict = verdictOf(report);
  const found: string[] = [];
  if (!expected.exitCodes.includes(printed.exitCode ?? -1))
    found.push(`exit code ${printed.exitCode}, not ${expected.exitCodes.join(' or ')}`);
  if (expected.causes !== undefined && !expected.causes.includes(verdict?.cause ?? ''))
    found.push(`verdict ${verdict?.cause} ${verdict?.confidence}, not ${expected.causes.join(' or ')}`);
  if (
    expected.atMost !== undefined &&
    confidences.indexOf(verdict?.confidence ?? '') < confidences.indexOf(expected.atMost)
  )
    found.push(`confidence ${verdict?.confidence}, at most ${expected.atMost} is known`);
  for (const pattern of expected.says ?? []) if (!pattern.test(text)) found.push(`does not say ${pattern}`);
  for (const pattern of expected.never ?? []) if (pattern.test(text)) found.push(`says ${pattern}`);
  return found.map((each) => `${args.slice(0, 2).join(' ')}: ${each}`);
}

/** The row of the table of cases. */
export function rowOf(given: NetworkCase | PathCase, played: Played, test: string): Row {
  const { id, situation, source, before } = given;
  const verdict = played.steps.map(({ report }) => verdictOf(report)).find((each) => each !== null) ?? null;
  const now = played.steps.map(({ printed, report }) => {
    const own = verdictOf(report);
    return own === null
      ? `exit ${printed.exitCode}: ${lastLine(printed)}`
      : `${own.class} ${own.cause} ${own.confidence}: ${own.summary}`;
  });
  return {
    id,
    situation,
    source,
    before,
    now: [...new Set(now)].join('; '),
    test,
    confidence: verdict?.confidence ?? null,
    right: wrong(given, played).length === 0,
  };
}

function lastLine({ stdout, stderr }: Printed): string {
  const lines = (stdout.trim() === '' ? stderr : stdout).trim().split('\n');
  return (lines.findLast((line) => /\w/.test(line)) ?? '').trim().slice(0, 160);
}
