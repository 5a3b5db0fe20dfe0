import fc from 'fast-check';
import t from 'tap';
import { searchNames } from '../../../src/probe/dns/ask-name.js';
import { isQueryName } from '../../../src/target/dns-name.js';

const two = ['one.test', 'two.test'];

t.test('the order of names is as measured with getent', async (t) => {
  t.same([...searchNames('bare', { search: two, ndots: 1 })], ['bare.one.test.', 'bare.two.test.', 'bare.']);
  t.same(
    [...searchNames('a.dotted', { search: two, ndots: 1 })],
    ['a.dotted.', 'a.dotted.one.test.', 'a.dotted.two.test.'],
  );
});

t.test('a name with a final dot is the only one tried', async (t) => {
  t.same([...searchNames('bare.', { search: two, ndots: 1 })], ['bare.']);
  t.same([...searchNames('.', { search: two, ndots: 1 })], ['.']);
});

t.test('with the ndots of a pod, a public name is tried with every suffix first', async (t) => {
  const rules = { search: ['svc.cluster.local'], ndots: 5 };
  t.same(
    [...searchNames('api.example.com', rules)],
    ['api.example.com.svc.cluster.local.', 'api.example.com.'],
  );
  t.same([...searchNames('a.b.c.d.e.f', rules)], ['a.b.c.d.e.f.', 'a.b.c.d.e.f.svc.cluster.local.']);
  t.equal(searchNames('bare', { search: two, ndots: 0 }).next().value, 'bare.');
});

t.test('search lists that are empty, contain the root, a duplicate or an invalid suffix', async (t) => {
  t.same([...searchNames('bare', { search: [], ndots: 1 })], ['bare.']);
  t.same([...searchNames('bare', { search: ['.', 'one.test'], ndots: 1 })], ['bare.', 'bare.one.test.']);
  t.same(
    [...searchNames('bare', { search: ['one.test', 'one.test'], ndots: 1 })],
    ['bare.one.test.', 'bare.'],
  );
  t.same([...searchNames('bare', { search: ['a..b', 'x y', 'c'.repeat(64)], ndots: 1 })], ['bare.']);
});

t.test('a suffix that makes the name too long is skipped', async (t) => {
  const long = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(50)}`;
  t.same([...searchNames(long, { search: ['much.too.long', 'ok'], ndots: 9 })], [`${long}.ok.`, `${long}.`]);
});

t.test('with any rules, the name as typed is tried, and all names are valid and different', async () => {
  const rules = fc.record({ search: fc.array(fc.oneof(fc.domain(), fc.string())), ndots: fc.nat(15) });
  fc.assert(
    fc.property(fc.domain(), rules, (name, given) => {
      const names = [...searchNames(name, given)];
      return names.includes(`${name}.`) && names.every(isQueryName) && new Set(names).size === names.length;
    }),
  );
});
