/**
 * The members that are read of an answer of AWS, as data. Everything else is left out, so that tags, descriptions, stage
 * variables and credentials never come into a document.
 */
export type Shape =
  | 'text'
  | 'number'
  | 'boolean'
  | 'time'
  | { readonly list: Shape }
  | { readonly map: Shape }
  | { readonly members: Readonly<Record<string, Shape>> };

/** The shape of a type; the compiler compares the two. */
export type ShapeOf<T> = [T] extends [string]
  ? 'text' | 'time'
  : [T] extends [number]
    ? 'number'
    : [T] extends [boolean]
      ? 'boolean'
      : T extends readonly (infer Item)[]
        ? { readonly list: ShapeOf<Item> }
        : string extends keyof T
          ? { readonly map: ShapeOf<NonNullable<T[keyof T]>> }
          : { readonly members: { readonly [Key in keyof Required<T>]: ShapeOf<NonNullable<T[Key]>> } };

/** What is wrong with a value, with the way to it: `SecurityGroupRules[3].FromPort: expected a number, found "x"`. */
export class ShapeError extends Error {}

/** How deep a value may be nested. */
const deepest = 20;

/**
 * The members of a value that a shape has. Members that are null or absent are left out: they are unknown. Throws ShapeError
 * for a member of another type. A number in quotes is a number, and a time in seconds or as a text is a time in UTC.
 */
export function pick(value: unknown, shape: Shape, path: string, depth = 0): unknown {
  if (depth > deepest) throw new ShapeError(`${path}: is nested too deeply`);
  if (shape === 'text') return textOf(value, path);
  if (shape === 'number') return numberOf(value, path);
  if (shape === 'boolean') return booleanOf(value, path);
  if (shape === 'time') return timeText(value) ?? refuse(value, 'a time', path);
  if ('list' in shape) {
    if (!Array.isArray(value)) return refuse(value, 'a list', path);
    return value.map((each, index) => pick(each, shape.list, `${path}[${index}]`, depth + 1));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(value, 'an object', path);
  const known: [string, unknown][] = [];
  for (const [key, each] of Object.entries(value)) {
    const inner =
      'map' in shape ? shape.map : Object.hasOwn(shape.members, key) ? shape.members[key] : undefined;
    if (inner === undefined || each === null || each === undefined) continue;
    // An empty text is what AWS prints for a member that is not set.
    if (each === '' && (inner === 'text' || inner === 'time')) continue;
    known.push([key, pick(each, inner, `${path}.${key}`, depth + 1)]);
  }
  return Object.fromEntries(known);
}

function textOf(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return refuse(value, 'a text', path);
}

function numberOf(value: unknown, path: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'string' && /^-?\d{1,9}$/.test(value)) return Number(value);
  return refuse(value, 'a number', path);
}

function booleanOf(value: unknown, path: string): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  return refuse(value, 'true or false', path);
}

/** A time as text in UTC, of a text or of seconds since 1970, as version 1 of the AWS CLI prints it; null for anything else. */
export function timeText(value: unknown): string | null {
  const ms =
    typeof value === 'number' ? value * 1000 : typeof value === 'string' ? parsed(value) : Number.NaN;
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : null;
}

function parsed(text: string): number {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}

function refuse(value: unknown, wanted: string, path: string): never {
  const json = JSON.stringify(value) ?? 'nothing';
  throw new ShapeError(
    `${path}: expected ${wanted}, found ${json.length > 60 ? `${json.slice(0, 60)}…` : json}`,
  );
}
