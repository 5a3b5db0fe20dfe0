/**
 * Characters that JSON allows as they are, and that harm where a document is shown: DEL and the C1 controls, which a terminal
 * obeys, marks that reverse or hide text, and the line separators, which end a line in JavaScript.
 */
const unsafe =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/**
 * A document as JSON text (RFC 8259) of one line, or indented. Unsafe characters are written as `\uXXXX`, so that the text is
 * safe to look at, and a parser reads the same values.
 */
export function jsonText(document: unknown, indent = 0): string {
  // Of undefined there is no JSON; in a list it is null, and so it is here.
  return (JSON.stringify(document, null, indent) ?? 'null').replace(unsafe, escaped);
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_unit, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
