import fc from 'fast-check';
import t from 'tap';
import { parseHostSources, sourcesBeforeDns } from '../../src/host/nsswitch.js';

t.test('the sources of a host, in order and without actions', async (t) => {
  const usual = 'passwd: files\nhosts:          files mdns4_minimal [NOTFOUND=return] dns # comment\n';
  t.same(parseHostSources(usual), ['files', 'mdns4_minimal', 'dns']);
  t.same(parseHostSources('hosts: resolve [!UNAVAIL=return] files myhostname dns'), [
    'resolve',
    'files',
    'myhostname',
    'dns',
  ]);
  t.same(parseHostSources('hosts: files\nHosts: DNS'), ['dns'], 'the last line counts');
  t.equal(parseHostSources('passwd: files\n#hosts: files'), null);
  t.same(parseHostSources('hosts:'), []);
});

t.test('what is asked before DNS', async (t) => {
  t.same(sourcesBeforeDns(['files', 'mdns4', 'dns', 'wins']), ['mdns4']);
  t.same(sourcesBeforeDns(['files']), []);
  t.same(sourcesBeforeDns(['resolve', 'files']), ['resolve'], 'without dns, nothing is asked after them');
});

t.test('any text gives words in lower case', async (t) => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `hosts:${text}`),
        ),
      ),
      (lines) => {
        const sources = parseHostSources(lines.join('\n')) ?? [];
        for (const source of sources)
          if (/\s|\[/.test(source) || source !== source.toLowerCase()) return false;
        return sourcesBeforeDns(sources).every((source) => source !== 'dns' && source !== 'files');
      },
    ),
    { numRuns: 200 },
  );
  t.pass();
});
