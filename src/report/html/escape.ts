import { cleanForTerminal } from '../text/style.js';

/** Markup that is safe to put into a page. Only `html` makes it. */
export class Html {
  readonly #markup: string;

  constructor(markup: string, _made: typeof byHtml) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

/** Private to this module, so that no other code can make Html of a string. */
const byHtml = Symbol('html');

/** The values of a template: text is escaped, lists are joined, null and false add nothing. */
export type Content = Html | string | number | null | false | readonly Content[];

/**
 * A template of HTML. Its literal parts are markup; strings between them are escaped, for elements and for quoted attributes
 * alike. Quote every attribute, and put no value into `<style>`, `<script>`, a comment or an unquoted attribute.
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
 * Escapes text for an element or a quoted attribute (WHATWG HTML, 13.3). Control characters, and characters that reorder or
 * hide text, are shown as in a terminal (`\x1b`). Line breaks are kept.
 */
function escapeText(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      cleanForTerminal(line).replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? character),
    )
    .join('\n');
}

/** A link if the scheme of `url` is https, otherwise plain text: a saved report may contain `javascript:`. */
export function link(url: string, text: Content = url): Html {
  return isHttps(url)
    ? html`<a href="${url}" rel="noopener noreferrer">${text}</a>`
    : html`<span class="url">${text}</span>`;
}

function isHttps(url: string): boolean {
  return /^https:\/\/[\w.-]+(?:[/?#][^\s"'<>`\\]*)?$/.test(url);
}
