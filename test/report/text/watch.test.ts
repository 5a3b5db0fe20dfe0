import { test } from 'tap';
import type { TraceDocument } from '../../../src/documents/trace.js';
import { WatchedPath } from '../../../src/probe/trace/watch-path.js';
import { roundLine, WatchLog, watchLines, watchText } from '../../../src/report/text/watch.js';
import { hop, plain, probe, silence, traceDocument } from '../documents.js';
import { lines } from '../lines.js';

const long = '2001:db8:1111:2222:3333:4444:5555:6666';

function logOf(...documents: TraceDocument[]): WatchLog {
  const path = new WatchedPath();
  const log = new WatchLog();
  for (const each of documents) log.add(path.add(each));
  return log;
}

function round(router: string | null, rttMs = 1, changes: Partial<TraceDocument> = {}): TraceDocument {
  const reached = probe({ reply: 'syn-ack', from: '10.0.1.23', icmp: null, rttMs });
  const first = router === null ? silence : probe({ from: router, rttMs: 0.5 });
  return traceDocument({ hops: [hop(1, first), hop(2, silence), hop(3, reached)], ...changes });
}

test('the final table: numbers per hop, changes with their time, how rounds ended', async (t) => {
  const log = logOf(round('10.0.0.1', 1), round('10.0.0.2', 3), round('10.0.0.2', 1234));
  t.equal(
    watchText(log, plain),
    lines(
      'watch of api.example.com (10.0.1.23) port 443, from 10.0.5.6, method connect',
      '     Hop              Loss%  Sent   Last    Avg   Best  Worst StdDev',
      ' 1~  10.0.0.2          0.0%     3   0.50   0.50   0.50   0.50   0.00',
      '     10.0.0.1',
      ' 2   *               100.0%     3',
      ' 3   10.0.1.23         0.0%     3   1234 412.67   1.00   1234 711.30',
      'Marks: ~ another router answered before.',
      '03:04:05Z round 2: hop 1: 10.0.0.1 -> 10.0.0.2',
      '3 rounds: open 3. Open: 10.0.1.23 at hop 3 accepts connections on port 443. The',
      'path works; to check TLS and HTTP, run pprobe diagnose api.example.com.',
    ),
  );
});

test('a round in one line: time, outcome, hops, round trip, changes', async (t) => {
  const path = new WatchedPath();
  const rounds = [round('10.0.0.1', 1), round('10.0.0.2', 3)].map((each) => roundLine(path.add(each)));
  t.same(rounds, [
    '03:04:05Z round 1: open, 3 hops, 1 ms',
    '03:04:05Z round 2: open, 3 hops, 3 ms, hop 1: 10.0.0.1 -> 10.0.0.2',
  ]);
});

test('names replace addresses; --verbose has both; one that is too wide has a line of its own', async (t) => {
  const names = { '10.0.0.1': 'core1.transit.example.net', '10.0.1.23': null };
  const named = logOf(round('10.0.0.1', 1, { names }));
  t.match(watchText(named, plain), ' 1   core1.transit.example.net   0.0%     1   0.50');
  const verbose = watchText(named, plain, true);
  t.match(verbose, /^ 1 {3}core1\.transit\.example\.net \(10\.0\.0\.1\)\n {35,}0\.0% /m);
  t.match(watchText(logOf(round(long)), plain), new RegExp(`^ 1   ${long}\n {20,}0\\.0% `, 'm'));
});

test('the live table fits the screen: hops are left out at the top, never the target', async (t) => {
  const log = logOf(round('10.0.0.1'), round('10.0.0.2'));
  const all = watchLines(log, plain, 24);
  t.match(all[1], '2 rounds: open 2.');
  t.match(all.at(-1), 'round 2: hop 1: 10.0.0.1 -> 10.0.0.2');
  const few = watchLines(log, { ...plain, columns: 120 }, 7);
  t.equal(few.length, 7);
  t.equal(few[3], '     … 2 lines above');
  t.ok(few.some((line) => line.startsWith(' 3   10.0.1.23')));
});

test('no line of a table is wider than the screen', async (t) => {
  const log = logOf(round(long), round('10.0.0.1'), round(null));
  for (const columns of [79, 80, 120]) {
    for (const line of watchLines(log, { ...plain, columns }, 24)) t.ok(line.length <= columns, line);
  }
});

test('a name without addresses says so', async (t) => {
  const log = logOf(traceDocument({ address: null, outcome: 'unreachable', hops: [], destinationTtl: null }));
  t.match(watchText(log, plain), 'watch of api.example.com port 443: the name gave no address');
});
