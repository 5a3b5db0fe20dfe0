import { shellLine } from '../../core/shell-line.js';
import type { Remedy } from '../../documents/report.js';

/** A command as its words, unquoted: `['ip', 'route', 'get', '10.0.0.5']`. Words in capitals are placeholders for unknown values. */
export type Argv = readonly string[];

/** A remedy inside pprobe. A verdict has it as a `Remedy`, whose command is a line for a shell. */
export interface Advice {
  /** What to do, one sentence without a final stop. */
  text: string;
  command?: Argv;
  /** A second command that reads the output of the first. */
  pipe?: Argv;
  /** A command that is already a line for a shell, from a CapabilityError. */
  commandLine?: string;
  /** Something to paste that is not a command: a policy statement in JSON. */
  snippet?: string;
  docs?: string;
  /** The id of the resource that it changes, where the configuration is known. */
  resource?: string;
  /** What it opens, so that it is left out where the configuration read already allows that. */
  opens?: 'inbound' | 'outbound' | 'acl' | 'routes' | 'private-dns' | 'alias';
  /** What it tells the reader to look up, so that it is left out where the configuration read already answers that. */
  asks?: AdviceQuestion;
  /** What it is about, where the configuration read can answer it in part. */
  about?: AdviceScope;
}

/** The ends of a connection that something remains to be done at. */
export interface OpenEnds {
  client: boolean;
  target: boolean;
}

/** The addresses that a remedy is about, and the remedy for those that the configuration read leaves open. */
export interface AdviceScope {
  addresses: readonly string[];
  /** Empty where nothing remains. */
  only: (addresses: readonly string[], ends: OpenEnds) => Advice[];
}

/** What a remedy can tell the reader to look up in a configuration. */
export type AdviceQuestion = 'api' | 'stage' | 'base-path' | 'access' | 'interfaces' | 'endpoint';

/** The advice with other words, also where only a part of it remains. */
export function reworded(advice: Advice, words: (text: string) => string): Advice {
  const { about } = advice;
  const changed = { ...advice, text: words(advice.text) };
  if (about === undefined) return changed;
  const only: AdviceScope['only'] = (addresses, ends) =>
    about.only(addresses, ends).map((each) => reworded(each, words));
  return { ...changed, about: { ...about, only } };
}

/** The advice as a verdict shows it. */
export function asRemedies(advice: readonly Advice[]): Remedy[] {
  return advice.map(({ text, command: argv, pipe, commandLine, snippet, docs, resource }) => {
    const line = commandLine ?? (argv === undefined ? undefined : shellLine(argv, pipe));
    return {
      text,
      ...(line === undefined ? {} : { command: line }),
      ...(snippet === undefined ? {} : { snippet }),
      ...(docs === undefined ? {} : { docs }),
      ...(resource === undefined ? {} : { resource }),
    };
  });
}
