import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import t from 'tap';
import { explain } from '../../src/diagnose/explain.js';
import type { ReportDocument } from '../../src/documents/report.js';
import { redacted } from '../../src/report/redact/redact.js';
import { validateDocument } from '../documents/validate.js';
import { accountId, addresses, apiId, url, vpceId } from '../lab/facts.js';
import { labUnavailable, startLab } from '../lab/lab.js';
import { catalogue } from './catalogue/index.js';
import type { CatalogueRow } from './catalogue/row.js';
import { startDiagnoser } from './diagnoser.js';

/** Rows that wait for timeouts cost no work meanwhile; so there are more labs than cores, each with a row in hand. */
const lanes = 3;

interface Told {
  row: CatalogueRow;
  report: ReportDocument;
}

/** Makes every row in one of several labs. The longest come first, so that no lane ends long after the others. */
async function tellAll(rows: readonly CatalogueRow[]): Promise<Map<CatalogueRow, ReportDocument>> {
  const told = new Map<CatalogueRow, ReportDocument>();
  const waiting = [...rows].sort(
    (first, second) => Number(second.waits ?? false) - Number(first.waits ?? false),
  );
  const queue = waiting.values();
  const lane = async (): Promise<void> => {
    const lab = await startLab();
    t.teardown(() => lab.stop());
    const diagnoser = startDiagnoser(lab, await readFile(lab.facts.caFile, 'utf8'));
    // What is loaded once is no row's own time.
    await diagnoser.diagnose(lab.facts.url);
    for (const row of queue) {
      await (row.fault === null ? lab.heal() : lab.break(row.fault));
      told.set(row, await diagnoser.diagnose(row.target ?? url, row.options, row.env));
    }
    diagnoser.stop();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return told;
}

/** Everything that tells the reader what to change or look at. */
function advice({ verdict }: ReportDocument): string {
  return [...verdict.remedies, ...verdict.alternatives].flatMap((each) => Object.values(each)).join('\n');
}

/** What each layer saw, in a word: `answered 4 open 4 ok 403`. */
function symptoms({ observations }: ReportDocument): string {
  const { dns, tcp, tls, http } = observations;
  const count = (words: readonly (string | number)[]) =>
    [...new Set(words)].map((word) => `${words.filter((each) => each === word).length}×${word}`).join(' ');
  return [
    dns[0]?.status ?? 'no DNS',
    count(tcp.flatMap(({ attempts }) => attempts.map(({ status }) => status))),
    count(tls.filter(({ purpose }) => (purpose ?? 'target') === 'target').map(({ status }) => status)),
    count(
      http
        .filter(({ variant }) => variant === 'plain')
        .map(({ status, failure }) => status ?? failure ?? '?'),
    ),
  ]
    .filter((word) => word !== '')
    .join(' · ');
}

function table(told: readonly Told[]): string[] {
  const rows = told.map(({ row, report }) => {
    const { verdict, durationMs } = report;
    const [remedy] = verdict.remedies;
    return [
      row.rows,
      row.what,
      symptoms(report),
      verdict.cause === 'none' ? verdict.class : verdict.cause,
      verdict.confidence,
      `${Math.round(durationMs)} ms`,
      (remedy?.text ?? '').slice(0, 90),
    ];
  });
  const all = [['row', 'misconfiguration', 'seen', 'verdict', 'confidence', 'time', 'first remedy'], ...rows];
  const widths =
    all[0]?.map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0))) ?? [];
  return all.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** What the lab alone has; a client's name is that of the machine under it. */
const originals = [
  hostname(),
  apiId,
  vpceId,
  accountId,
  ...Object.values(addresses).flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6]),
].filter((original) => original.length > 3);

const unavailable = await labUnavailable();

t.test(
  'every misconfiguration that a client can see has its own verdict',
  { skip: unavailable ?? false },
  async (t) => {
    const reports = await tellAll(catalogue);
    const told = catalogue.flatMap((row) => {
      const report = reports.get(row);
      return report === undefined ? [] : [{ row, report }];
    });
    for (const { row, report } of told) {
      const { verdict } = report;
      const name = `${row.rows}: ${row.what}`;
      t.equal(
        `${verdict.class} ${verdict.cause} ${verdict.confidence}`,
        row.verdict,
        `${name}: ${verdict.summary}`,
      );
      if (row.remedy !== null) t.match(advice(report), row.remedy, `${name}: what to change is named`);
      t.same(validateDocument(report), [], `${name}: the report is valid`);
      t.notMatch(JSON.stringify(report), /secret/, `${name}: no secret is stored`);
      const masked = JSON.stringify(redacted(report));
      const again = explain(masked).verdict;
      t.equal(
        `${again.class} ${again.cause} ${again.confidence}`,
        row.verdict,
        `${name}: and so is it masked`,
      );
      t.same(
        originals.filter((original) => masked.includes(original)),
        [],
        `${name}: the mask leaves nothing`,
      );
    }
    for (const line of table(told)) t.comment(line);
  },
);
