import type { Alternative, Remedy, Verdict, VerdictClass, Warning } from '../../documents/report.js';
import { alternativeWords, CLASSES } from '../verdict.js';
import { cleanForTerminal, mark, paint, type Style } from './style.js';
import { hanging, widthOf, wrap } from './wrap.js';

/** Longer lines of prose are hard to read, even if the terminal is wider. */
const WIDEST = 100;

/** The style for sentences. Commands may take the whole width of the terminal. */
export function proseStyle(style: Style): Style {
  return { ...style, columns: Math.min(style.columns, WIDEST) };
}

/** Joins sections with an empty line between them, and ends with a line break. Empty sections are left out. */
export function joinSections(sections: readonly (readonly string[])[]): string {
  const texts = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${texts.join('\n\n')}\n`;
}

/** A heading and the lines under it; nothing for an empty list. */
export function titledLines(style: Style, title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [paint(style, 'strong', title), ...lines];
}

/** The class and the summary of a verdict, then `details` in a line of their own, dimmed; empty details are left out. */
export function headline(
  verdict: Pick<Verdict, 'summary'> & { class: VerdictClass },
  details: string,
  style: Style,
): string[] {
  const { words, tone } = CLASSES[verdict.class];
  const lead = paint(style, 'strong', paint(style, tone, words));
  const summary = hanging(`${lead}  `, cleanForTerminal(verdict.summary), style.columns);
  if (details === '') return [summary];
  return [summary, paint(style, 'dim', wrap(cleanForTerminal(details), style.columns, words.length + 2))];
}

/** Alternatives to a verdict, each with the check that decides. `possible`: they are possibilities, shown with their confidence. */
export function alternativeLines(
  alternatives: readonly Alternative[],
  style: Style,
  possible: boolean,
): string[] {
  return alternatives.flatMap((each) => itemLines(alternativeWords(each, possible), each.check, style));
}

/** Warnings, each with what to do about it. */
export function warningLines(warnings: readonly Warning[], prose: Style, style: Style): string[] {
  return warnings.flatMap(({ text, remedies }) => [
    hanging(`  ${mark(prose, 'warn')} `, cleanForTerminal(text), prose.columns),
    ...remedies.flatMap((remedy) => [
      hanging('    - ', cleanForTerminal(remedy.text), prose.columns),
      ...(remedy.command === undefined ? [] : commandLines(remedy.command, style, 6)),
      ...(remedy.snippet === undefined ? [] : commandLines(remedy.snippet, style, 6)),
    ]),
  ]);
}

/** An item of a list, and under it what to check. */
export function itemLines(text: string, check: string | undefined, style: Style): string[] {
  const item = hanging('  - ', cleanForTerminal(text), style.columns);
  return check === undefined ? [item] : [item, checkLine(check, style, 4)];
}

/** A line with the check that decides, indented by `indent` cells. */
export function checkLine(check: string, style: Style, indent: number): string {
  const lead = `${' '.repeat(indent)}${paint(style, 'dim', 'Check:')} `;
  return hanging(lead, cleanForTerminal(check), style.columns);
}

/**
 * Remedies, numbered where there are several: a sentence, then the command or the snippet to paste, then the page about it.
 * Sentences are wrapped by `prose`, commands by `style`. A page that several remedies name is shown once.
 */
export function remedyLines(remedies: readonly Remedy[], prose: Style, style: Style): string[] {
  return remedies.flatMap(({ text, command, snippet, docs }, index) => {
    const lead = remedies.length > 1 ? `  ${index + 1}. ` : '  ';
    const indent = lead.length + 2;
    const lines = [hanging(lead, cleanForTerminal(text), prose.columns)];
    if (command !== undefined) lines.push(...commandLines(command, style, indent));
    for (const line of snippet?.split('\n') ?? []) {
      lines.push(paint(style, 'command', ' '.repeat(indent) + cleanForTerminal(line)));
    }
    const isFirst = remedies.findIndex((each) => each.docs === docs) === index;
    if (docs !== undefined && isFirst)
      lines.push(paint(style, 'dim', ' '.repeat(lead.length) + cleanForTerminal(docs)));
    return lines;
  });
}

/** A shell command in the colour of commands, broken over lines where it is wider than the terminal. */
export function commandLines(command: string, style: Style, indent: number): string[] {
  const lines = wrapCommand(cleanForTerminal(command), style.columns, indent);
  return lines.map((line) => paint(style, 'command', line));
}

/**
 * Breaks a shell command between words, never inside quotes, with a backslash at the end of each line but the last, so that
 * it can be pasted with its line breaks. Continuation lines are indented four cells more where they fit.
 */
export function wrapCommand(command: string, columns: number, indent: number): string[] {
  const lines: string[] = [];
  let line = ' '.repeat(indent);
  let empty = true;
  for (const word of commandChunks(command, columns - indent - 6)) {
    // Room for the word, the space before it, and the ` \` after it.
    if (!empty && widthOf(line) + 1 + widthOf(word) + 2 > columns) {
      lines.push(`${line} \\`);
      // A quoted word that is nearly as wide as the terminal is indented less; otherwise the terminal would break it.
      const room = columns - widthOf(word) - 2;
      line = ' '.repeat(room < 0 ? indent + 4 : Math.min(indent + 4, room));
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  lines.push(line);
  return lines;
}

/** The words of a command, an option together with its value where both fit into `cells`. */
function commandChunks(command: string, cells: number): string[] {
  const chunks: string[] = [];
  for (const word of shellWords(command)) {
    const option = chunks.at(-1);
    const together = `${option} ${word}`;
    const takesValue = option !== undefined && /^--?[\w-]+$/.test(option) && !word.startsWith('-');
    if (takesValue && widthOf(together) <= cells) chunks[chunks.length - 1] = together;
    else chunks.push(word);
  }
  return chunks;
}

/** The words of a command with their quotes. */
function shellWords(command: string): string[] {
  return command.match(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\]|['"\\])+/g) ?? [];
}
