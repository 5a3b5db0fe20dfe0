import fc from 'fast-check';
import t from 'tap';
import { InvalidInputError } from '../../src/core/errors.js';
import { type AllowList, readAllowList } from '../../src/target/allow-list.js';
import { runs } from '../runs.js';

const example = readAllowList([
  { name: '*.execute-api.us-east-1.amazonaws.com', ports: [443] },
  { name: 'db.internal' },
  { cidr: '10.0.0.0/8', ports: [443, 5432] },
  { cidr: 'fd00::/8' },
  { name: '*.inner.example', cidr: '10.1.0.0/16' },
]);

function isAllowed(allow: AllowList, host: string, port: number): boolean {
  return allow.refusalOf(host, port) === null;
}

t.test('a host is compared with names, blocks and ports before anything is resolved', async (t) => {
  const cases: [host: string, port: number, allowed: boolean][] = [
    ['abc.execute-api.us-east-1.amazonaws.com', 443, true],
    ['A.B.Execute-API.us-east-1.amazonaws.com.', 443, true],
    ['abc.execute-api.us-east-1.amazonaws.com', 444, false],
    ['execute-api.us-east-1.amazonaws.com', 443, false],
    ['xexecute-api.us-east-1.amazonaws.com', 443, false],
    ['abc.execute-api.us-east-1.amazonaws.com.evil.example', 443, false],
    ['db.internal', 1, true],
    ['DB.internal.', 65_535, true],
    ['x.db.internal', 443, false],
    ['10.2.3.4', 443, true],
    ['::ffff:10.2.3.4', 443, true],
    ['10.2.3.4', 80, false],
    ['11.0.0.1', 443, false],
    ['fd00::1', 22, true],
    ['fd00:ec2::254', 80, false],
    ['64:ff9b::a00:1', 443, false],
    ['a.inner.example', 22, true],
    ['localhost', 443, false],
  ];
  for (const [host, port, allowed] of cases)
    t.equal(isAllowed(example, host, port), allowed, `${host}:${port}`);
});

t.test('every address of an allowed name is tested again', async (t) => {
  const api = example.permitFor('abc.execute-api.us-east-1.amazonaws.com');
  t.ok(api('192.0.2.1', 443), 'an entry with a name allows what the name resolves to');
  t.notOk(api('192.0.2.1', 80));
  for (const address of [
    '127.0.0.1',
    '::1',
    '::ffff:127.0.0.1',
    '169.254.169.254',
    'fe80::1',
    '0.0.0.0',
    '224.0.0.1',
  ])
    t.notOk(api(address, 443), address);
  const inner = example.permitFor('a.inner.example');
  t.ok(inner('10.1.2.3', 22), 'with "cidr" as well only these addresses');
  t.notOk(inner('10.2.2.3', 22));
  t.notOk(example.permitFor('other.example')('10.2.3.4', 443), 'a block is for targets that are addresses');
});

t.test('no entry allows loopback, metadata or the places of the caller', async (t) => {
  const all = readAllowList([{ name: '*' }, { cidr: '0.0.0.0/0' }, { cidr: '::/0' }]);
  const broker = { names: ['broker.example'], addresses: ['10.0.0.9'] };
  const denied = [
    '127.0.0.1',
    '::1',
    '169.254.169.254',
    '::ffff:a9fe:a9fe',
    'fd00:ec2::254',
    '255.255.255.255',
  ];
  for (const host of [...denied, 'localhost', 'a.localhost', 'LOCALHOST.'])
    t.notOk(isAllowed(all, host, 443), host);
  for (const host of ['broker.example', 'Broker.Example.', '10.0.0.9', '::ffff:10.0.0.9'])
    t.ok(all.refusalOf(host, 443, broker), host);
  t.notOk(all.permitFor('other.example', broker)('10.0.0.9', 443));
  t.ok(isAllowed(all, '10.0.0.8', 443));
  t.ok(isAllowed(all, 'any.example', 443));
});

t.test('without entries nothing is allowed', async (t) => {
  for (const value of [undefined, null, []]) {
    const none = readAllowList(value);
    t.ok(none.isEmpty);
    t.notOk(isAllowed(none, 'a.example', 443));
    t.notOk(isAllowed(none, '10.0.0.1', 443));
  }
});

t.test('an entry that cannot be read is refused with its place', async (t) => {
  const cases: [value: unknown, words: RegExp][] = [
    ['*', /allow: "\*" is not a list/],
    [[1], /allow\[0\]/],
    [[{ ports: [443] }], /allow\[0\]: allows no place/],
    [[{ name: 'a.example' }, { nam: 'b' }], /allow\[1\]: "nam" is not known/],
    [[{ name: 'a.*.example' }], /allow\[0\]\.name/],
    [[{ name: '*.' }], /allow\[0\]\.name/],
    [[{ name: '10.0.0.1' }], /allow\[0\]\.name: .*cidr/],
    [[{ name: 'https://a.example' }], /allow\[0\]\.name/],
    [[{ cidr: '10.0.0.0/33' }], /allow\[0\]\.cidr/],
    [[{ cidr: 'db.internal' }], /allow\[0\]\.cidr/],
    [[{ name: '*', ports: [] }], /allow\[0\]\.ports/],
    [[{ name: '*', ports: ['443'] }], /allow\[0\]\.ports/],
    [[{ name: '*', ports: [0] }], /allow\[0\]\.ports/],
  ];
  for (const [value, words] of cases) {
    t.throws(
      () => readAllowList(value),
      { name: 'InvalidInputError', message: words },
      JSON.stringify(value),
    );
  }
});

t.test(
  'what is read is a list or an InvalidInputError, and a denied address is permitted by none',
  async () => {
    const entry = fc.record(
      {
        name: fc.oneof(fc.constantFrom('*', '*.example.com', 'a.example'), fc.string()),
        cidr: fc.oneof(fc.constantFrom('0.0.0.0/0', '127.0.0.0/8', '::/0'), fc.string()),
        ports: fc.oneof(fc.constant([443]), fc.anything()),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.array(entry),
        fc.constantFrom('127.0.0.1', '::1', '169.254.169.254'),
        (entries, address) => {
          try {
            const allow = readAllowList(entries);
            return !allow.permitFor('a.example')(address, 443) && allow.refusalOf(address, 443) !== null;
          } catch (error) {
            return error instanceof InvalidInputError;
          }
        },
      ),
      { numRuns: runs(200) },
    );
  },
);
