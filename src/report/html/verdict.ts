import { duration } from '../../core/text.js';
import type { Alternative, EvidenceItem, Remedy, ReportDocument, Warning } from '../../documents/report.js';
import { phasesOf } from '../phases.js';
import { alternativeWords, CLASSES, furtherFaults, possibleAlternatives, vantageRows } from '../verdict.js';
import { definitionsHtml, markHtml, sectionHtml } from './elements.js';
import { type Content, type Html, html, link } from './escape.js';

/** The box at the top: class, summary, cause, confidence and target. */
export function verdictHtml({ verdict, target }: ReportDocument): Html {
  const { words, tone } = CLASSES[verdict.class];
  const cause = verdict.cause === 'none' ? null : html`cause <code>${verdict.cause}</code>, `;
  return html`<section class="verdict ${tone}">
<h1><span class="class ${tone}">${words}</span><br>${verdict.summary}</h1>
<p>${cause}confidence ${verdict.confidence}</p>
<p>Target: <span class="mono">${target.input}</span></p>
</section>`;
}

export function phasesHtml(report: ReportDocument): Html {
  const rows = phasesOf(report).map(
    ({ name, mark, ms, text }) => html`<li>${markHtml(mark)}<span class="name">${name}</span>
<span class="time soft">${ms === null ? '' : duration(ms)}</span><span class="text">${text}</span></li>
`,
  );
  return sectionHtml(
    'Phases',
    html`<ol class="phases">
${rows}</ol>`,
  );
}

export function evidenceHtml(items: readonly EvidenceItem[]): Html | null {
  if (items.length === 0) return null;
  const rows = items.map(
    ({ observation, text }) => [html`<span class="mono">${observation}</span>`, text] as const,
  );
  return sectionHtml('Evidence', definitionsHtml(rows));
}

export function remediesHtml(remedies: readonly Remedy[]): Html | null {
  if (remedies.length === 0) return null;
  return sectionHtml(
    'What to do',
    html`<ol class="remedies">
${remedies.map(remedyHtml)}</ol>`,
  );
}

function remedyHtml({ text, command, snippet, docs }: Remedy): Html {
  return html`<li>${text}
${commandHtml(command)}${snippetHtml(snippet)}${docs === undefined ? null : html`<p>${link(docs)}</p>`}</li>
`;
}

/** What will hurt programs on the host beside the verdict, each with what to do about it. */
export function warningsHtml(warnings: readonly Warning[]): Html | null {
  if (warnings.length === 0) return null;
  const items = warnings.map(
    ({ text, remedies }) => html`<li>${text}
<ul class="remedies">
${remedies.map(remedyHtml)}</ul></li>
`,
  );
  return sectionHtml(
    'Warnings',
    html`<ul class="warnings">
${items}</ul>`,
  );
}

export function alternativesHtml({ verdict }: ReportDocument): Content {
  return [
    alternativeList('Also wrong', furtherFaults(verdict), false),
    alternativeList('What else it could be', possibleAlternatives(verdict), true),
  ];
}

function alternativeList(title: string, items: readonly Alternative[], possible: boolean): Html | null {
  if (items.length === 0) return null;
  const lines = items.map((each) => {
    const check =
      each.check === undefined ? null : html`<p><span class="soft">Check:</span> ${each.check}</p>`;
    return html`<li>${alternativeWords(each, possible)}${check}</li>
`;
  });
  return sectionHtml(
    title,
    html`<ul>
${lines}</ul>`,
  );
}

export function vantageHtml(report: ReportDocument): Html {
  return sectionHtml('Measured from', definitionsHtml(vantageRows(report)));
}

/** A command to copy. A word is broken only where it is wider than the page. */
function commandHtml(command: string | undefined): Html | null {
  if (command === undefined) return null;
  const words = command.split(' ').map((word, index) => [index > 0 && ' ', html`<span>${word}</span>`]);
  return html`<pre class="shell" tabindex="0"><code>${words}</code></pre>
`;
}

/** Text to copy. */
function snippetHtml(text: string | undefined): Html | null {
  return text === undefined
    ? null
    : html`<pre tabindex="0"><code>${text}</code></pre>
`;
}
