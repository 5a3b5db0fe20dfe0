import { CapabilityError, InvalidInputError } from '../core/errors.js';
import { jsonText } from '../core/json-text.js';
import { quoted } from '../core/text.js';
import type { ReportDocument } from '../documents/report.js';
import { exitCodes } from '../documents/terms/exit-code.js';
import { cleanForTerminal } from '../report/text/style.js';
import { verdictText } from '../report/text/verdict.js';
import { type CommandContext, type CommandResult, resultOf } from './command.js';
import { checkWritable, replaceFile } from './files.js';
import { type Arguments, flag, type OptionTable, type OutputForm, textOption } from './options.js';

/** The options of every command that prints a report. */
export const reportOptions: OptionTable = {
  html: {
    type: 'string',
    value: 'FILE',
    help: 'Also write the report as one HTML file, for a ticket; - for standard output, in place of the text',
  },
  redact: {
    type: 'boolean',
    help: 'Mask account ids, addresses and names in every form of the report; the same value gets the same mask',
  },
};

/** The values of `reportOptions` and of --save. */
export interface ReportForm {
  html: string | undefined;
  save: string | undefined;
  redact: boolean;
}

/** Reads `reportOptions` and --save. Throws InvalidInputError if two forms would be written to one place. */
export function reportForm(args: Arguments, { format }: OutputForm): ReportForm {
  const html = textOption(args, 'html');
  const save = textOption(args, 'save');
  if (save === '-') {
    throw new InvalidInputError('--save', '--save: writes a file; for standard output, give --json');
  }
  if (html !== undefined && html === save) {
    throw new InvalidInputError(
      '--html',
      `--html: ${quoted(html)} is the file of --save, too; give two different files`,
    );
  }
  if (html === '-' && format !== 'text') {
    throw new InvalidInputError(
      '--html',
      `--html -: standard output has the report as ${format}; give --html a file, or leave --${format === 'json' ? '' : 'format '}${format} out`,
    );
  }
  return { html, save, redact: flag(args, 'redact') };
}

/**
 * Masks a document if --redact is given. `sources` returns what the document was made from: names in it are masked in the
 * texts of the document, too.
 */
export async function formed<Document extends object>(
  document: Document,
  { redact }: ReportForm,
  sources: () => unknown = () => null,
): Promise<Document> {
  if (!redact) return document;
  const { redacted } = await import('../report/redact/redact.js');
  return redacted(document, sources());
}

/** Throws InvalidInputError if --html is given for a result that has no page. `instead` says what to do. */
export function withoutPage({ html }: ReportForm, what: string, instead: string): void {
  if (html === undefined) return;
  throw new InvalidInputError('--html', `--html: makes a page of one report, not of ${what}; ${instead}`);
}

/** Throws CapabilityError if a file cannot be written. Called before the measurement. */
export async function checkForm({ html, save }: ReportForm): Promise<void> {
  for (const file of [save, html]) if (file !== undefined && file !== '-') await checkWritable(file);
}

/**
 * Writes the files of the form, and returns the result of a command that prints a report. A file that cannot be written is
 * reported on standard error and by the exit code 3; the report is printed nevertheless.
 */
export async function reportResult(
  report: ReportDocument,
  { html, save }: ReportForm,
  { note, stop }: CommandContext,
): Promise<CommandResult> {
  const result = resultOf(report, verdictText);
  const write = async (option: string, path: string, content: string): Promise<void> => {
    try {
      await replaceFile(path, content, stop);
    } catch (error) {
      if (!(error instanceof CapabilityError)) throw error;
      note(`pprobe: ${option}: ${cleanForTerminal(error.message)}`);
      result.failure = exitCodes.capability;
    }
  };
  if (save !== undefined) await write('--save', save, `${jsonText(report, 2)}\n`);
  if (html === undefined) return result;
  const { reportHtml } = await import('../report/html/page.js');
  const page = reportHtml(report);
  if (html === '-') return { ...result, render: () => page };
  await write('--html', html, page);
  return result;
}
