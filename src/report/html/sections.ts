import { duration } from '../../core/text.js';
import type { Alternative, EvidenceItem, Remedy, ReportDocument } from '../../documents/report.js';
import { phasesOf } from '../phases.js';
import type { Mark } from '../text/style.js';
import { alsoWrong, CLASSES, otherwise } from '../verdict-parts.js';
import { type Content, type Html, html, link } from './escape.js';

/** What is wrong, in a box at the top: class, summary, cause and confidence, and what was asked. */
export function verdictHtml({ verdict, target }: ReportDocument): Html {
  const { words, tone } = CLASSES[verdict.class];
  const cause = verdict.cause === 'none' ? null : html`cause <code>${verdict.cause}</code>, `;
  return html`<section class="verdict ${tone}">
<h1><span class="class ${tone}">${words}</span><br>${verdict.summary}</h1>
<p>${cause}confidence ${verdict.confidence}</p>
<p>Asked: <span class="mono">${target.input}</span></p>
</section>`;
}

export function ladderHtml(report: ReportDocument): Html {
  const rungs = phasesOf(report).map(
    ({ name, mark, ms, text }) => html`<li>${markHtml(mark)}<span class="name">${name}</span>
<span class="time soft">${ms === null ? '' : duration(ms)}</span><span class="text">${text}</span></li>
`,
  );
  return titled(
    'Phases',
    html`<ol class="ladder">
${rungs}</ol>`,
  );
}

export function evidenceHtml(items: readonly EvidenceItem[]): Html | null {
  if (items.length === 0) return null;
  const rows = items.map(
    ({ observation, text }) => html`<dt class="mono">${observation}</dt><dd>${text}</dd>
`,
  );
  return titled(
    'Evidence',
    html`<dl>
${rows}</dl>`,
  );
}

export function remediesHtml(remedies: readonly Remedy[]): Html | null {
  if (remedies.length === 0) return null;
  const items = remedies.map(
    ({ text, command, snippet, docs }) => html`<li>${text}
${shell(command)}${paste(snippet)}${docs === undefined ? null : html`<p>${link(docs)}</p>`}</li>
`,
  );
  return titled(
    'What to do',
    html`<ol class="remedies">
${items}</ol>`,
  );
}

export function alternativesHtml({ verdict }: ReportDocument): Content {
  return [
    alternatives('Also wrong', alsoWrong(verdict), false),
    alternatives('What else it could be', otherwise(verdict), true),
  ];
}

function alternatives(title: string, items: readonly Alternative[], doubtful: boolean): Html | null {
  if (items.length === 0) return null;
  const lines = items.map(({ text, cause, confidence, check }) => {
    const doubt = doubtful && confidence !== 'low' ? ` (${confidence})` : '';
    return html`<li>${text ?? cause}${doubt}${check === undefined ? null : html`<p><span class="soft">Check:</span> ${check}</p>`}</li>
`;
  });
  return titled(
    title,
    html`<ul>
${lines}</ul>`,
  );
}

/** Where and when it was measured. */
export function vantageHtml({ vantage, startedAt, durationMs, tool }: ReportDocument): Html {
  const rows: [string, string][] = [
    ['Host', `${vantage.hostname} (${vantage.platform})`],
    ['Addresses', vantage.addresses.join(', ') || 'none'],
    ['Resolvers', vantage.nameservers.join(', ') || 'none'],
    ['At', `${startedAt}, in ${duration(durationMs)}, by ${tool.name} ${tool.version}`],
  ];
  return titled(
    'Measured from',
    html`<dl>
${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>\n`)}</dl>`,
  );
}

/** A section with a heading. */
export function titled(title: string, content: Content): Html {
  return html`<section>
<h2>${title}</h2>
${content}
</section>
`;
}

/** A command to copy; words are broken only where one is wider than the page. */
function shell(command: string | undefined): Html | null {
  if (command === undefined) return null;
  const words = command.split(' ').map((word, index) => [index > 0 && ' ', html`<span>${word}</span>`]);
  return html`<pre class="shell" tabindex="0"><code>${words}</code></pre>
`;
}

/** Text to copy: one click marks all of it. */
function paste(text: string | undefined): Html | null {
  return text === undefined
    ? null
    : html`<pre tabindex="0"><code>${text}</code></pre>
`;
}

const MARKS: Readonly<Record<Mark, { sign: string; words: string; tone: string }>> = {
  ok: { sign: '✓', words: 'good', tone: 'good' },
  failed: { sign: '✗', words: 'failed', tone: 'bad' },
  warn: { sign: '!', words: 'doubtful', tone: 'warn' },
  none: { sign: '·', words: 'not measured', tone: 'none' },
};

/** How a step went as a sign, with the word for who hears the page read out. */
export function markHtml(kind: Mark): Html {
  const { sign, words, tone } = MARKS[kind];
  return html`<span class="mark ${tone}"><span aria-hidden="true">${sign}</span><span class="hidden">${words}: </span></span>`;
}

/** The class that colours what went so. */
export function toneOf(kind: Mark): string {
  return MARKS[kind].tone;
}
