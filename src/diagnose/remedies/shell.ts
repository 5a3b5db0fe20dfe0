/** One word for a POSIX shell, quoted where it needs to be: what stands in a URL must not run when it is pasted. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A command line of words; a null word and the option before it are left out by the caller. */
export function command(...words: readonly (string | null)[]): string {
  return words
    .filter((word) => word !== null)
    .map(shellWord)
    .join(' ');
}

/** `--region us-east-1`, or nothing where the Region is not known and the CLI's own default is the best guess. */
export function regionOption(region: string | null): string[] {
  return region === null ? [] : ['--region', region];
}
