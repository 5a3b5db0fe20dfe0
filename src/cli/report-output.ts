import { CapabilityError, InvalidInputError } from '../core/errors.js';
import { quoted } from '../core/text.js';
import type { ReportDocument } from '../documents/report.js';
import { exitCodeOf, exitCodes } from '../documents/terms/exit-code.js';
import { cleanForTerminal } from '../report/text/style.js';
import { verdictText } from '../report/text/verdict.js';
import type { CommandContext, CommandResult } from './command.js';
import { checkWritable, replaceFile } from './files.js';
import { type Arguments, flag, type OptionTable, type OutputForm, textOption } from './options.js';

/** What every command that gives a report understands about its form. */
export const reportOptions: OptionTable = {
  html: {
    type: 'string',
    value: 'FILE',
    help: 'Also write the report as one HTML file, for a ticket; - for standard output, in place of the text',
  },
  redact: {
    type: 'boolean',
    help: 'Put masks in place of account ids, addresses and names, the same for the same, in every form of the report',
  },
};

/** How a command line wants its report. */
export interface ReportForm {
  html: string | undefined;
  save: string | undefined;
  redact: boolean;
}

/** Reads `reportOptions`. Throws InvalidInputError where two things would be written to one place. */
export function reportForm(args: Arguments, { format }: OutputForm): ReportForm {
  const html = textOption(args, 'html');
  const save = textOption(args, 'save');
  if (save === '-') {
    throw new InvalidInputError('--save', '--save: writes a file; for standard output there is --json');
  }
  if (html !== undefined && html === save) {
    throw new InvalidInputError(
      '--html',
      `--html: ${quoted(html)} is where --save writes; give them two files`,
    );
  }
  if (html === '-' && format !== 'text') {
    throw new InvalidInputError(
      '--html',
      '--html -: --json takes standard output for its one document; give --html a file, or leave --json out',
    );
  }
  return { html, save, redact: flag(args, 'redact') };
}

/**
 * A document as it may leave this host: with masks where `--redact` asks for them. `sources` gives what the document was made
 * of, whose names it may quote.
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

/** Throws InvalidInputError where a page is asked for of what has none; `instead` says what to do. */
export function withoutPage({ html }: ReportForm, what: string, instead: string): void {
  if (html === undefined) return;
  throw new InvalidInputError('--html', `--html: makes a page of one report, not of ${what}; ${instead}`);
}

/** Throws CapabilityError where a file of the form cannot be written, before the work whose report is to go there. */
export async function checkForm({ html, save }: ReportForm): Promise<void> {
  for (const file of [save, html]) if (file !== undefined && file !== '-') await checkWritable(file);
}

/**
 * What a command that gives a report comes to; `report` is as `formed` gave it. A file that cannot be written is said in a
 * line and by the exit code, and what was measured is printed all the same.
 */
export async function reportResult(
  report: ReportDocument,
  { html, save }: ReportForm,
  { note }: CommandContext,
): Promise<CommandResult> {
  const result: CommandResult = {
    document: report,
    render: (style, verbose) => verdictText(report, style, verbose),
    exitCode: exitCodeOf(report),
  };
  const write = async (option: string, path: string, content: string): Promise<void> => {
    try {
      await replaceFile(path, content);
    } catch (error) {
      if (!(error instanceof CapabilityError)) throw error;
      note(`pprobe: ${option}: ${cleanForTerminal(error.message)}`);
      result.exitCode = exitCodes.capability;
    }
  };
  if (save !== undefined) await write('--save', save, `${JSON.stringify(report, null, 2)}\n`);
  if (html === undefined) return result;
  const { reportHtml } = await import('../report/html/page.js');
  const page = reportHtml(report);
  if (html === '-') return { ...result, render: () => page };
  await write('--html', html, page);
  return result;
}
