import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidInputError } from '../core/errors.js';
import type { FactsDocument } from '../documents/facts.js';
import { cleanForTerminal } from '../report/text/style.js';
import type { CommandContext } from './command.js';
import { fileProblem, readInput } from './files.js';
import type { Arguments, OptionTable } from './options.js';

/** The option of commands that judge. */
export const factsOption: OptionTable = {
  facts: {
    type: 'string',
    value: 'FILE',
    repeatable: true,
    help: 'Also read the configuration around the target: facts of pprobe, or output of aws … --output json; more files may follow, or a directory of them',
  },
};

/** A file that was read. */
interface NamedText {
  name: string;
  text: string;
}

/** The facts in the files of `--facts`; undefined where it was not given. Throws InvalidInputError for files that are none. */
export async function factsOf(args: Arguments, context: CommandContext): Promise<FactsDocument | undefined> {
  if (args.options.facts === undefined) return undefined;
  return read(await filesOf(args, context.stop), context);
}

/**
 * Reports and facts of a command line with several files: behind `--facts FILE`, the further files of `*.json` are words like
 * the reports, and are told from them by what is in them.
 */
export async function withFacts(
  args: Arguments,
  files: readonly NamedText[],
  context: CommandContext,
): Promise<{ reports: NamedText[]; facts: FactsDocument | undefined }> {
  if (args.options.facts === undefined) return { reports: [...files], facts: undefined };
  const reports = files.length === 1 ? [...files] : files.filter(({ text }) => isReport(text));
  const named = await filesOf(args, context.stop);
  const swapped = named.filter(({ text }) => reports.length === 0 && isReport(text));
  const others = files.filter((file) => !reports.includes(file));
  const facts = [...named.filter((file) => !swapped.includes(file)), ...others];
  if (reports.length + swapped.length === 0)
    throw new InvalidInputError(
      'file',
      'no file is a report of pprobe; give one written by "pprobe diagnose --save" or --json, and the configuration with --facts',
    );
  return { reports: [...reports, ...swapped], facts: await read(facts, context) };
}

/** Whether a text is a report. What is not JSON is left to the check of facts. */
function isReport(text: string): boolean {
  try {
    const document: unknown = JSON.parse(text);
    return Reflect.get(Object(document), 'kind') === 'report';
  } catch {
    return false;
  }
}

async function read(files: readonly NamedText[], { note }: CommandContext): Promise<FactsDocument> {
  const { readFacts } = await import('../aws/read-facts.js');
  const { facts, notes } = readFacts(files);
  for (const line of notes) note(`pprobe: ${cleanForTerminal(line)}`);
  return facts;
}

async function filesOf({ options }: Arguments, signal: AbortSignal): Promise<NamedText[]> {
  const given: unknown[] = [options.facts].flat();
  const paths = given.map((each) => {
    if (typeof each === 'string' && each !== '') return each;
    throw new InvalidInputError(
      '--facts',
      '--facts: needs a value; give a file of facts, or a directory of them',
    );
  });
  const files = paths.flatMap(filesIn);
  return Promise.all(files.map(async (name) => ({ name, text: await readInput(name, signal) })));
}

/** The JSON files of a directory, in the order of their names, or the file itself. */
function filesIn(path: string): string[] {
  if (path === '-' || !isDirectory(path)) return [path];
  const names = namesIn(path)
    .filter((name) => name.endsWith('.json'))
    .sort();
  if (names.length > 0) return names.map((name) => join(path, name));
  throw new InvalidInputError('--facts', `--facts: "${path}" has no file whose name ends in .json`);
}

/** Without node:fs/promises, which takes longer to load than facts take to read. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    throw fileProblem('read', path, error);
  }
}
