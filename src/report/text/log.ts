import { count, duration, list } from '../../core/text.js';
import { CAUSES } from '../../documents/causes.js';
import type { AbsenceReason, CauseCount, JudgedRequest, LogDocument } from '../../documents/log.js';
import { CLASSES, certainty } from '../verdict.js';
import {
  alternativeLines,
  commandLines,
  headline,
  itemLines,
  joinSections,
  proseStyle,
  remedyLines,
  titledLines,
} from './prose.js';
import { cleanForTerminal, mark, paint, type Style } from './style.js';
import { hanging, padFrom, padTo, wrap } from './wrap.js';

/**
 * A log as text: the verdict, counts of all requests, then single requests with the lines of the log that show what happened to
 * them. Ends with a line break.
 */
export function logText(document: LogDocument, style: Style, verbose = false): string {
  const prose = proseStyle(style);
  const { verdict, asked, details } = document;
  const requests = details.flatMap((each) => requestLines(each, prose, verbose));
  return joinSections([
    headline(verdict, certainty(verdict), prose),
    overviewLines(document, prose),
    titledLines(prose, requestsTitle(document), requests),
    titledLines(
      prose,
      'Why it may be missing from the log',
      (asked?.absence ?? []).flatMap((reason) => absenceLines(reason, prose, style)),
    ),
    titledLines(prose, 'What to do', remedyLines(verdict.remedies, prose, style)),
    titledLines(prose, 'What else it could be', alternativeLines(verdict.alternatives, prose, false)),
  ]);
}

function overviewLines(document: LogDocument, style: Style): string[] {
  const { requests, lines, from, to, apis, causes, problems } = document;
  const where = apis.map(({ apiId, stage }) => (stage === null ? apiId : `${apiId}/${stage}`));
  const about = [
    `${count(requests, 'request')} in ${count(lines.lines, 'line')}`,
    ...(from === null || to === null ? [] : [`from ${from} to ${to}`]),
    ...(where.length === 0 ? [] : [`API ${list(where, 4)}`]),
  ];
  const warnings = [
    ...(lines.binary > 0 ? [`${count(lines.binary, 'line')} with octets that are not text`] : []),
    ...(lines.overlong > 0 ? [`${count(lines.overlong, 'line')} too long; only the beginning was read`] : []),
    ...problems,
  ];
  const widest = Math.max(0, ...causes.map((each) => String(each.requests).length));
  const names = causes.map(({ cause, class: each }) => (cause === 'none' ? each : cause));
  const cells = Math.max(0, ...names.map((name) => name.length));
  return [
    wrap(cleanForTerminal(about.join(', ')), style.columns),
    ...causes.map((each, index) =>
      hanging(
        `  ${padFrom(String(each.requests), widest)}  ${paint(style, CLASSES[each.class].tone, padTo(names[index] ?? '', cells))}  `,
        causeWords(each),
        style.columns,
      ),
    ),
    ...warnings.map((each) => hanging(`  ${mark(style, 'warn')} `, cleanForTerminal(each), style.columns)),
  ];
}

function causeWords({ class: verdictClass, cause }: CauseCount): string {
  if (verdictClass === 'reachable') return 'answered';
  return cause === 'none' ? 'the log does not show how it ended' : CAUSES[cause].words;
}

function requestsTitle({ requests, details, limit, asked }: LogDocument): string {
  if (asked !== null || requests <= details.length) return 'Requests';
  const failed = details.every((each) => each.class !== 'reachable') ? ' that failed' : '';
  return `Requests (the last ${details.length}${failed}; --limit ${limit * 5} shows more)`;
}

function requestLines(each: JudgedRequest, style: Style, verbose: boolean): string[] {
  const { id, class: verdictClass, cause, method, path, status, summary, startedAt, evidence } = each;
  const good = verdictClass === 'reachable';
  const sign = mark(style, good ? 'ok' : verdictClass === 'inconclusive' ? 'none' : 'failed');
  const asked = [method, path, status === null ? null : `-> ${status}`].filter((part) => part !== null);
  const head = cleanForTerminal([id, ...asked].join(' '));
  const said = cleanForTerminal(cause === 'none' ? summary : `${cause}: ${summary}`);
  const took = each.durationMs === null ? '' : `, ${duration(each.durationMs)}`;
  const details = [
    ...(startedAt === null ? [] : [`${startedAt}${took}`]),
    ...(each.complete ? [] : ['the log does not have all of its lines']),
    ...(verbose && each.extendedId !== null ? [`x-amz-apigw-id ${each.extendedId}`] : []),
  ];
  return [
    hanging(`  ${sign} `, head, style.columns),
    ...(details.length === 0
      ? []
      : [paint(style, 'dim', wrap(cleanForTerminal(details.join('; ')), style.columns, 6))]),
    hanging('      ', said, style.columns),
    ...(good && !verbose ? [] : evidence.map((item) => evidenceLine(item, style))),
  ];
}

function evidenceLine({ line, text }: JudgedRequest['evidence'][number], style: Style): string {
  return hanging(`      ${paint(style, 'dim', `line ${line}:`)} `, cleanForTerminal(text), style.columns);
}

function absenceLines({ text, check, command }: AbsenceReason, prose: Style, style: Style): string[] {
  return [...itemLines(text, check, prose), ...(command === null ? [] : commandLines(command, style, 6))];
}
