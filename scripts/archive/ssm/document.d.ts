/** The document of AWS Systems Manager as JSON, for the archive of this version of pprobe. */
export function ssmDocument(version: string): string;
