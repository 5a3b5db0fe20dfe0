const LONGEST = 80;

/**
 * What a user gave, for a message of one line: in double quotes, cut where it is long, and everything escaped that is not
 * seen or that turns the text around (controls, line separators, directions).
 */
export function quoted(text: string): string {
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
  return JSON.stringify(shown).replaceAll(
    /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
