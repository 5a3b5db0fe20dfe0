/** XML as the Query protocols of AWS write it. */

/** An element with text, or with elements. Control characters that XML 1.0 forbids are left out. */
export function element(name: string, inner: string | readonly string[]): string {
  return `<${name}>${typeof inner === 'string' ? escaped(inner) : inner.join('')}</${name}>`;
}

function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#xD;');
}
