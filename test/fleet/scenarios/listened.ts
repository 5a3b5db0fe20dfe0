/** A journal that can be waited for. */
export function listened(): {
  said: (line: string) => void;
  hears: (pattern: RegExp) => Promise<void>;
  lines: () => readonly string[];
} {
  const lines: string[] = [];
  const looks = new Set<() => void>();
  return {
    said(line) {
      lines.push(line);
      for (const look of looks) look();
    },
    lines: () => lines,
    hears: (pattern) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!lines.some((line) => pattern.test(line))) return;
          looks.delete(look);
          resolve();
        };
        looks.add(look);
        look();
      }),
  };
}
