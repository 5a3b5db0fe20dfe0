import { excerpt } from '../../core/text.js';
import { answersTo } from '../../documents/observed/http.js';
import { handshakes } from '../../documents/observed/tls.js';
import type { ReportDocument, VerdictClass } from '../../documents/report.js';
import { cleanForTerminal } from '../text/style.js';
import { furtherFaults } from '../verdict.js';
import { addressCounts } from './address-counts.js';

/** The states of the plugin API of Nagios, Icinga and their like, with their exit codes. */
export const nagiosStates = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 } as const;

type NagiosState = keyof typeof nagiosStates;

/** What a plugin prints, with a newline at its end, and its exit code. */
export interface PluginResult {
  text: string;
  exitCode: number;
}

/** Nagios Core keeps 8 KB of a plugin's output: this many lines of this many characters fit. */
const most = { lines: 20, characters: 300 };

/**
 * A report as a plugin prints it: the state, the verdict and the numbers in the first line, then the evidence and what to do.
 * The first line has the only `|`, because every other one would begin performance data.
 */
export function nagiosResult(report: ReportDocument): PluginResult {
  const { verdict, durationMs } = report;
  const state = stateOf(report);
  const { all, byStatus } = addressCounts(report);
  const numbers = [
    `time=${(durationMs / 1000).toFixed(3)}s;;;0`,
    `addresses=${all};;;0`,
    `open=${byStatus.open};;;0`,
  ];
  const evidence = verdict.evidence.map(({ observation, text }) => `${observation}: ${text}`);
  const remedies = verdict.remedies.map(({ text }) => `What to do: ${text}`);
  const lines = [
    `${statusLine(state, verdict.summary)} [${verdict.cause}] | ${numbers.join(' ')}`,
    ...[...evidence, ...remedies].slice(0, most.lines).map(pluginText),
  ];
  return { text: lines.map((line) => `${line}\n`).join(''), exitCode: nagiosStates[state] };
}

/** What a plugin prints where nothing was measured: for a mistake in the command line, or a host that cannot measure. */
export function nagiosUnknown(message: string): PluginResult {
  return { text: `${statusLine('UNKNOWN', message)}\n`, exitCode: nagiosStates.UNKNOWN };
}

function statusLine(state: NagiosState, text: string): string {
  return `PPROBE ${state} - ${pluginText(text)}`;
}

/** A text of one line without `|`, which would begin performance data. */
function pluginText(text: string): string {
  return cleanForTerminal(excerpt(text, most.characters)).replaceAll('|', '/');
}

/** What says nothing about the target. */
const unknownClasses: readonly VerdictClass[] = ['local', 'inconclusive'];

/** What can be wrong with some of the addresses while the others answer. */
const addressClasses: readonly VerdictClass[] = ['timeout', 'refused', 'unreachable', 'policy'];

function stateOf(report: ReportDocument): NagiosState {
  const { class: found } = report.verdict;
  if (found === 'reachable') return 'OK';
  if (unknownClasses.includes(found)) return 'UNKNOWN';
  return addressClasses.includes(found) && someAddressServes(report) ? 'WARNING' : 'CRITICAL';
}

/** Whether the target answers at one address as it should, while another one is dead. */
function someAddressServes(report: ReportDocument): boolean {
  const { all, byStatus } = addressCounts(report);
  if (byStatus.open === 0 || byStatus.open === all || furtherFaults(report.verdict).length > 0) return false;
  const shaken = handshakes(report);
  const answers = answersTo(report, 'plain');
  if (report.target.url !== null && shaken.length + answers.length === 0) return false;
  return (
    shaken.every(({ doc }) => doc.status === 'ok') &&
    answers.every(({ doc, cause }) => doc.status !== null && cause === null)
  );
}
