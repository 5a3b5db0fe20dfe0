import { test } from 'tap';
import { traceText } from '../../../src/report/text/trace.js';
import { dnsDocument, hop, plain, probe, silence, traceDocument } from '../documents.js';
import { lines } from '../lines.js';

const heading = 'trace to api.example.com (10.0.1.23) port 443, from 10.0.5.6, method connect';

test('a path to an open port, as traceroute prints it', async (t) => {
  t.equal(
    traceText(traceDocument(), plain),
    lines(
      heading,
      ' 1  10.0.1.1  0.123 ms  0.111 ms  0.109 ms',
      ' 2  * * *',
      ' 3  10.0.1.23  1.500 ms  1.400 ms  1.456 ms  [open]',
      'Open: 10.0.1.23 at hop 3 accepts connections on port 443.',
    ),
  );
});

test('several routers at one hop: an address each time it changes, on as many lines as needed', async (t) => {
  const hops = [
    hop(
      1,
      probe(),
      silence,
      probe({ from: '10.0.1.2' }),
      probe({ from: '2001:db8:1111:2222:3333:4444:5555:6666' }),
    ),
    hop(10, probe({ late: true, rttMs: 3100.2 })),
  ];
  t.equal(
    traceText(traceDocument({ hops, outcome: 'interrupted', stoppedBy: 'abort' }), plain),
    lines(
      heading,
      ' 1  10.0.1.1  0.123 ms *  10.0.1.2  0.123 ms',
      '    2001:db8:1111:2222:3333:4444:5555:6666  0.123 ms',
      '10  10.0.1.1  3100.200 ms (late)',
      'Interrupted after hop 10 (10.0.1.1): nothing final had been seen of port 443.',
    ),
  );
});

test('hops that answer, then silence: where, and what that can be', async (t) => {
  const hops = [hop(1, probe()), hop(2, silence), hop(3, silence)];
  t.equal(
    traceText(
      traceDocument({ hops, outcome: 'filtered', stoppedBy: 'gap-limit', destinationTtl: null }),
      plain,
    ),
    lines(
      heading,
      ' 1  10.0.1.1  0.123 ms',
      ' 2  *',
      ' 3  *',
      'Filtered: nothing answered after hop 1 (10.0.1.1); 2 hops in a row stayed',
      'silent. Probes to port 443 are dropped there: by a firewall, a security group,',
      'or a missing route, on the way there or back.',
    ),
  );
});

test('silence from the first hop on points at this host', async (t) => {
  const document = traceDocument({ hops: [hop(1, silence)], outcome: 'filtered', stoppedBy: 'gap-limit' });
  t.match(traceText(document, plain), 'Filtered: no hop answered; 1 hop in a row stayed silent.');
});

test('a filter that says so is named, with its mark', async (t) => {
  const says = probe({
    reply: 'unreachable',
    from: '10.0.2.1',
    icmp: { type: 3, code: 13 },
    annotation: '!X',
  });
  t.equal(
    traceText(traceDocument({ hops: [hop(1, probe()), hop(2, says)], outcome: 'prohibited' }), plain),
    lines(
      heading,
      ' 1  10.0.1.1  0.123 ms',
      ' 2  10.0.2.1  0.123 ms !X',
      'Prohibited: 10.0.2.1 at hop 2 reported that a filter forbids this traffic. The',
      'rule to change is on that device.',
    ),
  );
});

test('a closed port: who sent the reset', async (t) => {
  const document = traceDocument({
    hops: [hop(2, probe({ reply: 'rst', from: '10.0.1.23' }))],
    outcome: 'closed',
  });
  const text = traceText(document, plain);
  t.match(text, ' 2  10.0.1.23  0.123 ms  [closed]\n');
  t.match(text, 'Closed: 10.0.1.23 at hop 2 sent a reset.');
});

test('what could not be sent is no silence', async (t) => {
  const unsent = probe({ reply: 'send-error', from: null, rttMs: null, icmp: null, errno: 'ENETUNREACH' });
  const document = traceDocument({
    hops: [hop(1, unsent)],
    outcome: 'unreachable',
    stoppedBy: 'unreachable',
  });
  const text = traceText(document, plain);
  t.match(text, ' 1  not sent (ENETUNREACH)\n');
  t.match(text, 'Unreachable: this host could not send to 10.0.1.23 (ENETUNREACH).');
});

test('address translation is marked and explained', async (t) => {
  const text = traceText(traceDocument({ hops: [hop(1, probe({ nat: true }))] }), plain);
  t.match(text, ' 1  10.0.1.1  0.123 ms  [NAT]\n');
  t.match(text, '[NAT]: from this hop on');
});

test('--verbose: label stacks once per hop, and packets that answered nothing', async (t) => {
  const mpls = [
    { label: 24001, tc: 0, bottom: false, ttl: 1 },
    { label: 17, tc: 3, bottom: true, ttl: 255 },
  ];
  const document = traceDocument({
    hops: [hop(1, probe({ mpls }), probe({ mpls }))],
    discarded: { 'other-flow': 3 },
  });
  const text = traceText(document, plain, true);
  t.match(text, '123 ms\n      MPLS label 24001 tc 0 ttl 1; label 17 tc 3 ttl 255 bottom\nOpen');
  t.match(text, 'Packets that answered none of the probes: other-flow 3\n');
  t.notMatch(traceText(document, plain), 'MPLS');
});

test('a name without addresses shows what DNS said', async (t) => {
  const resolution = dnsDocument({ status: 'nxdomain', rcode: 'NXDOMAIN', addresses: [], records: [] });
  const document = traceDocument({ address: null, outcome: 'unreachable', hops: [], resolution });
  t.match(
    traceText(document, plain),
    'trace to api.example.com port 443: the name gave no address\n\n✗ api.example.com  A, AAAA\n',
  );
});

test('colour only wraps the text: without the sequences it is the same', async (t) => {
  const coloured = traceText(traceDocument(), { ...plain, color: true });
  t.match(coloured, '\x1b[');
  t.equal(coloured.replace(/\x1b\[\d+m/g, ''), traceText(traceDocument(), plain));
});
