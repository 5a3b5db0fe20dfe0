/** The layout of the output of the lab's commands. */

const columns = 100;
const coloured = process.stdout.isTTY === true && !process.env.NO_COLOR;

/** A tick or a cross. */
export function mark(good: boolean): string {
  const [sign, colour] = good ? ['✓', 32] : ['✗', 31];
  return coloured ? `\x1b[${colour}m${sign}\x1b[0m` : sign;
}

export function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(durationMs < 10_000 ? 2 : 0)} s`;
}

export function indent(text: string, by: string): string {
  return text.replace(/^(?=.)/gm, by);
}

/** A label and a text to the right of it, wrapped at words, indented by four columns. */
export function wrap(label: string, text: string): string {
  const room = columns - 4 - label.length;
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1) ?? '';
    const longer = last === '' ? word : `${last} ${word}`;
    if (longer.length <= room || last === '') lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines
    .map((line, index) => `    ${index === 0 ? label : ' '.repeat(label.length)}${line}`)
    .join('\n');
}
