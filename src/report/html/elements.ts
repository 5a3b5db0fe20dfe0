import { MARKS, type Mark, type Tone } from '../marks.js';
import { type Content, type Html, html } from './escape.js';

/** A section with a heading. */
export function sectionHtml(title: string, content: Content): Html {
  return html`<section>
<h2>${title}</h2>
${content}
</section>
`;
}

/** The sign of a mark, with a word for screen readers. */
export function markHtml(kind: Mark): Html {
  const { sign, word, tone } = MARKS[kind];
  return html`<span class="mark ${tone}"><span aria-hidden="true">${sign}</span><span class="hidden">${word}: </span></span>`;
}

/** The tone of a mark, which is also the class in the style sheet that colours it. */
export function toneOf(kind: Mark): Tone {
  return MARKS[kind].tone;
}

/** A list of names and values. */
export function definitionsHtml(rows: readonly (readonly [name: Content, value: Content])[]): Html {
  return html`<dl>
${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>\n`)}</dl>`;
}

/**
 * A table. The first cell of a row names the row. A table that is wider than the page scrolls in a box of its own. On a narrow
 * screen each row is a card, where every cell has its own label; the roles keep it a table for screen readers.
 */
export function tableHtml(caption: string, heads: readonly string[], rows: readonly Content[][]): Html {
  const cell = (content: Content, index: number): Html =>
    html`<td role="cell" data-label="${heads[index + 1] ?? ''}"><div>${content}</div></td>`;
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table role="table">
<caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${heads.map((head) => html`<th role="columnheader" scope="col">${head}</th>`)}</tr></thead>
<tbody role="rowgroup">
${rows.map(([first = '', ...rest]) => html`<tr role="row"><th role="rowheader" scope="row">${first}</th>${rest.map(cell)}</tr>\n`)}</tbody>
</table></div>`;
}
