/** A text of whole lines, as renderers give it. */
export function lines(...parts: string[]): string {
  return parts.map((part) => `${part}\n`).join('');
}
