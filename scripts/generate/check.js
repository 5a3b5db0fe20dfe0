// The check of a saved report: ajv's standalone code for its JSON Schema, in one module without dependencies.
import { resolve } from 'node:path';
import { Ajv } from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '../..');

export async function savedReportCheck(schema) {
  const ajv = new Ajv({
    // A definition becomes one function, however often it is used.
    inlineRefs: false,
    messages: false,
    strictRequired: false,
    strictTypes: false,
    code: { source: true, esm: true, lines: false, optimize: 2 },
  });
  const validate = ajv.compile(reduced(schema));
  const { outputFiles } = await build({
    stdin: { contents: compact(standaloneCode.default(ajv, validate)), resolveDir: root },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minify: true,
    lineLimit: 120,
    banner: { js: '// Written by scripts/generate.js from the types of src/documents.' },
  });
  return outputFiles[0].text;
}

/**
 * The same schema for less code. `X | null` and a list of words become definitions of their own instead of an `anyOf` and of
 * copies in the error messages. Descriptions are left out, and so are the formats of addresses, times and URLs, whose code is
 * long: rules accept any text there.
 */
function reduced({ $defs, ...schema }) {
  const definitions = {};
  const names = new Map();
  for (const [name, definition] of Object.entries($defs)) definitions[name] = without(definition);
  return { ...schema, $defs: definitions };

  function without(value) {
    if (Array.isArray(value)) return value.map(without);
    if (typeof value !== 'object' || value === null) return value;
    const { description, format, anyOf, properties, type, ...rest } = value;
    const inner = Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, without(each)]));
    if (type !== undefined) Object.assign(inner, typed(type));
    if (properties !== undefined) {
      const members = Object.entries(properties).map(([name, each]) => [name, shared(without(each))]);
      inner.properties = Object.fromEntries(members);
    }
    return { ...inner, ...union(anyOf) };
  }

  function typed(type) {
    const [first, ...others] = [type].flat().filter((each) => each !== 'null');
    if (others.length > 0) throw new Error('a member of a document has one type, or one type and null');
    return Array.isArray(type) ? { type: first, nullable: true } : { type };
  }

  /** Equal types of members are one function. */
  function shared(schema) {
    if (schema.$ref !== undefined) return schema;
    const form = JSON.stringify(schema);
    if (!names.has(form)) {
      names.set(form, `Member${names.size}`);
      definitions[names.get(form)] = schema;
    }
    return { $ref: `#/$defs/${names.get(form)}` };
  }

  function union(anyOf = []) {
    if (anyOf.some((each) => 'format' in each)) return {};
    const types = anyOf.filter(({ type }) => type !== 'null');
    const [only] = types;
    if (types.length === 1 && anyOf.length === 2 && only !== undefined) return orNull(only);
    const words = anyOf.flatMap((each) => wordsOf(each));
    return anyOf.length === 0 ? {} : { enum: words };
  }

  function wordsOf({ $ref, enum: words, const: word, type }) {
    if ($ref !== undefined) return wordsOf($defs[nameIn($ref)]);
    if (words !== undefined) return words;
    if (word !== undefined) return [word];
    if (type === 'null') return [null];
    throw new Error('a union of documents has to be one of words, or of one type and null');
  }

  function orNull(schema) {
    if (schema.$ref === undefined) return nullable(without(schema));
    const name = nameIn(schema.$ref);
    const definition = $defs[name];
    if (definition.$ref !== undefined) return orNull(definition);
    definitions[`${name}OrNull`] ??= nullable(without(definition));
    return { $ref: `#/$defs/${name}OrNull` };
  }

  function nullable(schema) {
    if (schema.enum !== undefined) return { ...schema, enum: [...schema.enum, null] };
    return { ...schema, nullable: true };
  }
}

function nameIn(ref) {
  return ref.slice('#/$defs/'.length);
}

/** How ajv checks a member whose type is a function. */
const member =
  /if\(([\w.[\]"]+) !== undefined\)\{\s*const (\w+) = errors;\s*if\(!\(((\w+)\([^;{}]*\{[^{}]*\}\))\)\)\{[^{}]*\}\s*var (\w+) = \2 === errors;\s*\}\s*else \{\s*var \5 = true;\s*\}/g;

/**
 * Without the arguments and members that nothing here reads, and with a list of one error, because the check ends at the first.
 */
function compact(code) {
  return code
    .replace(/,parentData:[\w.[\]]+,parentDataProperty:(?:"[^"]*"|\w+),rootData/g, '')
    .replace(/, ?parentData, ?parentDataProperty, ?rootData(?:=data)?(?=\})/g, '')
    .replace(/schemaPath:"[^"]*",/g, '')
    .replace(
      /vErrors = vErrors === null \? (\w+)\.errors : vErrors\.concat\(\1\.errors\)/g,
      'vErrors = $1.errors',
    )
    .replace(member, 'var $5 = $1 === undefined || $3;\nif(!$5){vErrors = $4.errors;errors = 1;}');
}
