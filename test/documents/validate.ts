import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const folder = new URL('../../src/generated/schema/', import.meta.url);

export type JsonSchema = { [key: string]: unknown; $id: string };

/** Every published schema, read from its file. */
export function publishedSchemas(): JsonSchema[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')));
}

/**
 * Compiles schemas, and gives the problems of a document by its kind. Published schemas accept members they
 * do not know, because documents gain members within a version; `strict` closes every object, so that our own
 * tests meet none that is not described.
 */
export function validatorOf(
  schemas: readonly JsonSchema[],
  { strict }: { strict: boolean },
): (document: unknown) => string[] {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
  addFormats.default(ajv);
  for (const schema of schemas) ajv.addSchema(strict ? closed(schema) : schema);
  // The one without members only defines what the others share.
  const kinds = new Set(schemas.filter(({ properties }) => properties !== undefined).map(({ $id }) => $id));
  return (document) => {
    const kind = kindOf(document);
    const id = `pprobe:${kind}`;
    const validate: ValidateFunction | undefined = kinds.has(id) ? ajv.getSchema(id) : undefined;
    if (validate === undefined) return [`no schema for kind ${JSON.stringify(kind)}`];
    // What is measured is what a reader of the printed JSON gets: there, undefined members are missing and
    // NaN is null.
    validate(JSON.parse(JSON.stringify(document)));
    return (validate.errors ?? []).map(problemOf);
  };
}

/**
 * The problems of a document against the published schema of its kind, none when it is valid. Members that
 * the schema does not describe are problems here, although a consumer accepts them.
 */
export const validateDocument = validatorOf(publishedSchemas(), { strict: true });

function kindOf(document: unknown): string | null {
  if (typeof document !== 'object' || document === null || !('kind' in document)) return null;
  return typeof document.kind === 'string' ? document.kind : null;
}

function problemOf({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath || '/'} ${message} ${JSON.stringify(params)}`;
}

/**
 * The same schema with every described object closed. The `properties` of a condition do not describe an object, and a union
 * closes the objects that it consists of.
 */
function closed(schema: object): object {
  const inner: Record<string, unknown> = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, closedValue(value)]),
  );
  const describesObject = inner.type === 'object' && inner.properties !== undefined && !isUnion(inner);
  return describesObject ? { additionalProperties: false, ...inner } : inner;
}

function isUnion({ allOf }: Record<string, unknown>): boolean {
  return Array.isArray(allOf) && allOf.some(({ then }) => then?.type === 'object');
}

function closedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closedValue);
  return typeof value === 'object' && value !== null ? closed(value) : value;
}
