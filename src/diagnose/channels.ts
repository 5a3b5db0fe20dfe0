import { channel } from 'node:diagnostics_channel';
import type { ReportDocument } from '../documents/report.js';

/** The message of `pprobe:diagnose:report`: a diagnosis has ended, and this is its report. */
export type DiagnoseReportMessage = Readonly<ReportDocument>;

const reports = channel('pprobe:diagnose:report');

/** Publishes on `pprobe:diagnose:report`, in the asynchronous context of the caller of the diagnosis. Returns the report. */
export function published(report: ReportDocument): ReportDocument {
  if (reports.hasSubscribers) reports.publish(report satisfies DiagnoseReportMessage);
  return report;
}
