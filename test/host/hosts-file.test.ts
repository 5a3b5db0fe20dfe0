import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { lookupHosts, parseHosts } from '../../src/host/hosts-file.js';
import { runs } from '../runs.js';

const text = `# local names
127.0.0.1\tlocalhost localhost.localdomain
::1 localhost ip6-localhost # loopback

10.0.0.5   API.example.com api  # pinned by hand
FD00:0::5 api.example.com
10.0.0.5 api.example.com
not-an-address api.example.com
10.0.0.6
`;

t.test('entries have the number of their line', async (t) => {
  t.same(parseHosts(text).at(-3), { address: '10.0.0.5', names: ['API.example.com', 'api'], line: 5 });
  t.equal(parseHosts(text).length, 5, 'lines without an address or a name are skipped');
  t.same(parseHosts('10.0.0.1 a\r\n'), [{ address: '10.0.0.1', names: ['a'], line: 1 }]);
});

t.test(
  'a name has all its addresses, canonical and without duplicates, in the order of the file',
  async (t) => {
    const path = join(t.testdir({ hosts: text }), 'hosts');
    t.same(await lookupHosts('api.example.com', path), ['10.0.0.5', 'fd00::5']);
    t.same(await lookupHosts('Api.Example.Com.', path), ['10.0.0.5', 'fd00::5']);
    t.same(await lookupHosts('api', path), ['10.0.0.5']);
    t.same(await lookupHosts('localhost', path), ['127.0.0.1', '::1']);
    t.same(await lookupHosts('example.com', path), [], 'a part of a name does not match');
  },
);

t.test('a host without a hosts file has no entries', async (t) => {
  t.same(await lookupHosts('localhost', join(t.testdir({}), 'hosts')), []);
});

t.test('no text makes the parser throw', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (content) =>
      parseHosts(`${content}\n10.0.0.1 a`).every((entry) => entry.names.length > 0),
    ),
    { numRuns: runs(2000) },
  );
});
