/** One word for a POSIX shell, quoted where it needs to be: what stands in a URL must not run when it is pasted. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A command line of words; a null word and the option before it are left out by the caller. */
export function command(...words: readonly (string | null)[]): string {
  return words
    .filter((word) => word !== null)
    .map(shellWord)
    .join(' ');
}
