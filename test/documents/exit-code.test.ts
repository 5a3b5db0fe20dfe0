import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { exitCodeMeanings, exitCodeOf } from '../../src/documents/terms/exit-code.js';
import {
  dnsAttempt,
  dnsDocument,
  doctorDocument,
  reportDocument,
  tcpDocument,
  traceDocument,
} from '../report/documents.js';

test('dns: an answer is 0, every other end is 10', async (t) => {
  t.equal(exitCodeOf(dnsDocument()), 0);
  const failures = [
    'no-data',
    'nxdomain',
    'servfail',
    'refused',
    'timeout',
    'malformed',
    'unreachable',
    'error',
  ] as const;
  for (const status of failures) t.equal(exitCodeOf(dnsDocument({ status })), 10, status);
});

test('dns: queries that a limit of this host kept from leaving are 3, as a connection is', async (t) => {
  const attempt = (errno: string) => dnsAttempt({ outcome: 'error', errno });
  for (const errno of ['EMFILE', 'ENFILE', 'EWOULDBLOCK', 'ENOBUFS', 'ENOMEM'])
    t.equal(exitCodeOf(dnsDocument({ status: 'error', attempts: [attempt(errno)] })), 3, errno);
  const mixed = [attempt('EMFILE'), attempt('EPERM')];
  t.equal(exitCodeOf(dnsDocument({ status: 'error', attempts: mixed })), 10, 'another query was refused');
});

test('dns --compare: names whose addresses differ are 10 although both answered', async (t) => {
  const compare = { name: 'b', status: 'answered', addresses: [], onlyFirst: [], onlySecond: [] } as const;
  const lists = { addresses: [], onlyFirst: [], onlySecond: [] };
  t.equal(exitCodeOf(dnsDocument({ compare: { ...compare, ...lists, same: true } })), 0);
  t.equal(exitCodeOf(dnsDocument({ compare: { ...compare, ...lists, same: false } })), 10);
});

test('tcp: each status has its code', async (t) => {
  const codes = {
    open: 0,
    refused: 13,
    reset: 13,
    timeout: 11,
    prohibited: 12,
    unreachable: 14,
    denied: 3,
    error: 20,
  } as const;
  for (const [status, code] of Object.entries(codes)) {
    t.equal(exitCodeOf(tcpDocument({ status: status as keyof typeof codes })), code, status);
  }
});

test('tcp: a name without addresses is a DNS failure, not an inconclusive one', async (t) => {
  const resolution = dnsDocument({ status: 'nxdomain', addresses: [] });
  t.equal(exitCodeOf(tcpDocument({ status: 'error', attempts: [], resolution })), 10);
});

test('trace: each outcome has its code', async (t) => {
  const codes = {
    open: 0,
    closed: 13,
    filtered: 11,
    prohibited: 12,
    unreachable: 14,
    interrupted: 130,
  } as const;
  for (const [outcome, code] of Object.entries(codes)) {
    t.equal(exitCodeOf(traceDocument({ outcome: outcome as keyof typeof codes })), code, outcome);
  }
});

test('trace: a name without addresses is 10, and an interruption stays 130', async (t) => {
  t.equal(exitCodeOf(traceDocument({ address: null, outcome: 'unreachable', hops: [] })), 10);
  t.equal(exitCodeOf(traceDocument({ address: null, outcome: 'interrupted', hops: [] })), 130);
});

test('diagnose and explain: the class of the verdict decides', async (t) => {
  const codes = {
    reachable: 0,
    dns: 10,
    timeout: 11,
    policy: 12,
    refused: 13,
    unreachable: 14,
    tls: 15,
    service: 16,
    local: 3,
    inconclusive: 20,
  } as const;
  for (const [verdictClass, code] of Object.entries(codes)) {
    t.equal(exitCodeOf(reportDocument(verdictClass as keyof typeof codes)), code, verdictClass);
  }
});

test('doctor: 0 with a nameserver, even without any way to trace; 3 without one', async (t) => {
  const engines = doctorDocument().engines.map((engine) => ({ ...engine, available: false }));
  t.equal(exitCodeOf(doctorDocument({ engines })), 0);
  t.equal(exitCodeOf(doctorDocument({ nameservers: [] })), 3);
});

test("README's table is the table of the exit codes", async (t) => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, section = ''] = readme.split(/^## Exit codes$/m);
  const [table = ''] = section.split(/^## /m);
  const rows = [...table.matchAll(/\| (\d+) \| ([^|]+) (?=\|)/g)].map(([, code, meaning]) => ({
    code: Number(code),
    meaning,
  }));
  t.same(
    rows.sort((first, second) => first.code - second.code),
    exitCodeMeanings,
  );
});
