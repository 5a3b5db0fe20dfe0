/** Quotes a word for a POSIX shell if necessary, so that text from a URL is not executed when a command is pasted. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A command, and the command that its output is piped to, as a line for a POSIX shell. The arguments are unquoted words. */
export function shellLine(argv: readonly string[], pipe: readonly string[] = []): string {
  const line = argv.map(shellWord).join(' ');
  return pipe.length === 0 ? line : `${line} | ${shellLine(pipe)}`;
}
