import { cleanForTerminal } from '../text/style.js';

/** Markup that is safe to put into a page as it is. Made by `html` alone. */
export class Html {
  readonly #markup: string;

  constructor(markup: string, _made: typeof byHtml) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

/** Known to this module only, so that nothing else makes Html of a string. */
const byHtml = Symbol('html');

/** What may stand in a template: text is escaped, lists are joined, null and false leave nothing. */
export type Content = Html | string | number | null | false | readonly Content[];

/**
 * A template of HTML: the literal parts are markup, all that is put between them is text, for elements and for quoted
 * attributes alike. Quote every attribute; put nothing into `<style>`, `<script>`, a comment or an unquoted attribute.
 */
export function html(parts: TemplateStringsArray, ...contents: Content[]): Html {
  return new Html(String.raw({ raw: parts }, ...contents.map(markupOf)), byHtml);
}

function markupOf(content: Content): string {
  if (content === null || content === false) return '';
  if (content instanceof Html) return content.toString();
  if (typeof content === 'object') return content.map(markupOf).join('');
  return escapeText(String(content));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/**
 * Text for an element or a quoted attribute (WHATWG HTML, 13.3). Controls and what reorders or hides text are shown as
 * `\x1b` is in a terminal; line breaks stay.
 */
function escapeText(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      cleanForTerminal(line).replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? character),
    )
    .join('\n');
}

/** A link where `url` is one of https, the bare text otherwise: a saved report can say `javascript:` there. */
export function link(url: string, text: Content = url): Html {
  return isHttps(url)
    ? html`<a href="${url}" rel="noopener noreferrer">${text}</a>`
    : html`<span class="url">${text}</span>`;
}

function isHttps(url: string): boolean {
  return /^https:\/\/[\w.-]+(?:[/?#][^\s"'<>`\\]*)?$/.test(url);
}
