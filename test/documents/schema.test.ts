import { test } from 'tap';
import { CAUSES } from '../../src/documents/causes.js';
import { samples } from './samples.js';
import { publishedSchemas, validateDocument, validatorOf } from './validate.js';

type Path = (string | number)[];

/** Members that a document may leave out; the last part of their path is enough to know them. */
const optional = new Set([
  'toolVersion',
  'compare',
  'reportId',
  'system',
  'nsid',
  'cookie',
  'allServers',
  'resolver',
  'systemPatience',
  'command',
  'snippet',
  'docs',
  'text',
  'observed',
  'check',
  'bad-id',
  'bad-quote',
  '10.0.9.1',
  'statistics',
  'stopped',
  // What a lookup shows besides its answer, where it shows it.
  'answersOnlyWithoutEdns',
  'typesNotAnswered',
  'typesFailed',
  'serversPassedOver',
  'answersOthers',
  'repliesFrom',
  'queriesLost',
  'notRecursive',
  'truncatedWithoutTcp',
  'danglingAlias',
  'aliasLoop',
  'aliasUnended',
  'dnameOnly',
  'aliasBesideData',
  'aliasFollowedHere',
  'resolverOptions',
  'nameserverMissing',
]);

/** The same, of a connection attempt or a query alone: elsewhere members of these names must be there. */
const optionalInAttempts = new Set([
  'cause',
  'from',
  'icmp',
  'retransmits',
  'neighbour',
  'banner',
  'late',
  'firstSynLost',
  'window',
  'afterOpen',
]);

/** The same, of the measurements of a kind alone. */
const optionalInMeasurements: Readonly<Record<string, readonly string[]>> = {
  dns: ['asked', 'line'],
  tcp: ['line'],
  tls: ['pausedMs', 'progress', 'clientCertificate', 'chain', 'chainFault', 'trust'],
  http: ['httpApiRequestId', 'headers', 'x-cache', 'title', 'received'],
  trace: ['target', 'route', 'keepsTtl', 'unsent'],
  'trace-watch': ['target', 'route', 'keepsTtl', 'unsent'],
};

/**
 * Every place in a document, down to the leaves. Of a document within a document only itself: it has a kind, and so a
 * sample and tests of its own.
 */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null || (path.length > 0 && 'kind' in value)) return [path];
  const keys: Path = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  const members = new Map<string | number, unknown>(Object.entries(value));
  return [path, ...keys.flatMap((key) => pathsOf(members.get(String(key)), [...path, key]))];
}

/** The value at a place. */
function at(document: unknown, path: Path): unknown {
  return path.reduce((value, key) => Reflect.get(Object(value), key), document);
}

/** The kind of the innermost document that holds the place. */
function kindAround(document: unknown, path: Path): string {
  const kinds = path.map((_, length) => Reflect.get(Object(at(document, path.slice(0, length))), 'kind'));
  return String(kinds.findLast((kind) => kind !== undefined));
}

/**
 * A copy in which `change` was let loose on the object or list that holds the place. What is not on the way to it is shared: there
 * are thousands of copies.
 */
function changed(
  document: unknown,
  [key = '', ...path]: Path,
  change: (holder: object, key: string | number) => void,
): unknown {
  const copy: object = Array.isArray(document) ? [...document] : { ...Object(document) };
  if (path.length === 0) change(copy, key);
  else Reflect.set(copy, key, changed(Reflect.get(copy, key), path, change));
  return copy;
}

function set(document: unknown, path: Path, value: unknown): unknown {
  return changed(document, path, (holder, key) => Reflect.set(holder, key, value));
}

/** What consumers have: members that they do not know are no problem. */
const published = validatorOf(publishedSchemas(), { strict: false });

// One assertion for the places of a document: tap looks up the source of each, which costs more than the validation.
for (const [kind, sample] of Object.entries(samples)) {
  test(`a ${kind} document with every member it can have is valid`, async (t) => {
    t.same(validateDocument(sample), []);
  });

  test(`no member of a ${kind} document may be missing`, async (t) => {
    const mayBeMissing = pathsOf(sample).filter((path) => {
      const [key] = path.slice(-1);
      // A remedy's text must be there, an alternative's need not.
      const isOptional = optional.has(String(key)) && !(key === 'text' && !path.includes('alternatives'));
      if (typeof key !== 'string' || isOptional) return false;
      if (path.at(-3) === 'attempts' && optionalInAttempts.has(key)) return false;
      if (optionalInMeasurements[kindAround(sample, path)]?.includes(key)) return false;
      const without = changed(sample, path, (holder, name) => Reflect.deleteProperty(holder, name));
      return validateDocument(without).length === 0;
    });
    t.same(mayBeMissing, []);
  });

  test(`nothing in a ${kind} document is of a type of its own choice`, async (t) => {
    const ofAnyType = pathsOf(sample).filter(
      (path) => path.length > 0 && validateDocument(set(sample, path, [[]])).length === 0,
    );
    t.same(ofAnyType, []);
  });

  test(`a member that the schema of ${kind} does not know is a problem here, and none for a consumer`, async (t) => {
    t.same(published(sample), []);
    const problems = pathsOf(sample).flatMap((path) => {
      const place = at(sample, path);
      const isMap = ['discarded', 'names', 'headers'].includes(String(path.at(-1)));
      const isObject = typeof place === 'object' && place !== null && !Array.isArray(place);
      if (!isObject || isMap) return [];
      const more = set(sample, [...path, 'newInLaterVersion'], 1);
      const isSaid = /additional propert/.test(validateDocument(more)[0] ?? '');
      return isSaid && published(more).length === 0 ? [] : [path.join('.')];
    });
    t.same(problems, []);
  });
}

test('words that are not in their list are found', async (t) => {
  const wrong: [document: unknown, path: Path, value: unknown][] = [
    [samples.dns, ['status'], 'NXDOMAIN'],
    [samples.dns, ['transport'], 'tls'],
    [samples.dns, ['addresses', 0, 'scope'], 'intranet'],
    [samples.dns, ['attempts', 0, 'outcome'], 'truncated?'],
    [samples.tcp, ['status'], 'closed'],
    [samples.tcp, ['attempts', 0, 'errno'], 'connection refused'],
    [samples.tls, ['status'], 'self-signed'],
    [samples.http, ['variant'], 'none'],
    [samples.http, ['failure'], 'ECONNRESET'],
    [samples.trace, ['outcome'], 'timeout'],
    [samples.trace, ['hops', 0, 'probes', 0, 'reply'], 'syn'],
    [samples.trace, ['hops', 0, 'probes', 0, 'annotation'], 'X'],
    [samples.report, ['verdict', 'class'], 'firewall'],
    [samples.report, ['verdict', 'cause'], 'tcp.timeout'],
    [samples.report, ['verdict', 'confidence'], 'sure'],
    [samples.report, ['verdict', 'evidence', 0, 'observation'], 'tcp'],
    [samples.report, ['target', 'privateApi', 'form'], 'other'],
    [samples.report, ['skipped', 0, 'step'], 'udp'],
    [samples.error, ['error', 'code'], 'EINVAL'],
  ];
  for (const [document, path, value] of wrong) {
    t.not(validateDocument(set(document, path, value)).length, 0, `${path.join('.')} ${value}`);
  }
});

test('impossible values are found', async (t) => {
  const wrong: [document: unknown, path: Path, value: unknown][] = [
    [samples.tcp, ['version'], 2],
    [samples.tcp, ['durationMs'], -1],
    [samples.tcp, ['durationMs'], Number.NaN],
    [samples.tcp, ['startedAt'], '2026-03-01 12:00'],
    [samples.tcp, ['startedAt'], '2026-03-01T12:00:00+01:00'],
    [samples.tcp, ['port'], 65_536],
    [samples.tcp, ['attempts', 0, 'localPort'], 0],
    [samples.tcp, ['attempts', 0, 'address'], 'host.test'],
    [samples.tcp, ['attempts', 0, 'address'], 'FD00::1'],
    [samples.tcp, ['attempts', 0, 'address'], '10.0.0.256'],
    [samples.http, ['url'], 'https://api.test/#secret'],
    [samples.http, ['location'], '/x?secret=1'],
    [samples.http, ['message'], 'x'.repeat(1001)],
    [samples.tls, ['certificate', 'validTo'], 'Jan  1 00:00:00 2027 GMT'],
    [samples.trace, ['hops', 0, 'ttl'], 256],
    [samples.trace, ['hops', 0, 'probes', 0, 'mpls', 0, 'label'], 1 << 20],
  ];
  for (const [document, path, value] of wrong) {
    t.not(validateDocument(set(document, path, value)).length, 0, `${path.join('.')} ${value}`);
  }
});

test('members that contradict each other are found', async (t) => {
  const problems = (document: object, members: object) =>
    validateDocument({ ...document, ...members }).length;
  const [attempt] = samples.tcp.attempts;
  t.not(
    problems(samples.tcp, { attempts: [{ ...attempt, status: 'open', errno: 'EPERM' }] }),
    0,
    'open, with an errno',
  );
  t.not(problems(samples.tls, { status: 'ok' }), 0, 'ok, with a problem');
  t.equal(problems(samples.tls, { status: 'ok', errorCode: null, problems: [] }), 0);
  t.not(problems(samples.http, { status: null, failure: null }), 0, 'neither a status nor a failure');
  t.not(
    problems(samples.doctor, { engines: [{ method: 'syn', available: false, reason: null, remedy: null }] }),
    0,
  );
});

test('every cause belongs to its class', async (t) => {
  const judged = (members: object) =>
    validateDocument({ ...samples.report, verdict: { ...samples.report.verdict, ...members } });
  const causes = Object.entries(CAUSES);
  for (const [cause, { class: own }] of causes) {
    t.same(judged({ class: own, cause }), [], cause);
    const other = own === 'tls' ? 'dns' : 'tls';
    t.not(judged({ class: other, cause }).length, 0, `${cause} is not of ${other}`);
  }
  t.same(judged({ class: 'reachable', cause: 'none' }), []);
  const known = publishedSchemas().find(({ $id }) => $id === 'pprobe:common');
  const { enum: listed } = Object(Reflect.get(Object(known?.$defs), 'Cause'));
  for (const [cause] of causes) t.ok(listed.includes(cause), cause);
});

test('other values are not documents', async (t) => {
  for (const document of [null, 'text', [], {}, { kind: 'common' }, { kind: 'unknown' }, { kind: 1 }]) {
    t.not(validateDocument(document).length, 0, JSON.stringify(document));
  }
});

test('each schema is named after its file and describes itself', async (t) => {
  const schemas = publishedSchemas();
  t.same(
    schemas.map(({ $id }) => $id).sort(),
    [...Object.keys(samples), 'common'].map((name) => `pprobe:${name}`).sort(),
  );
  for (const schema of schemas) t.ok(schema.title && schema.description, schema.$id);
});
