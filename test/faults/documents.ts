import { validateDocument } from '../documents/validate.js';

/** The kinds of documents that commands print. */
export type DocumentKind = 'dns' | 'tcp' | 'trace' | 'report' | 'error' | 'doctor' | 'log' | 'facts';

type Members = { readonly [name: string]: unknown };

/** The one document of a text; null if the text is no JSON, or more than one document. */
export function documentOf(text: string): Members | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** What is wrong with a text that should be one document of a kind. */
export function problemsOf(text: string, kind: DocumentKind): string[] {
  const others = kindProblems(text, kind);
  return others.length > 0 ? others : validateDocument(documentOf(text));
}

/** The same for another version, whose documents have another form. */
export function kindProblems(text: string, kind: DocumentKind): string[] {
  const document = documentOf(text);
  if (document === null)
    return [`no single document on standard output: ${JSON.stringify(text.slice(0, 200))}`];
  return document.kind === kind ? [] : [`the document is of kind ${document.kind}, not ${kind}`];
}

/** A document in a few words. */
export function gistOfDocument(document: Members): string {
  const { kind, error, verdict } = document;
  if (isObject(error)) return `error ${error.code}: ${error.message}`;
  if (isObject(verdict)) return `${verdict.class} ${verdict.cause} ${verdict.confidence}: ${verdict.summary}`;
  return [kind, document.status ?? document.outcome].filter((word) => word !== undefined).join(' ');
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
