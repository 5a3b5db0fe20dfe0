/** Quotes a word for a POSIX shell if necessary, so that text from a URL is not executed when a command is pasted. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Joins words to a command line for a POSIX shell. Null words are skipped. */
export function command(...words: readonly (string | null)[]): string {
  return words
    .filter((word) => word !== null)
    .map(shellWord)
    .join(' ');
}
