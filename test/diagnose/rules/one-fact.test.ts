import fc from 'fast-check';
import { test } from 'tap';
import { classify } from '../../../src/diagnose/classify.js';
import type { Basis, Finding, Rule } from '../../../src/diagnose/finding.js';
import { RULES } from '../../../src/diagnose/rules/index.js';
import { withoutUnsendable } from '../../../src/documents/observed/tcp.js';
import type { Confidence, Evidence, Observations, Verdict } from '../../../src/documents/report.js';
import { runs } from '../../runs.js';
import { anyEvidence } from '../any-evidence.js';
import { evidence } from '../evidence.js';
import { rows } from './all.rows.js';
import { rivalRows } from './rivals.rows.js';
import { exists } from './row.js';
import { unlikeRows } from './unlike-answers.rows.js';

/** How verdicts change when one fact of the evidence is removed or corrected. */

const ORDER: readonly Confidence[] = ['low', 'medium', 'high', 'certain'];
const nothing: Observations = { dns: [], tcp: [], tls: [], http: [], trace: [] };

/** The evidence without any of one kind. */
function without(given: Evidence, basis: Basis): Evidence {
  if (basis === 'skipped') return { ...given, skipped: [] };
  // A target with a host and a port only.
  if (basis === 'target') return { ...given, target: evidence({ target: 'db.internal:5432' }).target };
  const { [basis]: _, ...rest } = given.observations;
  return { ...given, observations: { ...nothing, ...rest, ...(basis in nothing ? { [basis]: [] } : {}) } };
}

const withoutAll = (given: Evidence, kinds: readonly Basis[]): Evidence => kinds.reduce(without, given);

function isAtMost(
  after: Pick<Verdict, 'cause' | 'confidence'>,
  before: Pick<Verdict, 'cause' | 'confidence'>,
) {
  return after.cause !== before.cause || ORDER.indexOf(after.confidence) <= ORDER.indexOf(before.confidence);
}

/** Copies of the evidence, each with one item less in one list of the observations, at any depth. */
function poorer(given: Evidence): Evidence[] {
  const copies: Evidence[] = [];
  const visit = (value: unknown, path: (string | number)[]): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (Array.isArray(value)) copies.push(removed(given, [...path, Number(key)]));
      visit(inner, [...path, Array.isArray(value) ? Number(key) : key]);
    }
  };
  visit(given.observations, []);
  return copies;
}

function removed(given: Evidence, path: readonly (string | number)[]): Evidence {
  return { ...given, observations: withoutAt(given.observations, path) as Observations };
}

/** The value without one item. What is not on the path to it is shared. */
function withoutAt(value: unknown, [key, ...path]: readonly (string | number)[]): unknown {
  if (!Array.isArray(value))
    return { ...Object(value), [String(key)]: withoutAt(Reflect.get(Object(value), String(key)), path) };
  return path.length === 0
    ? value.toSpliced(Number(key), 1)
    : value.with(Number(key), withoutAt(value[Number(key)], path));
}

/** All copies; the fast tests take a tenth of them, from all parts of the evidence. */
function spread(copies: Evidence[]): Evidence[] {
  const share = runs(copies.length) / copies.length;
  return copies.filter((_, index) => Math.floor(index * share) !== Math.floor((index - 1) * share));
}

test('a rule is silent without what it needs', (t) => {
  for (const { name, given } of rows) {
    for (const rule of RULES) {
      if (rule.judge(given) === null) continue;
      t.equal(rule.judge(withoutAll(given, rule.needs)), null, `${rule.id} on ${name}`);
    }
  }
  t.end();
});

test('any evidence: a rule that fires has what it needs, and cites observations that exist', (t) => {
  const broken = (rule: Rule, given: Evidence, finding: Finding): string | null => {
    if (rule.judge(withoutAll(given, rule.needs)) !== null) return `${rule.id} fires without ${rule.needs}`;
    const lost = finding.evidence.find(({ observation }) => !exists(given, observation));
    if (lost !== undefined) return `${rule.id} cites ${lost.observation}`;
    return finding.evidence.length === 0 ? `${rule.id} cites nothing` : null;
  };
  fc.assert(
    fc.property(anyEvidence, (all) => {
      const given = withoutUnsendable(all);
      for (const rule of RULES) {
        const finding = rule.judge(given);
        if (finding === null) continue;
        const what = broken(rule, given, finding);
        if (what !== null) throw new Error(what);
      }
    }),
    { numRuns: runs(400) },
  );
  t.pass();
  t.end();
});

/** Rows in which one of the facts speaks against the verdict or is its very point, and what is left without it. */
const AGAINST: ReadonlyMap<string, string> = new Map([
  ['two configured resolvers with two private answers, and silence at the first', 'an answer of nothing'],
  ['an interrupt with one address open and the other not settled', 'one address, which opens'],
  ['some addresses of the endpoint missing', 'no address in common'],
  ['a certificate that one program alone trusts', 'lists that all reject it'],
  ['a list of authorities that cannot be read', 'lists that all reject it'],
  ...rivalRows.map(({ name }): [string, string] => [name, 'the sign of one cause alone']),
  ...['nxdomain', 'no-data', 'servfail', 'refused'].flatMap((status): [string, string][] => [
    [`${status}, and getaddrinfo has an address from another source`, 'getaddrinfo without an address'],
    [`${status} at the resolver in use, and an address at another one that was asked`, 'one answer'],
  ]),
  ['a port that a REJECT rule of the target itself closes', 'a refusal like any other'],
  ['a port that refuses the connection, where the trace got a SYN-ACK', 'a refusal alone'],
  ['a filter that answers with 0.0.0.0 beside an address of the target', 'the answer of the filter alone'],
  ...unlikeRows.map(({ name }): [string, string] => [name, 'an attempt alone, which nothing contradicts']),
]);

test('removing a fact makes no fault more certain', (t) => {
  for (const { name, given } of rows) {
    const before = classify(given);
    if (before.class === 'reachable' || AGAINST.has(name)) continue;
    const surer = spread(poorer(given))
      .map((less) => classify(less))
      .find((after) => !isAtMost(after, before));
    t.equal(surer, undefined, `${name}: ${before.cause} ${before.confidence} ${surer?.summary ?? ''}`);
  }
  t.end();
});

test('without the observations it cites, a verdict changes, or has other evidence and no higher confidence', (t) => {
  for (const { name, given } of rows) {
    const before = classify(given);
    if (before.class === 'inconclusive') continue;
    const kinds = before.evidence.map(({ observation }) => observation.replace(/\[.*/, '') as Basis);
    const after = classify(withoutAll(given, kinds));
    if (after.cause !== before.cause || after.class !== before.class) continue;
    const cited = (verdict: Verdict) => new Set(verdict.evidence.map(({ text }) => text));
    t.ok(isAtMost(after, before), `${name}: ${before.confidence}, then ${after.confidence}`);
    t.not([...cited(after)].join(), [...cited(before)].join(), `${name} rests on something else`);
  }
  t.end();
});

test('each rule has a unique id, a class, words, needs, and a page or null', (t) => {
  t.equal(new Set(RULES.map(({ id }) => id)).size, RULES.length);
  for (const { id, cause, words, needs, docs } of RULES) {
    t.ok(id === cause || id.startsWith(`${cause}/`) || id === 'reachable', id);
    t.ok(words.length > 0 && needs.length > 0, id);
    t.ok(docs === null || docs.startsWith('https://'), id);
  }
  t.end();
});

test('a caller can add a rule, or replace all rules', (t) => {
  const [row] = rows;
  const given = evidence({ skipped: [{ step: 'trace', reason: 'switched off' }] });
  const mine: Rule = {
    id: 'corp.change-freeze',
    cause: 'policy.denied',
    class: 'policy',
    words: 'nobody may change anything today',
    needs: ['skipped'],
    docs: null,
    judge: ({ skipped }) =>
      skipped.length === 0
        ? null
        : {
            cause: 'policy.denied',
            class: 'policy',
            confidence: 'certain',
            phase: 'local',
            summary: 'There is a change freeze.',
            evidence: [{ observation: 'skipped[0]', text: 'trace is switched off' }],
            remedies: [],
            alternatives: [],
            check: null,
          },
  };
  t.match(classify(given, { rules: [...RULES, mine] }), {
    cause: 'policy.denied',
    class: 'policy',
    summary: 'There is a change freeze.',
  });
  t.equal(classify(row?.given ?? given, { rules: [] }).class, 'inconclusive');
  t.end();
});
