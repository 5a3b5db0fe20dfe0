import fc from 'fast-check';
import { test } from 'tap';
import { classify } from '../../../src/diagnose/classify.js';
import {
  allowInbound,
  allowOutbound,
  checkAcl,
  checkRoutes,
  type Ends,
} from '../../../src/diagnose/remedies/network.js';
import { stillNeeded } from '../../../src/diagnose/rules/answered.js';
import type { Gate } from '../../../src/documents/facts.js';
import { configuredEvidence, factsOf, healthy } from '../configuration/vpc.js';
import { dns, HOST, tcp } from '../evidence.js';
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

test('a remedy about several addresses keeps those that the configuration does not answer', (t) => {
  const silent = {
    dns: [dns(HOST, ['10.0.1.5', '10.0.2.5'])],
    tcp: [tcp(HOST, { '10.0.1.5': 'timeout', '10.0.2.5': 'timeout' })],
  };
  const both = classify(configuredEvidence(silent, factsOf()));
  t.notOk(both.remedies.some(({ text }) => text.startsWith('Find the network interfaces')));
  const partial = configuredEvidence(
    silent,
    factsOf({
      NetworkInterfaces: healthy.NetworkInterfaces.filter(
        ({ PrivateIpAddress }) => PrivateIpAddress !== '10.0.2.5',
      ),
      VpcEndpoints: [],
    }),
  );
  const texts = classify(partial).remedies.map(({ text }) => text);
  const about = (words: RegExp) => texts.filter((text) => words.test(text));
  t.same(about(/^Find the network interfaces of .*10\.0\.1\.5/), [], texts.join('\n'));
  t.same(about(/^Find the network interfaces of 10\.0\.2\.5,/).length, 1, texts.join('\n'));
  t.same(about(/^Allow inbound TCP 443 .* of 10\.0\.2\.5$/).length, 1, texts.join('\n'));
  t.same(about(/^Allow outbound TCP/), [], texts.join('\n'));
  t.end();
});

const ends: Ends = {
  client: '10.0.9.15',
  clients: ['10.0.9.15'],
  addresses: ['10.0.1.5', '10.0.2.5'],
  port: 443,
  region: null,
};
const anyState = fc.constantFrom<Gate['state']>('allow', 'deny', 'partly', 'unknown');
const anyGate: fc.Arbitrary<Gate> = fc.record({
  gate: fc.constantFrom<Gate['gate']>('security-group', 'network-acl', 'route', 'private-dns'),
  end: fc.constantFrom<Gate['end']>('client', 'target'),
  direction: fc.constantFrom<Gate['direction']>('in', 'out'),
  state: anyState,
  resource: fc.constantFrom(null, 'sg-1'),
  rule: fc.constant(null),
  text: fc.constant(''),
  addresses: fc.subarray(ends.addresses.slice(), { minLength: 1 }),
});

test('whatever is allowed, no remedy names an address for which all of it is open', (t) => {
  const kinds = [
    [allowInbound(ends), (gate: Gate) => gate.gate === 'security-group' && gate.end === 'target'],
    [allowOutbound(ends), (gate: Gate) => gate.gate === 'security-group' && gate.end === 'client'],
    [checkAcl(ends), (gate: Gate) => gate.gate === 'network-acl'],
    [checkRoutes(ends), (gate: Gate) => gate.gate === 'route'],
  ] as const;
  fc.assert(
    fc.property(fc.array(anyGate, { maxLength: 10 }), (gates) => {
      for (const [advice, concerns] of kinds) {
        const left = stillNeeded([advice], gates)
          .map(({ text }) => text)
          .join('\n');
        for (const address of ends.addresses) {
          const own = gates.filter((gate) => concerns(gate) && gate.addresses?.includes(address));
          const isOpen = own.length > 0 && own.every(({ state }) => state === 'allow');
          t.equal(left.includes(address), !isOpen, `${address} in ${JSON.stringify(left)}`);
        }
      }
    }),
    { numRuns: 100 },
  );
  t.end();
});
