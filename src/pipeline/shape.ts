/**
 * What a value must be, told as a function of the value and its path: the path and kind of the first thing that is
 * otherwise, or null. Fields nobody named may be there; later versions add them.
 */
export type Shape = (value: unknown, path: string) => string | null;

export const text: Shape = (value, path) => (typeof value === 'string' ? null : `${path} is no text`);

export const number: Shape = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) ? null : `${path} is no number`;

export const truth: Shape = (value, path) =>
  typeof value === 'boolean' ? null : `${path} is neither true nor false`;

export function oneOf(...words: readonly string[]): Shape {
  return (value, path) =>
    typeof value === 'string' && words.includes(value) ? null : `${path} is none of ${words.join(', ')}`;
}

export function nullable(shape: Shape): Shape {
  return (value, path) => (value === null ? null : shape(value, path));
}

/** For fields that documents of this version have not always had. */
export function optional(shape: Shape): Shape {
  return (value, path) => (value === undefined ? null : shape(value, path));
}

export function listOf(shape: Shape): Shape {
  return (value, path) => {
    if (!Array.isArray(value)) return `${path} is no list`;
    return first(value.entries(), ([index, each]) => shape(each, `${path}[${index}]`));
  };
}

export function object(fields: Record<string, Shape>): Shape {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${path} is missing`;
    const found: Record<string, unknown> = { ...value };
    return first(Object.entries(fields), ([name, shape]) => shape(found[name], `${path}.${name}`));
  };
}

function first<T>(items: Iterable<T>, problemOf: (item: T) => string | null): string | null {
  for (const item of items) {
    const problem = problemOf(item);
    if (problem !== null) return problem;
  }
  return null;
}
