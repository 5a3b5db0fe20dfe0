import { count, duration, list } from '../../core/text.js';
import { CAUSES } from '../../documents/causes.js';
import type { AbsenceReason, CauseCount, JudgedRequest, LogDocument } from '../../documents/log.js';
import { CLASSES } from '../verdict-parts.js';
import { remedyLines, titled, wrapCommand } from './remedies.js';
import { cleanForTerminal, mark, paint, type Style } from './style.js';
import { hanging, padFrom, padTo, wrap } from './wrap.js';

/** Longer lines of prose are hard to read, however wide the terminal. */
const WIDEST = 100;

/**
 * What happened in a log, for a person: the worst first, counts over all requests, then the requests one by one with the
 * lines that say so. Ends with a line break.
 */
export function logText(document: LogDocument, style: Style, verbose = false): string {
  const prose: Style = { ...style, columns: Math.min(style.columns, WIDEST) };
  const { verdict, asked, details } = document;
  const sections = [
    headline(document, prose),
    overview(document, prose),
    titled(
      prose,
      titleOf(document),
      details.flatMap((each) => request(each, prose, verbose)),
    ),
    titled(prose, 'What it can mean that it is not there', absence(asked?.absence ?? [], prose, style)),
    titled(prose, 'What to do', remedyLines(verdict.remedies, prose, style)),
    titled(
      prose,
      'What else it could be',
      verdict.alternatives.flatMap(({ text, cause, check }) => possibility(text ?? cause, check, prose)),
    ),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headline({ verdict }: LogDocument, style: Style): string[] {
  const { words, tone } = CLASSES[verdict.class];
  const lead = paint(style, 'strong', paint(style, tone, words));
  const cause = verdict.cause === 'none' ? '' : `${verdict.cause}, `;
  const detail = wrap(`${cause}confidence ${verdict.confidence}`, style.columns, words.length + 2);
  return [
    hanging(`${lead}  `, cleanForTerminal(verdict.summary), style.columns),
    paint(style, 'dim', detail),
  ];
}

function overview(document: LogDocument, style: Style): string[] {
  const { requests, lines, from, to, apis, causes, problems } = document;
  const where = apis.map(({ apiId, stage }) => (stage === null ? apiId : `${apiId}/${stage}`));
  const about = [
    `${count(requests, 'request')} in ${count(lines.lines, 'line')}`,
    ...(from === null || to === null ? [] : [`from ${from} to ${to}`]),
    ...(where.length === 0 ? [] : [`API ${list(where, 4)}`]),
  ];
  const oddities = [
    ...(lines.binary > 0 ? [`${count(lines.binary, 'line')} with octets that are no text`] : []),
    ...(lines.overlong > 0
      ? [`${count(lines.overlong, 'line')} too long, of which only the beginning was read`]
      : []),
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
        wordsOf(each),
        style.columns,
      ),
    ),
    ...oddities.map((each) => hanging(`  ${mark(style, 'warn')} `, cleanForTerminal(each), style.columns)),
  ];
}

function wordsOf({ class: verdictClass, cause }: CauseCount): string {
  if (verdictClass === 'reachable') return 'answered';
  return cause === 'none' ? 'the log does not tell how it ended' : CAUSES[cause].words;
}

function titleOf({ requests, details, limit, asked }: LogDocument): string {
  if (asked !== null || requests <= details.length) return 'Requests';
  const failed = details.every((each) => each.class !== 'reachable') ? ' that failed' : '';
  return `Requests (the last ${details.length}${failed}; --limit ${limit * 5} shows more)`;
}

function request(each: JudgedRequest, style: Style, verbose: boolean): string[] {
  const { id, class: verdictClass, cause, method, path, status, summary, startedAt, evidence } = each;
  const good = verdictClass === 'reachable';
  const sign = mark(style, good ? 'ok' : verdictClass === 'inconclusive' ? 'none' : 'failed');
  const asked = [method, path, status === null ? null : `-> ${status}`].filter((part) => part !== null);
  const head = cleanForTerminal([id, ...asked].join(' '));
  const said = cleanForTerminal(cause === 'none' ? summary : `${cause}: ${summary}`);
  const took = each.durationMs === null ? '' : `, ${duration(each.durationMs)}`;
  const details = [
    ...(startedAt === null ? [] : [`${startedAt}${took}`]),
    ...(each.complete ? [] : ['not all of its lines are in the log']),
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

function absence(reasons: readonly AbsenceReason[], prose: Style, style: Style): string[] {
  return reasons.flatMap(({ text, check, command }) => [
    ...possibility(text, check, prose),
    ...(command === null
      ? []
      : wrapCommand(cleanForTerminal(command), style.columns, 6).map((line) =>
          paint(style, 'command', line),
        )),
  ]);
}

function possibility(text: string, check: string | undefined, style: Style): string[] {
  const lines = [hanging('  - ', cleanForTerminal(text), style.columns)];
  if (check !== undefined)
    lines.push(hanging(`    ${paint(style, 'dim', 'Check:')} `, cleanForTerminal(check), style.columns));
  return lines;
}
