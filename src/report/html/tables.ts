import { count, duration } from '../../core/text.js';
import type { HttpDocument } from '../../documents/http.js';
import { addressOutcomes } from '../../documents/observed/tcp.js';
import { purposeOf } from '../../documents/observed/tls.js';
import type { ReportDocument } from '../../documents/report.js';
import { familyOf } from '../../net/address/address.js';
import { scopeOf } from '../../net/address/scope.js';
import type { Mark } from '../text/style.js';
import { type Content, type Html, html } from './escape.js';
import { markHtml, titled } from './sections.js';

/** Every address beside what each step came to there. */
export function addressesHtml(report: ReportDocument): Html | null {
  const { observations } = report;
  const outcomes = addressOutcomes(report);
  if (outcomes.length === 0) return null;
  const rows = outcomes.map(({ address, status, errno, durationMs }) => {
    const tls = observations.tls.find((doc) => purposeOf(doc) === 'target' && doc.address === address);
    const http = observations.http.find((doc) => doc.variant === 'plain' && doc.address === address);
    const trace = observations.trace.find((doc) => doc.address === address);
    const why = errno === null ? '' : ` (${errno})`;
    return [
      html`<span class="mono nowrap">${address}</span>`,
      familyOf(address) === null ? '' : scopeOf(address),
      step(status === 'open' ? 'ok' : 'failed', `${status}${why}`, durationMs),
      tls ? step(tls.status === 'ok' ? 'ok' : 'failed', tls.protocol ?? tls.status, tls.durationMs) : '–',
      http ? step(httpMark(http), httpWords(http), http.durationMs) : '–',
      trace
        ? step(
            trace.outcome === 'open' ? 'ok' : trace.outcome === 'interrupted' ? 'none' : 'failed',
            `${trace.outcome}, ${count(trace.hops.length, 'hop')}`,
            trace.durationMs,
          )
        : '–',
    ];
  });
  return titled(
    'Addresses',
    table(
      `Each address on TCP ${report.target.port}`,
      ['Address', 'Scope', 'TCP', 'TLS', 'HTTP', 'Path'],
      rows,
    ),
  );
}

/** Who was asked for which name, and what came back. */
export function answersHtml({ observations: { dns } }: ReportDocument): Html | null {
  if (dns.length === 0) return null;
  const rows = dns.map((doc) => [
    html`<span class="mono">${doc.question.name}</span> ${doc.question.type}`,
    html`<span class="mono nowrap">${doc.server ?? '–'}</span>`,
    step(doc.status === 'answered' ? 'ok' : 'failed', doc.rcode ?? doc.status, doc.durationMs),
    doc.addresses.length === 0
      ? '–'
      : doc.addresses.map(
          ({ address, scope }) =>
            html`<div class="nowrap"><span class="mono">${address}</span> <span class="soft">${scope}</span></div>`,
        ),
    doc.chain.length === 0 ? '–' : doc.chain.map((name) => html`<div class="mono">${name}</div>`),
  ]);
  return titled(
    'DNS answers',
    table('Each question', ['Question', 'Server', 'Status', 'Addresses', 'Alias of'], rows),
  );
}

/**
 * A table; the first cell of a row names it. What is wider than the page scrolls in a box of its own. On a phone each row is
 * a card instead, and every cell says what it is; the roles keep it a table for who hears the page.
 */
export function table(caption: string, heads: readonly string[], rows: readonly Content[][]): Html {
  const cell = (content: Content, index: number): Html =>
    html`<td role="cell" data-label="${heads[index + 1] ?? ''}"><div>${content}</div></td>`;
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table role="table">
<caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${heads.map((head) => html`<th role="columnheader" scope="col">${head}</th>`)}</tr></thead>
<tbody role="rowgroup">
${rows.map(([first = '', ...rest]) => html`<tr role="row"><th role="rowheader" scope="row">${first}</th>${rest.map(cell)}</tr>\n`)}</tbody>
</table></div>`;
}

function step(mark: Mark, words: string, ms: number): Html {
  return html`<span class="nowrap">${markHtml(mark)} ${words}</span> <span class="soft nowrap">${duration(ms)}</span>`;
}

function httpMark({ status, failure, errorType }: HttpDocument): Mark {
  return status !== null && status < 400 && failure === null && errorType === null ? 'ok' : 'failed';
}

function httpWords({ status, failure, errorType }: HttpDocument): string {
  const parts = [status === null ? null : `${status}`, errorType, failure];
  return parts.filter((part) => part !== null).join(' ') || 'no answer';
}
