import { createHash } from 'node:crypto';
import { jsonText } from '../../core/json-text.js';
import type { ReportDocument } from '../../documents/report.js';
import { CLASSES } from '../verdict.js';
import { sectionHtml } from './elements.js';
import { type Html, html } from './escape.js';
import { gatesHtml } from './gates.js';
import { pathsHtml } from './path.js';
import { styleSheet } from './style.js';
import { addressesHtml, answersHtml, timingsHtml } from './tables.js';
import {
  alternativesHtml,
  evidenceHtml,
  phasesHtml,
  remediesHtml,
  vantageHtml,
  verdictHtml,
  warningsHtml,
} from './verdict.js';

/**
 * A report as one HTML file for a ticket, a phone or a printer. It has no script and loads nothing. Its Content-Security-Policy
 * (CSP level 3) forbids both, and every style but its own, in case text of the report ever gets past the escaping.
 */
export function reportHtml(report: ReportDocument): string {
  const { words } = CLASSES[report.verdict.class];
  const head = html`<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${words}: ${report.target.host}</title>
`;
  const main = html`<main>
${verdictHtml(report)}
${phasesHtml(report)}${evidenceHtml(report.verdict.evidence)}${remediesHtml(report.verdict.remedies)}${warningsHtml(report.verdict.warnings)}${alternativesHtml(report)}${gatesHtml(report)}${pathsHtml(report)}${addressesHtml(report)}${answersHtml(report)}${timingsHtml(report)}${vantageHtml(report)}${rawHtml(report)}</main>
`;
  return `<!DOCTYPE html>\n<html lang="en">\n<head>\n${head}<style>${styleSheet}</style>\n</head>\n<body>\n${main}</body>\n</html>\n`;
}

const styleHash = createHash('sha256').update(styleSheet).digest('base64');

const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;

/** Everything that was measured, as JSON: one fold for each kind of observation. */
function rawHtml({ target, vantage, observations, skipped }: ReportDocument): Html {
  const parts = Object.entries({ target, vantage, ...observations, skipped });
  const folds = parts
    .filter(([, value]) => value !== undefined && (!Array.isArray(value) || value.length > 0))
    .map(
      ([
        name,
        value,
      ]) => html`<details><summary>${name}${Array.isArray(value) ? ` (${value.length})` : ''}</summary>
<pre tabindex="0"><code>${jsonText(value, 2)}</code></pre></details>
`,
    );
  return sectionHtml('Raw observations', folds);
}
