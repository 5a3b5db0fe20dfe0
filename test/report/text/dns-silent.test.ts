import { test } from 'tap';
import type { DnsDocument } from '../../../src/documents/dns.js';
import { dnsText } from '../../../src/report/text/dns.js';
import { dnsAttempt, dnsDocument, plain } from '../documents.js';

test('the time is that of the slowest reply; the whole time is shown where another query came before', async (t) => {
  const timeOf = (changes: Partial<DnsDocument>) =>
    dnsText(dnsDocument(changes), plain)
      .split('\n')
      .find((line) => / ms\b/.test(line));
  const fast = dnsAttempt({ durationMs: 0.4 });
  const slow = dnsAttempt({ type: 'AAAA', durationMs: 0.7 });
  t.equal(timeOf({ attempts: [fast, slow] }), '  from 10.0.0.2 over UDP, 0.7 ms');
  const silent = dnsAttempt({ server: '10.0.0.9', outcome: 'timeout', rcode: null, durationMs: 11 });
  t.equal(timeOf({ attempts: [silent, fast] }), '  from 10.0.0.2 over UDP, 0.4 ms; 12.3 ms in all');
  const cut = dnsAttempt({ outcome: 'truncated', durationMs: 5 });
  const whole = dnsAttempt({ transport: 'tcp', durationMs: 6 });
  t.equal(
    timeOf({ attempts: [cut, whole], transport: 'tcp' }),
    '  from 10.0.0.2 over TCP, 6.0 ms; 12.3 ms in all',
  );
  const lost = dnsAttempt({ outcome: 'timeout', rcode: null, durationMs: 11 });
  t.equal(timeOf({ attempts: [lost, fast] }), '  from 10.0.0.2 over UDP, 0.4 ms; 12.3 ms in all');
  t.equal(timeOf({ attempts: [lost] }), '  asked 10.0.0.2 over UDP, 12.3 ms');
});

test('servers that did not decide and queries that were lost are listed, because they make every lookup slow', async (t) => {
  const linesOf = (changes: Partial<DnsDocument>) =>
    dnsText(dnsDocument({ ...changes, addresses: [] }), plain)
      .split('\n')
      .slice(1, -1);
  const systemPatience = { firstMs: 5000, totalMs: 20_000, missingTypeMs: null };
  const silent = dnsAttempt({ server: '10.0.0.9', outcome: 'timeout', rcode: null });
  const answer = dnsAttempt();
  t.same(linesOf({ attempts: [silent, answer], systemPatience }).slice(1), [
    '  10.0.0.9, asked before, did not answer: programs on this host wait 5 s for it',
    '    each time',
  ]);
  t.same(linesOf({ attempts: [silent, answer] }).slice(1), ['  10.0.0.9, asked before, did not answer']);
  const closed = dnsAttempt({
    server: '10.0.0.9',
    outcome: 'unreachable',
    rcode: null,
    errno: 'ECONNREFUSED',
  });
  t.same(linesOf({ attempts: [closed, answer], systemPatience }).slice(1), [
    '  10.0.0.9, asked before, could not be reached (ECONNREFUSED)',
  ]);
  const refuses = dnsAttempt({ server: '10.0.0.9', outcome: 'refused', rcode: 'REFUSED' });
  const fails = dnsAttempt({ server: '10.0.0.8', outcome: 'servfail', rcode: 'SERVFAIL' });
  const mangled = dnsAttempt({ server: '10.0.0.7', outcome: 'malformed', rcode: null });
  t.same(linesOf({ attempts: [refuses, fails, mangled, answer] }).slice(1), [
    '  10.0.0.9, asked before, refuses to answer (REFUSED)',
    '  10.0.0.8, asked before, failed (SERVFAIL)',
    '  10.0.0.7, asked before, sent a reply that could not be parsed',
  ]);
  const lost = dnsAttempt({ outcome: 'timeout', rcode: null });
  t.same(linesOf({ attempts: [lost, answer], systemPatience }).slice(1), [
    '  10.0.0.2 did not answer 1 query that had to be sent again',
  ]);
  t.same(linesOf({ status: 'timeout', rcode: null, attempts: [lost], systemPatience }), [
    '  no answer came in time',
    '  asked 10.0.0.2 over UDP, 12.3 ms',
    '  programs on this host wait 20 s before they give up',
  ]);
  t.same(linesOf({ status: 'timeout', rcode: null, attempts: [lost, silent], systemPatience }).slice(2), [
    '  10.0.0.9, asked as well, did not answer',
    '  programs on this host wait 20 s before they give up',
  ]);
});
