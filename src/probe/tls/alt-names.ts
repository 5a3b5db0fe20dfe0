/**
 * The DNS names and addresses in Node's text of a subjectAltName, in the certificate's order; other kinds are
 * left out.
 *
 * The text is `DNS:a.test, IP Address:192.0.2.1, URI:…`. A value that could be taken for two is a JSON
 * string: `DNS:"a.test, DNS:b.test"` is one name with a comma in it (CVE-2021-44532), and splitting at commas
 * would make a name of what is none. Text that breaks these rules ends the list. Pure; never throws.
 */
export function parseAltNames(text: string): string[] {
  const names: string[] = [];
  for (const [, kind, value] of text.matchAll(/([A-Za-z][A-Za-z ]*):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/gy)) {
    if (value === undefined || (kind !== 'DNS' && kind !== 'IP Address')) continue;
    names.push(value.startsWith('"') ? unquote(value) : value);
  }
  return names;
}

function unquote(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}
