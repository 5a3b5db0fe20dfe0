/** The parts of a page: tags with quoted attributes, text without markup, and the entities that `html` writes. */
const TAG = /<(\/?)([a-z][a-z0-9]*)((?: [a-z][a-zA-Z-]*="[^"<>`]*")*)(\/?)>/y;
const TEXT = /(?:[^<>&"'`]|&(?:amp|lt|gt|quot|#39|#96);)+/y;
const DOCTYPE = '<!DOCTYPE html>\n';

export interface Tag {
  name: string;
  attributes: Record<string, string>;
}

/**
 * The tags of a page in their order. Throws unless the page is balanced tags and escaped text. This grammar is much narrower than
 * HTML's, so that every parser reads an accepted page in the same way. The style sheet is skipped.
 */
export function tagsOf(page: string): Tag[] {
  if (!page.startsWith(DOCTYPE)) throw new Error('no doctype');
  const tags: Tag[] = [];
  const open: string[] = [];
  let at = DOCTYPE.length;
  while (at < page.length) {
    TEXT.lastIndex = TAG.lastIndex = at;
    const text = TEXT.exec(page);
    const tag = text === null ? TAG.exec(page) : null;
    if (text === null && tag === null) throw new Error(`no markup of ours: ${page.slice(at, at + 80)}`);
    at += (text ?? tag)?.[0].length ?? 0;
    if (tag === null) continue;
    const [, close, name = '', attributes = '', empty] = tag;
    if (close !== '') {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
      continue;
    }
    tags.push({
      name,
      attributes: Object.fromEntries(
        [...attributes.matchAll(/ ([^=]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
      ),
    });
    if (empty === '' && name !== 'meta' && name !== 'br') open.push(name);
    if (name === 'style') at = page.indexOf('</style>', at);
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`);
  return tags;
}

/** Escaped text as a reader sees it. */
export function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&#96;', '`')
    .replaceAll('&amp;', '&');
}
