import { Readable } from 'node:stream';
import t from 'tap';
import { readFacts } from '../src/aws/read-facts.js';
import { linesOf } from '../src/core/lines.js';
import { explain } from '../src/diagnose/explain.js';
import { parseReport } from '../src/documents/saved-report.js';
import { explainLog } from '../src/execution-log/explain-log.js';
import { parseHostsFile } from '../src/fleet/ssh/hosts.js';
import { readPem } from '../src/host/authorities.js';
import { parseGetent } from '../src/host/getent.js';
import { parseHosts } from '../src/host/hosts-file.js';
import { parseHostSources } from '../src/host/nsswitch.js';
import { parseResolvConf } from '../src/host/resolv-conf.js';
import { parseAltNames } from '../src/probe/tls/certificate.js';
import { reportHtml } from '../src/report/html/page.js';
import { redacted } from '../src/report/redact/redact.js';
import { verdictText } from '../src/report/text/verdict.js';
import { samples } from './documents/samples.js';
import { authorityPem } from './probe/tls/certificates.js';

/**
 * The time of everything that reads a text or a document of others grows with its size, and not with the square of it: a text of
 * sixteen times the size takes sixteen times as long, and where the square decides, 256 times. Processor time is compared, and only
 * a ratio over four times the expected one fails, so that a busy machine fails nothing.
 */
const growth = 16;
const most = 4 * growth;
/** Shorter times are those of the clock and of compiling. */
const leastMs = 3;

const repeated = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join('');

function reportOf(count: number): string {
  const { observations } = samples.report;
  const [tcp] = observations.tcp;
  const [attempt] = tcp?.attempts ?? [];
  const attempts = Array.from({ length: count }, (_, index) => ({
    ...attempt,
    address: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
  }));
  return JSON.stringify({
    ...samples.report,
    observations: { ...observations, tcp: [{ ...tcp, attempts }] },
  });
}

function namesReport(count: number): string {
  const { observations } = samples.report;
  const [dns] = observations.dns;
  const chain = Array.from({ length: count }, (_, index) => `host-${index}.zone-${index % 97}.example.com`);
  return JSON.stringify({ ...samples.report, observations: { ...observations, dns: [{ ...dns, chain }] } });
}

const requestId = (index: number) => `b5a4d2f0-0000-4000-8000-${String(index).padStart(12, '0')}`;

/** By reader: the text of a size, in parts, and the reader of it. */
const readers: Readonly<
  Record<string, { parts: number; text: (parts: number) => string; read: (text: string) => unknown }>
> = {
  'a report with many attempts': { parts: 200, text: reportOf, read: parseReport },
  'the verdict of a report with many attempts': { parts: 60, text: reportOf, read: (text) => explain(text) },
  'a report with many names, masked': {
    parts: 150,
    text: namesReport,
    read: (text) => redacted(parseReport(text)),
  },
  'nested JSON as a report': {
    parts: 200,
    text: (n) => `${'['.repeat(n)}${']'.repeat(n)}`,
    read: parseReport,
  },
  'a log with many requests': {
    parts: 300,
    text: (n) =>
      repeated(
        n,
        (index) =>
          `(${requestId(index)}) Starting execution for request: ${requestId(index)}\n(${requestId(index)}) Method completed with status: 403\n`,
      ),
    read: (text) => explainLog([{ name: 'log', stream: Readable.from([Buffer.from(text)]) }]),
  },
  'a log with one long line': {
    parts: 20_000,
    text: (n) => `(${requestId(1)}) ${'a b "c" '.repeat(n)}\n`,
    read: (text) => explainLog([{ name: 'log', stream: Readable.from([Buffer.from(text)]) }]),
  },
  'facts with many groups': {
    parts: 200,
    text: (n) =>
      JSON.stringify({
        SecurityGroups: Array.from({ length: n }, (_, index) => ({
          GroupId: `sg-${index}`,
          IpPermissions: [
            { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
          ],
        })),
      }),
    read: (text) => readFacts([{ name: 'f', text }]),
  },
  'many files of facts': {
    parts: 20,
    text: (n) =>
      repeated(n, (file) => {
        const groups = Array.from({ length: 20 }, (_, index) => ({ GroupId: `sg-${file}-${index}` }));
        const records = Array.from({ length: 20 }, (_, index) => ({ Name: `n${file}-${index}.`, Type: 'A' }));
        return `${JSON.stringify({ SecurityGroups: groups })}\n${JSON.stringify({ ResourceRecordSets: records })}\n`;
      }),
    read: (text) =>
      readFacts(text.split('\n').map((line, index) => ({ name: `${index}.json`, text: line || '{}' }))),
  },
  'the page of a report with many attempts': {
    parts: 60,
    text: reportOf,
    read: (text) => reportHtml(explain(text)),
  },
  'the text of a report with many attempts': {
    parts: 60,
    text: reportOf,
    read: (text) => verdictText(explain(text), { color: false, columns: 80 }, true),
  },
  'the page of a report with many names': {
    parts: 150,
    text: namesReport,
    read: (text) => reportHtml(explain(text)),
  },
  'the text of a report with many names': {
    parts: 150,
    text: namesReport,
    read: (text) => verdictText(explain(text), { color: false, columns: 80 }, true),
  },
  'a hosts file': {
    parts: 1000,
    text: (n) => repeated(n, (index) => `10.0.0.1 host-${index} alias-${index} # a\n`),
    read: parseHosts,
  },
  'a hosts file of one line': { parts: 5000, text: (n) => `10.0.0.1 ${'host '.repeat(n)}`, read: parseHosts },
  'a hosts file of spaces': { parts: 20_000, text: (n) => `10.0.0.1${' \t'.repeat(n)}x`, read: parseHosts },
  'a file of hosts for ssh': {
    parts: 300,
    text: (n) => repeated(n, (index) => `admin@host-${index}.test:2222 # main\n`),
    read: (text) => parseHostsFile(text, 'hosts'),
  },
  'resolv.conf': {
    parts: 2000,
    text: (n) => repeated(n, () => 'options ndots:2 timeout:1\nsearch a.test b.test\n'),
    read: parseResolvConf,
  },
  'nsswitch.conf': {
    parts: 5000,
    text: (n) => `hosts: ${'files [NOTFOUND=return] '.repeat(n)}`,
    read: parseHostSources,
  },
  'the answer of getent': {
    parts: 1000,
    text: (n) => repeated(n, (index) => `10.0.${index >> 8}.${index & 255}  STREAM name\n`),
    read: parseGetent,
  },
  'the names of a certificate': {
    parts: 1000,
    text: (n) => `DNS:${repeated(n, (i) => `, DNS:h${i}.test`)}`,
    read: parseAltNames,
  },
  'a quoted name of a certificate': {
    parts: 5000,
    text: (n) => `DNS:"${'\\" '.repeat(n)}`,
    read: parseAltNames,
  },
  'a file of certificates': { parts: 20, text: (n) => authorityPem.repeat(n), read: readPem },
  'certificates without an end': {
    parts: 1000,
    text: (n) => '-----BEGIN CERTIFICATE-----\n'.repeat(n),
    read: readPem,
  },
  'lines of a file of names': { parts: 1500, text: (n) => repeated(n, (i) => `h${i}.test\n`), read: readAll },
  'one line without an end': { parts: 20_000, text: (n) => 'a.test '.repeat(n), read: readAll },
};

async function readAll(text: string): Promise<void> {
  const octets = Buffer.from(text);
  const pieces = Array.from({ length: Math.ceil(octets.length / 1024) }, (_, index) =>
    octets.subarray(index * 1024, (index + 1) * 1024),
  );
  for await (const _ of linesOf(Readable.from(pieces), null));
}

/** The least processor time of two runs, milliseconds. What is refused was read as well. */
async function costOf(read: (text: string) => unknown, text: string): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 2; run += 1) {
    const before = process.cpuUsage();
    try {
      await read(text);
    } catch {
      // Too large, or not valid: the time counts.
    }
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

for (const [name, { parts, text, read }] of Object.entries(readers)) {
  t.test(name, async (t) => {
    await costOf(read, text(parts));
    const small = await costOf(read, text(parts));
    const large = await costOf(read, text(parts * growth));
    const ratio = large / Math.max(small, leastMs);
    t.ok(ratio <= most, `${small.toFixed(1)} ms, and ${large.toFixed(1)} ms for ${growth} times as much`);
  });
}
