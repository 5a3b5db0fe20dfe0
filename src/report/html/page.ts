import { createHash } from 'node:crypto';
import type { ReportDocument } from '../../documents/report.js';
import { CLASSES } from '../verdict-parts.js';
import { type Html, html } from './escape.js';
import { pathsHtml } from './path.js';
import {
  alternativesHtml,
  evidenceHtml,
  ladderHtml,
  remediesHtml,
  titled,
  vantageHtml,
  verdictHtml,
} from './sections.js';
import { style } from './style.js';
import { addressesHtml, answersHtml } from './tables.js';
import { timingsHtml } from './timings.js';

/**
 * A report as one HTML file that needs nothing else: for a ticket, a phone, a printer. It has no script, loads nothing, and
 * its Content-Security-Policy (CSP level 3) forbids both, and every style but its own, should any text of the report ever get
 * past the escaping.
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
${ladderHtml(report)}${evidenceHtml(report.verdict.evidence)}${remediesHtml(report.verdict.remedies)}${alternativesHtml(report)}${pathsHtml(report)}${addressesHtml(report)}${answersHtml(report)}${timingsHtml(report)}${vantageHtml(report)}${rawHtml(report)}</main>
`;
  return `<!DOCTYPE html>\n<html lang="en">\n<head>\n${head}<style>${style}</style>\n</head>\n<body>\n${main}</body>\n</html>\n`;
}

const styleHash = createHash('sha256').update(style).digest('base64');

const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;

/** Everything that was measured as JSON, folded away, one fold for each kind of observation. */
export function rawHtml({ target, vantage, observations, skipped }: ReportDocument): Html {
  const parts = Object.entries({ target, vantage, ...observations, skipped });
  const folds = parts
    .filter(([, value]) => !Array.isArray(value) || value.length > 0)
    .map(
      ([
        name,
        value,
      ]) => html`<details><summary>${name}${Array.isArray(value) ? ` (${value.length})` : ''}</summary>
<pre tabindex="0"><code>${JSON.stringify(value, null, 2)}</code></pre></details>
`,
    );
  return titled('Raw observations', folds);
}
