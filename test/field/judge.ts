import type { ReportDocument, Verdict } from '../../src/documents/report.js';
import type { Case, Step } from './case.js';
import type { Printed } from './execute.js';

/** What the commands of one case printed. */
export interface Played {
  id: string;
  /** With the report that `diagnose` saved, as JSON text, or null. */
  steps: { printed: Printed; report: string | null }[];
  /** null: not installed. */
  peers: (Printed | null)[];
  durationMs: number;
}

const confidences = ['certain', 'high', 'medium', 'low'];

/** Everything a command printed, with runs of blanks and line breaks as one blank. */
export function textOf({ stdout, stderr }: Printed): string {
  return `${stdout}\n${stderr}`.replace(/\s+/g, ' ').trim();
}

/** The verdict of the first report, or null where no step gives one. */
export function verdictOf({ steps }: Played): Verdict | null {
  return steps.map(({ report }) => verdictIn(report)).find((each) => each !== null) ?? null;
}

function verdictIn(report: string | null): Verdict | null {
  return report === null ? null : (JSON.parse(report) as ReportDocument).verdict;
}

/** What is wrong with what a case printed; empty if it is right. */
export function wrong({ steps, peers = [] }: Pick<Case, 'steps' | 'peers'>, played: Played): string[] {
  return [
    ...steps.flatMap((step, index) => wrongStep(step, played.steps[index])),
    ...peers.flatMap(({ argv, prints }, index) => {
      const printed = played.peers[index] ?? null;
      return printed === null || prints.test(printed.stdout) || prints.test(printed.stderr)
        ? []
        : [`${argv.join(' ')} prints ${JSON.stringify(textOf(printed))}, not ${prints}`];
    }),
  ];
}

function wrongStep({ args, expected }: Step, played: Played['steps'][number] | undefined): string[] {
  if (played === undefined) return [`${args.join(' ')} was not run`];
  const { printed, report } = played;
  const text = textOf(printed);
  const verdict = verdictIn(report);
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

/** In short, what the commands of a case printed: the verdict, or the exit code and the line that states the result. */
export function gistOf({ steps }: Played): string {
  const gists = steps.map(({ printed, report }) => {
    const verdict = verdictIn(report);
    return verdict === null
      ? `exit ${printed.exitCode}: ${lastLine(printed)}`
      : `exit ${printed.exitCode}: ${verdict.class} ${verdict.cause} ${verdict.confidence}: ${shortened(verdict.summary)}`;
  });
  return [...new Set(gists)].join('; ');
}

function lastLine({ stdout, stderr }: Printed): string {
  const lines = (stdout.trim() === '' ? stderr : stdout).trim().split('\n');
  return shortened(lines.findLast((line) => /\w/.test(line)) ?? '');
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}
