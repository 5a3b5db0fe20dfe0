// The configuration of `npm run docs`: the API reference in docs/reference, from the docstrings of what src/index.ts exports.
import { OptionDefaults } from 'typedoc';

/** Tags that the JSON Schemas are made from (ts-json-schema-generator); a reader of the reference does not need them. */
const schemaTags = [
  '@additionalProperties',
  '@format',
  '@maximum',
  '@maxItems',
  '@maxLength',
  '@maxProperties',
  '@minimum',
  '@minItems',
  '@minLength',
  '@pattern',
  '@anyOf',
  '@asType',
  '@discriminator',
  '@else',
  '@if',
  '@items',
  '@then',
];

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'pprobe',
  entryPoints: ['src/index.ts', 'src/telemetry/opentelemetry.ts'],
  tsconfig: 'tsconfig.build.json',
  out: 'docs/reference',
  readme: 'none',
  disableSources: true,
  excludeInternal: true,
  excludePrivate: true,
  githubPages: false,
  hideGenerator: true,
  sort: ['kind', 'instance-first', 'alphabetical'],
  blockTags: [...OptionDefaults.blockTags, ...schemaTags],
  excludeTags: [...OptionDefaults.excludeTags, ...schemaTags],
  treatWarningsAsErrors: true,
  validation: { notExported: true, invalidLink: true, notDocumented: true },
  requiredToBeDocumented: ['Function', 'Class', 'Interface', 'TypeAlias', 'Variable'],
  // Types that others are made of; nobody needs their names.
  intentionallyNotExported: ['PHASES', 'WireReplyKind', 'WireMethod', 'MplsEntry', 'Asked'],
};
