import type { Remedy } from '../../documents/report.js';
import { cleanForTerminal, paint, type Style } from './style.js';
import { hanging, widthOf } from './wrap.js';

/**
 * What to do, numbered where it is more than one thing: a sentence, then what to paste, then the page about it. `prose`
 * wraps sentences; commands may take the whole width of `style`.
 */
export function remedyLines(items: readonly Remedy[], prose: Style, style: Style): string[] {
  const linked = new Set<string>();
  return items.flatMap(({ text, command, snippet, docs }, index) => {
    const lead = items.length > 1 ? `  ${index + 1}. ` : '  ';
    const indent = lead.length + 2;
    const lines = [hanging(lead, cleanForTerminal(text), prose.columns)];
    if (command !== undefined) {
      const broken = wrapCommand(cleanForTerminal(command), style.columns, indent);
      lines.push(...broken.map((line) => paint(style, 'command', line)));
    }
    for (const line of snippet?.split('\n') ?? []) {
      lines.push(paint(style, 'command', ' '.repeat(indent) + cleanForTerminal(line)));
    }
    // A page is worth one mention.
    if (docs !== undefined && !linked.has(docs))
      lines.push(paint(style, 'dim', ' '.repeat(lead.length) + cleanForTerminal(docs)));
    if (docs !== undefined) linked.add(docs);
    return lines;
  });
}

/** A heading and what stands under it; nothing at all where nothing does. */
export function titled(style: Style, title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [paint(style, 'strong', title), ...lines];
}

/**
 * Breaks a shell command between words, never inside quotes, with a backslash at the end of a line: pasted with its line
 * breaks it is the same command. Continued lines stand four cells further in, where they
 * fit there.
 */
export function wrapCommand(command: string, columns: number, indent: number): string[] {
  const lines: string[] = [];
  let line = ' '.repeat(indent);
  let empty = true;
  for (const word of chunks(command, columns - indent - 6)) {
    // Room for the word, the space before it, and the ` \` after it.
    if (!empty && widthOf(line) + 1 + widthOf(word) + 2 > columns) {
      lines.push(`${line} \\`);
      // A quoted word that is nearly as wide as the terminal stands further left: the terminal would break it.
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

/** Words, an option together with its value where both fit on a line. */
function chunks(command: string, cells: number): string[] {
  const joined: string[] = [];
  for (const word of shellWords(command)) {
    const option = joined.at(-1);
    const together = `${option} ${word}`;
    if (
      option !== undefined &&
      /^--?[\w-]+$/.test(option) &&
      !word.startsWith('-') &&
      widthOf(together) <= cells
    ) {
      joined[joined.length - 1] = together;
    } else {
      joined.push(word);
    }
  }
  return joined;
}

/** The words of a command with their quotes. */
function shellWords(command: string): string[] {
  return command.match(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\]|['"\\])+/g) ?? [];
}
