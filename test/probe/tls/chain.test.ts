import type { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { test } from 'tap';
import { Authorities, readPem } from '../../../src/host/authorities.js';
import { chainFaultOf, vouchesFor } from '../../../src/probe/tls/chain.js';
import { type Made, make } from './hierarchy.js';

const root = await make({ name: 'Root', organization: 'Example Trust', authority: true });
const middle = await make({ name: 'Middle', organization: 'Example Trust', authority: true }, root);
const leaf = await make({ name: 'api.test', fetchable: true }, middle);
const nowMs = Date.now();

const listOf = (...made: Made[]) =>
  new Authorities(readPem(made.map(({ pem }) => pem).join('')).certificates);
const sent = (...made: Made[]): X509Certificate[] => made.map(({ certificate }) => certificate);
const fault = (chain: X509Certificate[], ...lists: Authorities[]) => chainFaultOf(chain, lists, nowMs);

test('a complete chain leads to the root of a list, in any order and with others beside it', async (t) => {
  const other = await make({ name: 'Root', organization: 'Example Trust', authority: true });
  t.equal(vouchesFor(listOf(root), sent(leaf, middle), nowMs), true);
  t.equal(vouchesFor(listOf(root), sent(leaf, middle, root), nowMs), true);
  t.equal(vouchesFor(listOf(other, root), sent(leaf, other, middle), nowMs), true);
  t.equal(vouchesFor(listOf(middle), sent(leaf), nowMs), true, 'an authority that is no root');
  t.equal(vouchesFor(listOf(leaf), sent(leaf), nowMs), true, 'the certificate itself');
  t.equal(fault(sent(leaf, middle), listOf(root)), null);
});

test('a list without the root does not vouch, nor one with another authority of the same name', async (t) => {
  const other = await make({ name: 'Root', organization: 'Example Trust', authority: true });
  t.equal(vouchesFor(listOf(), sent(leaf, middle), nowMs), false);
  t.equal(vouchesFor(listOf(other), sent(leaf, middle, root), nowMs), false);
  t.equal(vouchesFor(listOf(root), [], nowMs), false);
});

test('a missing intermediate is distinguished from an unknown root', async (t) => {
  t.match(fault(sent(leaf), listOf(root)), { kind: 'missing-intermediate', depth: 0, name: 'Middle' });
  const plain = await make({ name: 'api.test' }, middle);
  t.match(
    fault(sent(plain), listOf(root)),
    { kind: 'missing-intermediate' },
    'the owner has other roots here',
  );
  const stranger = await make({ name: 'Corp CA', organization: 'Corp', authority: true });
  const own = await make({ name: 'api.test' }, stranger);
  t.match(fault(sent(own), listOf(root)), { kind: 'unknown-root', depth: 0, name: 'Corp CA' });
  t.match(fault(sent(own, stranger), listOf(root)), { kind: 'unknown-root', depth: 1, name: 'Corp CA' });
});

test('what is not valid now is named, also above the server’s own certificate', async (t) => {
  const expired = await make({ name: 'Old', authority: true, to: -0.1 }, root);
  const below = await make({ name: 'api.test' }, expired);
  t.match(fault(sent(below, expired), listOf(root)), { kind: 'expired', depth: 1, name: 'Old' });
  t.equal(vouchesFor(listOf(root), sent(below, expired), nowMs), false);
  t.equal(vouchesFor(listOf(root), sent(below, expired), null), true);
  const early = await make({ name: 'api.test', from: 2 }, middle);
  t.match(fault(sent(early, middle), listOf(root)), { kind: 'not-yet-valid', depth: 0, name: 'api.test' });
  const old = await make({ name: 'Old root', authority: true, to: -0.1 });
  t.equal(
    vouchesFor(listOf(old), sent(await make({ name: 'a.test' }, old)), nowMs),
    false,
    'an expired root',
  );
});

test('an issuer must be allowed to issue', async (t) => {
  const notCa = await make({ name: 'Not a CA' }, root);
  t.equal(vouchesFor(listOf(root), sent(await make({ name: 'a.test' }, notCa), notCa), nowMs), false);
  const short = await make({ name: 'Short', authority: true, pathLength: 0 });
  const under = await make({ name: 'Under', authority: true }, short);
  t.equal(vouchesFor(listOf(short), sent(await make({ name: 'a.test' }, short)), nowMs), true);
  t.equal(vouchesFor(listOf(short), sent(await make({ name: 'a.test' }, under), under), nowMs), false);
  const mail = await make({ name: 'Mail', authority: true, usage: ['1.3.6.1.5.5.7.3.4'] }, root);
  t.equal(vouchesFor(listOf(root), sent(await make({ name: 'a.test' }, mail), mail), nowMs), false);
  const client = await make({ name: 'a.test', usage: ['1.3.6.1.5.5.7.3.2'] }, root);
  t.equal(vouchesFor(listOf(root), sent(client), nowMs), false);
  const weak = await make({ name: 'a.test', hash: 'SHA-1' }, root);
  t.equal(vouchesFor(listOf(root), sent(weak), nowMs), false);
});

test('name constraints decide over the names of the certificate', async (t) => {
  const bound = await make({ name: 'Bound', authority: true, constraint: 'corp.test' }, root);
  const [below, beside] = [await make({ name: 'a.corp.test' }, bound), await make({ name: 'a.test' }, bound)];
  t.equal(vouchesFor(listOf(root), sent(below, bound), nowMs), true);
  t.equal(vouchesFor(listOf(bound), sent(below), nowMs), true);
  t.equal(vouchesFor(listOf(root), sent(beside, bound), nowMs), false);
  t.equal(vouchesFor(listOf(bound), sent(beside), nowMs), false);
  const request = { name: 'Not corp', authority: true, constraint: 'corp.test' } as const;
  const not = await make({ ...request, constraintKind: 'excluded' });
  t.equal(vouchesFor(listOf(not), sent(await make({ name: 'a.corp.test' }, not)), nowMs), false);
  t.equal(vouchesFor(listOf(not), sent(await make({ name: 'acorp.test' }, not)), nowMs), true);
});

test('name constraints about distinguished names are not evaluated: not known', async (t) => {
  const request = { name: 'Bound', authority: true, constraint: '', constraintKind: 'directory' } as const;
  const bound = await make(request, root);
  const below = await make({ name: 'a.test' }, bound);
  t.equal(vouchesFor(listOf(root), sent(below, bound), nowMs), null);
  t.equal(vouchesFor(listOf(bound), sent(below), nowMs), null);
  t.equal(vouchesFor(listOf(), sent(below, bound), nowMs), null);
});

test('a self-signed certificate', async (t) => {
  const own = await make({ name: 'api.test' });
  t.match(fault(sent(own), listOf(root)), { kind: 'self-signed', depth: 0, name: 'api.test' });
  t.equal(vouchesFor(listOf(own), sent(own), nowMs), true);
  t.equal(vouchesFor(listOf(root), sent(own), nowMs), false);
});

test('certificates that could all issue each other end in a bounded time', async (t) => {
  const twins = await Promise.all(Array.from({ length: 20 }, () => make({ name: 'Twin', authority: true })));
  const below = await make({ name: 'a.test' }, await make({ name: 'Twin', authority: true }));
  t.equal(vouchesFor(listOf(root), sent(below, ...twins), nowMs), false);
});

test('a chain that has lost certificates is trusted by no more lists than the whole one', async () => {
  const chain = sent(leaf, middle, root);
  const lists = [listOf(), listOf(root), listOf(middle), listOf(leaf), listOf(root, middle)];
  fc.assert(
    fc.property(fc.subarray(chain.slice(1)), fc.constantFrom(...lists), (kept, list) => {
      const part = vouchesFor(
        list,
        [chain[0], ...kept].filter((each) => each !== undefined),
        nowMs,
      );
      return part !== true || vouchesFor(list, chain, nowMs) === true;
    }),
  );
});
