import type { ReportDocument } from '../diagnose/verdict.js';
import { CapabilityError, InvalidInputError } from '../errors.js';
import { exitCodeOf, exitCodes } from '../report/exit-code.js';
import { cleanForTerminal } from '../report/text/clean.js';
import { verdictText } from '../report/text/verdict.js';
import { type Arguments, flag, textOption } from './arguments.js';
import type { CommandContext, CommandResult } from './command.js';
import { replaceFile } from './files.js';
import type { OptionTable } from './options.js';

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
  redact: boolean;
}

/** Reads `reportOptions`. Throws InvalidInputError where two things would be written to standard output. */
export function reportForm(args: Arguments): ReportForm {
  const html = textOption(args, 'html');
  if (html === '-' && flag(args, 'json')) {
    throw new InvalidInputError(
      '--html',
      '--html -: --json takes standard output for its one document; give --html a file, or leave --json out',
    );
  }
  return { html, redact: flag(args, 'redact') };
}

/** The report as it may leave this host: with masks where `--redact` asks for them. */
export async function formed(report: ReportDocument, { redact }: ReportForm): Promise<ReportDocument> {
  if (!redact) return report;
  const { redacted } = await import('../report/redact.js');
  return redacted(report);
}

/**
 * What a command that gives a report comes to; `report` is as `formed` gave it. An HTML file that cannot be written is said
 * in a line and by the exit code, and what was measured is printed all the same.
 */
export async function reportResult(
  report: ReportDocument,
  { html }: ReportForm,
  { note }: CommandContext,
): Promise<CommandResult> {
  const result: CommandResult = {
    document: report,
    render: (style, verbose) => verdictText(report, style, verbose),
    exitCode: exitCodeOf(report),
  };
  if (html === undefined) return result;
  const { reportHtml } = await import('../report/html/page.js');
  const page = reportHtml(report);
  if (html === '-') return { ...result, render: () => page };
  try {
    await replaceFile(html, page);
    return result;
  } catch (error) {
    if (!(error instanceof CapabilityError)) throw error;
    note(`pprobe: --html: ${cleanForTerminal(error.message)}`);
    return { ...result, exitCode: exitCodes.capability };
  }
}
