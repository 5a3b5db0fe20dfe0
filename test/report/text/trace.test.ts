import { test } from 'tap';
import { unsentHop } from '../../../src/probe/trace/probe-result.js';
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
      'Open: 10.0.1.23 at hop 3 accepts connections on port 443. The path works; to',
      'check TLS and HTTP, run pprobe diagnose api.example.com.',
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
      'Marks: (late) it arrived after its deadline.',
      'Interrupted after hop 10 (10.0.1.1): the state of port 443 was not yet known.',
    ),
  );
});

test('hops that answer, then silence: after which hop, and the possible reasons', async (t) => {
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
      'Filtered: nothing answered after hop 1 (10.0.1.1); 2 hops in a row did not',
      'answer. Probes to port 443 are dropped there: by a firewall, a security group,',
      'or a missing route, on the way there or back. Look at the inbound rules of',
      '10.0.1.23 for port 443, then at the route back to this host.',
    ),
  );
});

test('silence from the first hop on points to this host', async (t) => {
  const document = traceDocument({ hops: [hop(1, silence)], outcome: 'filtered', stoppedBy: 'gap-limit' });
  t.match(traceText(document, plain), 'Filtered: no hop answered; 1 hop in a row did not answer.');
});

test('a filter that reports itself is named, with its mark', async (t) => {
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
      'Marks: !X prohibited by a filter.',
      'Prohibited: 10.0.2.1 at hop 2 reported that a filter forbids this traffic. The',
      'rule to change is on that device.',
    ),
  );
});

test('a reset at hop 1 is the gateway’s, unless the gateway may keep the TTL as the router of a VPC does', async (t) => {
  const hops = [hop(1, probe({ reply: 'rst', from: '10.0.1.23', icmp: null }))];
  const route = { gateway: '10.0.5.1', interface: 'eth0', tcpDiffers: null };
  const ending = (keepsTtl?: boolean) =>
    traceText(
      traceDocument({
        outcome: 'closed',
        hops,
        destinationTtl: 1,
        route: { ...route, ...(keepsTtl === undefined ? {} : { keepsTtl }) },
      }),
      plain,
    );
  t.match(ending(), /the gateway\s+10\.0\.5\.1/);
  t.match(ending(false), /the gateway\s+10\.0\.5\.1/);
  t.match(ending(true), 'Closed: 10.0.1.23 at hop 1 sent a reset.');
});

test('a closed port: the sender of the reset is named', async (t) => {
  const document = traceDocument({
    hops: [hop(2, probe({ reply: 'rst', from: '10.0.1.23' }))],
    outcome: 'closed',
  });
  const text = traceText(document, plain);
  t.match(text, ' 2  10.0.1.23  0.123 ms  [closed]\n');
  t.match(text, 'Closed: 10.0.1.23 at hop 2 sent a reset.');
});

test('a packet that could not be sent is not shown as silence', async (t) => {
  const unsent = probe({ reply: 'send-error', from: null, rttMs: null, icmp: null, errno: 'ENETUNREACH' });
  const document = traceDocument({
    hops: [hop(1, unsent)],
    outcome: 'unreachable',
    stoppedBy: 'unreachable',
  });
  const text = traceText(document, plain);
  t.match(text, ' 1  not sent (ENETUNREACH)\n');
  t.match(
    text,
    'Unreachable: this host could not send to 10.0.1.23: this host has no route to it\n(ENETUNREACH). See: ip route get 10.0.1.23.',
  );
});

test('address translation is marked and explained', async (t) => {
  const text = traceText(traceDocument({ hops: [hop(1, probe({ nat: true }))] }), plain);
  t.match(text, ' 1  10.0.1.1  0.123 ms  [NAT]\n');
  t.match(text, 'Marks: [NAT] from this hop on');
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
  t.match(text, '123 ms\n      MPLS label 24001 tc 0 ttl 1; label 17 tc 3 ttl 255 bottom\nPackets');
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

test('the ending of a trace with a loop names the routers', async (t) => {
  const document = traceDocument({
    outcome: 'filtered',
    stoppedBy: 'max-ttl',
    loop: { firstTtl: 3, members: ['10.0.9.1', '10.0.9.2'] },
  });
  t.match(
    traceText(document, plain),
    lines(
      'Routing loop: from hop 3 on, 10.0.9.1 and 10.0.9.2 forward the packets to one',
      'another, and none reaches 10.0.1.23. The routes to it on these routers',
      'contradict each other.',
    ),
  );
});

test("this host's own firewall is distinguished from another one", async (t) => {
  const document = traceDocument({ hops: [unsentHop(1, 3, 'EPERM')], outcome: 'prohibited' });
  t.match(
    traceText(document, plain),
    lines(
      ' 1  not sent (EPERM)  not sent (EPERM)  not sent (EPERM)',
      "Marks: EPERM this host's own firewall refused to send it.",
      "Prohibited: this host's own firewall refused to send it (EPERM), so no packet",
      'left for 10.0.1.23. Look at the output rules of this host: sudo nft list',
      'ruleset.',
    ),
  );
});

test('a neighbour that does not answer is distinguished from a missing route', async (t) => {
  const document = traceDocument({ hops: [unsentHop(1, 1, 'EHOSTUNREACH')], outcome: 'unreachable' });
  t.match(
    traceText(document, plain),
    'Unreachable: this host could not send to 10.0.1.23: the next hop does not answer\non the link (EHOSTUNREACH). See: ip neigh.',
  );
});

test('a hop limit below the length of the path: the option to give', async (t) => {
  const document = traceDocument({ hops: [hop(4, probe())], outcome: 'filtered', stoppedBy: 'max-ttl' });
  t.match(traceText(document, plain), 'Filtered: hop 4 (10.0.1.1) still answered, but the hop limit');
});

test('a SYN-ACK of hop 1 on a way through a gateway: who accepted it', async (t) => {
  const said = (gateway: string | null, keepsTtl?: boolean): string => {
    const route = {
      gateway,
      interface: 'eth0',
      tcpDiffers: null,
      ...(keepsTtl === undefined ? {} : { keepsTtl }),
    };
    const accepted = probe({ reply: 'syn-ack', from: '10.0.1.23', icmp: null });
    return traceText(traceDocument({ hops: [hop(1, accepted)], outcome: 'open', route }), {
      ...plain,
      columns: 900,
    });
  };
  const local = /this host or the gateway accepted the connection in its place/;
  t.match(said('10.0.9.1'), local);
  t.match(said('10.0.9.1', false), local);
  t.notMatch(said('10.0.9.1', true), local, 'the router of a VPC does not lower the TTL');
  t.notMatch(said(null), local);
});

test('a silent target: how long it was waited for, and what a longer wait would hear', async (t) => {
  const said = (waitedMs: number): string => {
    const target = { reply: 'none' as const, from: null, rttMs: null, icmp: null, sent: 3, waitedMs };
    const document = traceDocument({
      hops: [hop(1, probe()), hop(2, silence)],
      outcome: 'filtered',
      stoppedBy: 'gap-limit',
      target,
    });
    return traceText(document, { ...plain, columns: 900 });
  };
  t.match(
    said(1900),
    'within 1900 ms; --wait 5s also hears slower answers, and a router that reports after 3 s',
  );
  t.match(said(5000), 'within 5000 ms, and a slower answer would be missed: --wait waits longer.');
});

test('an unreachable from behind the last hop that was traced names its sender, not the target', async (t) => {
  const target = {
    reply: 'unreachable' as const,
    from: '100.64.3.2',
    rttMs: 1,
    icmp: { type: 3, code: 0 },
    sent: 1,
    waitedMs: null,
  };
  const document = traceDocument({ hops: [], outcome: 'unreachable', stoppedBy: 'max-ttl', target });
  const text = traceText(document, plain).replace(/\s+/g, ' ');
  t.match(text, /Unreachable: 100\.64\.3\.2 reported that it cannot deliver to \S+: it has no route to it/);
});

test('the meaning of an unreachable by its mark, and the path MTU', async (t) => {
  const ending = (annotation: string) => {
    const says = probe({ reply: 'unreachable', from: '10.0.2.1', annotation });
    const document = traceDocument({ hops: [hop(2, says)], outcome: 'unreachable', pathMtu: 1400 });
    return traceText(document, { ...plain, columns: 400 });
  };
  t.match(ending('!N'), ': it has no route to it. Look at its routes');
  t.match(ending('!H'), ': the host does not answer it. Is the host up');
  t.match(
    ending('!F-1400'),
    'Marks: !F-1400 the packet is too big: the next link takes at most 1400 octets.',
  );
  t.match(ending('!F-1400'), 'must not be fragmented. Path MTU: 1400 octets.\n');
});

test('marks: only those that occur, each once', async (t) => {
  const odd = { late: true, sent: 2, duplicates: 3 };
  const hops = [
    { ...hop(1, probe(odd), probe({ ...odd, duplicates: 1 }), silence), rateLimited: true },
    hop(2, probe({ backwardHops: 9, replyTtl: 56 })),
    hop(3, probe({ backwardHops: 5 })),
    hop(4, probe({ rttMs: null, sent: 2 })),
  ];
  const text = traceText(traceDocument({ hops }), plain);
  t.match(
    text,
    lines(
      ' 1  10.0.1.1  0.123 ms (late) (asked twice) (+3 dup)',
      '    0.123 ms (late) (asked twice) (+1 dup) *  [rate-limited]',
      ' 2  10.0.1.1  0.123 ms  [back 9]',
      ' 3  10.0.1.1  0.123 ms',
      ' 4  10.0.1.1  ?',
      'Marks: (late) it arrived after its deadline; (asked twice) the first SYN was not',
      '    answered, or the time of its answer is not known; (+1 dup) further copies of',
      '    the same answer; [rate-limited] the router limits its ICMP errors; it loses',
      '    no traffic; [back 9] the answer came back over about 9 hops, so it took',
      '    another path back; ? it answered, but the time of the answer is not known.',
    ),
  );
  t.notMatch(traceText(traceDocument(), plain), 'Marks');
});

test('a name stands before its address, cleaned; an unknown name is left out', async (t) => {
  const names = { '10.0.1.1': 'r1\x1b[2J.example', '10.0.1.23': null };
  const text = traceText(traceDocument({ names }), plain);
  t.match(text, ' 1  r1\\x1b[2J.example (10.0.1.1)  0.123 ms  0.111 ms  0.109 ms\n');
  t.match(text, ' 3  10.0.1.23  1.500 ms');
});

test('--verbose: the options of the SYN-ACK, the way back, and the interfaces that routers reported', async (t) => {
  const synAck = {
    mss: 1460,
    window: 65160,
    windowScale: 7,
    sackPermitted: true,
    timestamps: null,
    ecn: false,
  };
  const extensions = [
    {
      class: 2,
      type: 0x0f,
      data: '0000000700010000c00002010565746830000005dc',
    },
    { class: 2, type: 0x0f, data: '00' },
    { class: 9, type: 1, data: 'abcd' },
  ];
  const document = traceDocument({
    hops: [
      hop(1, probe({ extensions, replyTtl: 254, backwardHops: 2 })),
      hop(2, { ...silence, sent: 2 }, silence),
      hop(3, probe({ reply: 'syn-ack', synAck })),
    ],
  });
  t.match(
    traceText(document, plain, true),
    lines(
      ' 1  10.0.1.1  0.123 ms',
      '      interface, incoming: eth0, 192.0.2.1, MTU 1500, index 7',
      '      ICMP extension class 2 type 15: 1 octet',
      '      ICMP extension class 9 type 1: 2 octets',
      '      10.0.1.1: reply TTL 254, so about 2 hops back',
      ' 2  * *',
      '      sent again without an answer: 1 of 2 probes',
      ' 3  10.0.1.1  0.123 ms  [open]',
      '      SYN-ACK: MSS 1460, window 65160, scale 7, SACK, no ECN',
    ),
  );
});

test('no line is wider than the screen', async (t) => {
  const hops = [
    hop(1, probe({ late: true, sent: 2, duplicates: 1, annotation: '!X' }), silence, probe({ nat: true })),
  ];
  for (const columns of [60, 80, 120]) {
    for (const line of traceText(traceDocument({ hops }), { ...plain, columns }, true).split('\n')) {
      t.ok(line.length <= columns, `${columns}: ${line}`);
    }
  }
});
