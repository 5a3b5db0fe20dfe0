// The JSON Schemas of the documents, from the TypeScript types of src/documents.
import { join, resolve } from 'node:path';
import { createGenerator } from 'ts-json-schema-generator';
import { exportsOf } from './evaluate.js';

const root = resolve(import.meta.dirname, '../..');

/** The type of each kind of document, and the title of its schema. */
const kinds = {
  dns: ['DnsDocument', 'pprobe dns'],
  tcp: ['TcpDocument', 'pprobe tcp'],
  tls: ['TlsDocument', 'One TLS handshake in a pprobe report'],
  http: ['HttpDocument', 'One HTTP request in a pprobe report'],
  trace: ['TraceDocument', 'pprobe trace'],
  'trace-watch': ['WatchRound', 'pprobe trace --watch'],
  report: ['ReportDocument', 'pprobe diagnose'],
  comparison: ['ComparisonDocument', 'pprobe explain with several reports'],
  fleet: ['FleetDocument', 'pprobe fleet diagnose and pprobe fleet show'],
  agents: ['AgentsDocument', 'pprobe fleet agents and pprobe fleet init'],
  log: ['LogDocument', 'pprobe explain --log'],
  facts: ['FactsDocument', 'pprobe collect, and what --facts reads'],
  doctor: ['DoctorDocument', 'pprobe doctor'],
  error: ['ErrorDocument', 'What a pprobe command prints when it fails'],
};

const dialect = 'https://json-schema.org/draft/2020-12/schema';

/** The bound of a text that has no bound of its own, in characters. */
const longestText = 4096;

let generated = null;

/** The schemas of all types that occur in documents, by the names of the types. */
function definitions() {
  generated ??= generate();
  return generated;
}

function generate() {
  const generator = createGenerator({
    path: join(root, 'src/documents/*.ts'),
    type: '*',
    tsconfig: join(root, 'tsconfig.json'),
    // `npm run check` checks the types.
    skipTypeCheck: true,
    additionalProperties: true,
    extraTags: ['anyOf', 'items'],
  });
  const types = [...Object.values(kinds).map(([type]) => type), 'SavedReport'];
  const found = Object.assign({}, ...types.map((type) => generator.createSchema(type).definitions));
  const judgement = judgementSchema();
  return {
    ...Object.fromEntries(Object.entries(found).map(([name, schema]) => [name, completed(schema)])),
    Judgement: judgement,
  };
}

/** With the default bound of texts, unions by their discriminator, and the tie between class and cause. */
function completed(schema) {
  if (Array.isArray(schema)) return schema.map(completed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, completed(value)]));
  if (typeof inner.description === 'string') inner.description = plain(inner.description);
  const isText = [inner.type].flat().includes('string') && !('enum' in inner) && !('const' in inner);
  if (isText) inner.maxLength ??= longestText;
  // The words of an enumeration are enough, and a condition needs no more of its members than it names.
  if ('enum' in inner || 'const' in inner) delete inner.type;
  if (isJudged(inner)) inner.allOf = [{ $ref: '#/definitions/Judgement' }];
  return inner;
}

function isJudged({ properties }) {
  return (
    properties?.class?.$ref === '#/definitions/VerdictClass' &&
    properties.cause?.$ref === '#/definitions/Cause'
  );
}

function plain(description) {
  return description
    .replace(/\s*\{@link\s+(\w+)\s*\}\s?/g, ' `$1`')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}

/** Which causes a class has, from the table of the causes; `reachable` has `none`, as `inconclusive` has. */
function judgementSchema() {
  const causesOf = new Map();
  for (const [cause, facts] of Object.entries(exportsOf(join(root, 'src/documents/causes.ts')).CAUSES)) {
    causesOf.set(facts.class, [...(causesOf.get(facts.class) ?? []), cause]);
  }
  causesOf.set('reachable', causesOf.get('inconclusive'));
  return {
    description: 'Which causes belong to which class.',
    allOf: [...causesOf].map(([name, names]) =>
      conditional({ properties: { class: { const: name } } }, { properties: { cause: { enum: names } } }),
    ),
  };
}

/** `if` and `then` of JSON Schema. */
function conditional(condition, consequence) {
  return Object.fromEntries([
    ['if', condition],
    ['then', consequence],
  ]);
}

/** By name: the schema of each kind, and `common` with the definitions that they share. */
export function documentSchemas() {
  const all = definitions();
  const kindOf = new Map(Object.entries(kinds).map(([kind, [type]]) => [type, kind]));
  const resolved = (type) =>
    kindOf.has(type) ? `pprobe:${kindOf.get(type)}` : `pprobe:common#/$defs/${type}`;
  const schemas = {};
  for (const [kind, [type, title]] of Object.entries(kinds)) {
    const { description, ...rest } = withRefs(all[type], resolved);
    schemas[kind] = { $schema: dialect, $id: `pprobe:${kind}`, title, description, ...rest };
  }
  const shared = Object.keys(all).filter((type) => !kindOf.has(type) && type !== 'SavedReport');
  schemas.common = {
    $schema: dialect,
    $id: 'pprobe:common',
    title: 'What several pprobe documents share',
    description:
      'Consumers must accept members that are not listed here: a version gains members, and loses or renames none.',
    $defs: Object.fromEntries(shared.sort().map((type) => [type, withRefs(all[type], resolved)])),
  };
  return schemas;
}

/** Types that src/aws reads member by member, so that the check of a report need not: their code would be a third of it. */
const readByShape = new Set(['Ec2Facts', 'ApiGatewayFacts', 'Route53Facts', 'ResolverFacts']);

/** The schema of a saved report, with the definitions that it refers to. */
export function savedReportSchema() {
  const all = definitions();
  const used = {};
  const use = (type) => {
    if (type in used) return;
    used[type] = null;
    if (readByShape.has(type)) {
      used[type] = { type: 'object' };
      return;
    }
    used[type] = withRefs(all[type], (other) => {
      use(other);
      return `#/$defs/${other}`;
    });
  };
  use('SavedReport');
  return { $ref: '#/$defs/SavedReport', $defs: used };
}

function withRefs(schema, resolved) {
  if (Array.isArray(schema)) return schema.map((each) => withRefs(each, resolved));
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (key !== '$ref') return [key, withRefs(value, resolved)];
      return [key, resolved(decodeURIComponent(value.slice('#/definitions/'.length)))];
    }),
  );
}
