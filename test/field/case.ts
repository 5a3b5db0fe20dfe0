/** What a command must print. Texts are matched against its output, with line breaks and runs of blanks as one blank. */
export interface Expected {
  /** Any of them. */
  exitCodes: readonly number[];
  /** Of the verdict of `diagnose`: any of them. */
  causes?: readonly string[];
  /** The strongest confidence that the observations support. */
  atMost?: 'high' | 'medium' | 'low';
  says?: readonly RegExp[];
  never?: readonly RegExp[];
}

/** One command on the client. */
export interface Step {
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Run as an ordinary user, without capabilities. */
  asUser?: true;
  /** A module of paths/ that Node loads first: it takes something away from the process. */
  preload?: string;
  expected: Expected;
}

/** Another program that is asked the same, and what it prints. It is left out where it is not installed. */
export interface Peer {
  argv: readonly string[];
  prints: RegExp;
}

/** A situation met in the field, as data: which commands are run in it, and what is right. */
export interface Case {
  id: string;
  situation: string;
  /** Where it was reported. */
  source: string;
  steps: readonly Step[];
  peers?: readonly Peer[];
}
