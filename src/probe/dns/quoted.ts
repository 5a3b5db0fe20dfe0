/** What a user gave, for a message of one line: in double quotes, control characters escaped, cut where it is long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text);
}
