import type { Remedy } from '../../diagnose/verdict.js';
import { cleanForTerminal } from './clean.js';
import { hanging } from './hanging.js';
import { paint, type Style } from './style.js';
import { wrapCommand } from './verdict-command.js';

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
