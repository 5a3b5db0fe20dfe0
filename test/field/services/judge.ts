import type { ReportDocument } from '../../../src/documents/report.js';
import type { FieldCase, Played, Printed } from './case.js';

const CONFIDENCES = ['certain', 'high', 'medium', 'low'];

/** Everything a command printed, with runs of blanks and line breaks as one blank. */
export function textOf({ stdout, stderr }: Printed): string {
  return `${stdout}\n${stderr}`.replace(/\s+/g, ' ').trim();
}

/** `service backend.timeout high`, or null where no report was saved. */
export function verdictOf({ report }: Played): string | null {
  if (report === null) return null;
  const { class: verdictClass, cause, confidence } = (JSON.parse(report) as ReportDocument).verdict;
  return `${verdictClass} ${cause} ${confidence}`;
}

/** What is wrong with what a case printed; empty if it is right. */
export function wrong({ expected, peers = [] }: FieldCase, played: Played): string[] {
  const found: string[] = [];
  const text = textOf(played.pprobe);
  const codes: readonly (number | null)[] = [expected.exitCode].flat();
  if (!codes.includes(played.pprobe.exitCode))
    found.push(`exit code ${played.pprobe.exitCode}, not ${codes.join(' or ')}`);
  const verdict = verdictOf(played);
  const [, cause = '', confidence = ''] = verdict?.split(' ') ?? [];
  if (expected.causes !== undefined && !expected.causes.includes(cause))
    found.push(`verdict ${verdict}, not ${expected.causes.join(' or ')}`);
  if (expected.atMost !== undefined && CONFIDENCES.indexOf(confidence) < CONFIDENCES.indexOf(expected.atMost))
    found.push(`confidence ${confidence}, at most ${expected.atMost} is known`);
  for (const pattern of expected.says ?? []) if (!pattern.test(text)) found.push(`does not say ${pattern}`);
  for (const pattern of expected.never ?? []) if (pattern.test(text)) found.push(`says ${pattern}`);
  peers.forEach(({ argv, prints }, index) => {
    const printed = played.peers[index];
    if (
      printed !== null &&
      printed !== undefined &&
      !prints.test(printed.stdout) &&
      !prints.test(printed.stderr)
    )
      found.push(`${argv.join(' ')} prints ${JSON.stringify(printed.stdout)}, not ${prints}`);
  });
  return found;
}
