/** `--region us-east-1`, or nothing where the Region is not known and the CLI's own default is the best guess. */
export function regionOption(region: string | null): string[] {
  return region === null ? [] : ['--region', region];
}
