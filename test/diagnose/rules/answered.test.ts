import { test } from 'tap';
import { classify } from '../../../src/diagnose/classify.js';
import type { Gate } from '../../../src/documents/facts.js';
import { rows } from './all.rows.js';

/** What the words of a remedy or of a check ask, and the gates that answer it. */
const questions: readonly { asks: RegExp; gates: (gate: Gate) => boolean }[] = [
  { asks: /\bCheck that the API exists|\bIf the API is public/, gates: ({ gate }) => gate === 'api' },
  { asks: /\bCheck that the stage\b/, gates: ({ gate }) => gate === 'stage' },
  { asks: /check API id, Region and stage/, gates: ({ gate }) => gate === 'api' || gate === 'stage' },
  {
    asks: /has a base path mapping/,
    gates: ({ gate, rule }) => gate === 'domain-name' && rule?.startsWith('/') === true,
  },
  {
    asks: /^Find the network interfaces of/,
    gates: ({ gate, end }) => gate === 'security-group' && end === 'target',
  },
  { asks: /^Allow inbound TCP/, gates: ({ gate, end }) => gate === 'security-group' && end === 'target' },
  { asks: /^Allow outbound TCP/, gates: ({ gate, end }) => gate === 'security-group' && end === 'client' },
];

test('no remedy or alternative asks what a gate of the same report answers', (t) => {
  let tried = 0;
  for (const { name, given } of rows) {
    const { gates = [] } = given;
    if (gates.length === 0) continue;
    const { remedies, alternatives } = classify(given);
    for (const { asks, gates: answer } of questions) {
      const answered = gates.filter(answer);
      if (answered.length === 0 || answered.some(({ state }) => state !== 'allow')) continue;
      tried += 1;
      for (const { text } of remedies) t.notMatch(text, asks, `${name}: a remedy`);
      for (const { check, observed } of alternatives)
        if (observed !== true) t.notMatch(check ?? '', asks, `${name}: an alternative`);
    }
  }
  t.ok(tried > 50, 'the gates of the rows answer questions');
  t.end();
});

test('where the API and its stage exist, a bare Forbidden still has a remedy', (t) => {
  for (const { name, given } of rows) {
    const verdict = classify(given);
    const isKnown = (given.gates ?? []).some(({ gate, state }) => gate === 'stage' && state === 'allow');
    if (isKnown && verdict.cause === 'api.not-matched') t.ok(verdict.remedies.length > 0, name);
  }
  t.end();
});
