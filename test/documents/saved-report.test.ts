import { test } from 'tap';
import { longestReport, parseReport } from '../../src/documents/saved-report.js';
import { samples } from './samples.js';

type Report = typeof samples.report;

/** The message with which a changed report is refused; null where it is accepted. */
function refusal(change: (report: Report) => void): string | null {
  const report = structuredClone(samples.report);
  change(report);
  try {
    parseReport(JSON.stringify(report));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A list of `count` copies of the first item. */
function copies<Item>([item]: readonly Item[], count: number): Item[] {
  return item === undefined ? [] : Array.from({ length: count }, () => item);
}

test('a text, a list and a file have a longest length', async (t) => {
  const bounds: [what: string, most: number, set: (report: Report, length: number) => void, where: RegExp][] =
    [
      [
        'a hostname',
        255,
        (report, length) => Object.assign(report.target, { host: 'x'.repeat(length) }),
        /report\.target\.host: expected at most 255 characters, found/,
      ],
      [
        'the hostname of an observation',
        255,
        (report, length) => Object.assign(Object(report.observations.tcp[0]), { host: 'x'.repeat(length) }),
        /report\.observations\.tcp\[0\]\.host: expected at most 255 characters/,
      ],
      [
        'the hops of a trace',
        255,
        (report, length) => {
          const [trace] = report.observations.trace;
          Object.assign(Object(trace), { hops: copies(trace?.hops ?? [], length) });
        },
        /report\.observations\.trace\[0\]\.hops: expected at most 255 items, found 256/,
      ],
      [
        'the addresses of an answer',
        1000,
        (report, length) => {
          const [lookup] = report.observations.dns;
          Object.assign(Object(lookup), { addresses: copies(lookup?.addresses ?? [], length) });
        },
        /report\.observations\.dns\[0\]\.addresses: expected at most 1000 items, found 1001/,
      ],
      [
        'the addresses of this host',
        1000,
        (report, length) => Object.assign(report.vantage, { addresses: copies(['10.0.0.1'], length) }),
        /report\.vantage\.addresses: expected at most 1000 items/,
      ],
      [
        'any other text',
        4096,
        (report, length) => Object.assign(Object(report.skipped[0]), { reason: 'x'.repeat(length) }),
        /report\.skipped\[0\]\.reason: expected at most 4096 characters, found 4097/,
      ],
      [
        'a URL',
        16_384,
        (report, length) => Object.assign(report.target, { url: 'https://h/'.padEnd(length, 'x') }),
        /report\.target\.url: expected at most 16384 characters/,
      ],
    ];
  for (const [what, most, set, where] of bounds) {
    t.equal(
      refusal((report) => set(report, most)),
      null,
      `${what} of ${most}`,
    );
    t.match(
      refusal((report) => set(report, most + 1)),
      where,
      what,
    );
  }
  t.match(
    refusal((report) => Object.assign(report.target, { host: 'x'.repeat(200_000) })),
    /report\.target\.host: expected at most 255 characters, found 200000/,
  );
  const long = JSON.stringify(samples.report).padEnd(longestReport + 1);
  t.throws(() => parseReport(long), { message: /longer than 16 MB/ });
  t.doesNotThrow(() => parseReport(long.slice(0, longestReport)));
});

test('a refusal names the member, what was expected, and what was found', async (t) => {
  const rows: [change: (report: Report) => void, message: RegExp][] = [
    [(report) => Reflect.deleteProperty(report, 'target'), /report\.target is missing/],
    [
      (report) => Object.assign(report.target, { port: '443' }),
      /report\.target\.port: expected an integer, found "443"/,
    ],
    [(report) => Object.assign(report.target, { port: 0 }), /expected a number of at least 1, found 0/],
    [(report) => Object.assign(report.target, { port: 65_536 }), /expected a number of at most 65535/],
    [
      (report) => Object.assign(Object(report.observations.tcp[0]), { status: 'closed' }),
      /report\.observations\.tcp\[0\]\.status: expected one of open, refused, .*, found "closed"/,
    ],
    [
      (report) => Object.assign(Object(report.observations.tls[0]), { certificate: [] }),
      /report\.observations\.tls\[0\]\.certificate: expected an object, found a list/,
    ],
    [
      (report) => Object.assign(Object(report.observations.tcp[0]), { kind: 'dns' }),
      /report\.observations\.tcp\[0\]\.kind: expected "tcp", found "dns"/,
    ],
    [
      (report) => Object.assign(Object(report.observations.http[0]), { status: null, failure: null }),
      /report\.observations\.http\[0\]\.failure: expected text, found null/,
    ],
  ];
  for (const [change, message] of rows) t.match(refusal(change), message);
});

test('a member of a later version is accepted, and the verdict is not read', async (t) => {
  t.equal(
    refusal((report) => Object.assign(report.target, { newInLaterVersion: 1 })),
    null,
  );
  t.equal(
    refusal((report) => Object.assign(report, { verdict: 'x' })),
    null,
  );
});
