import { count, duration } from '../../core/text.js';
import type { HttpVariant } from '../../documents/http.js';
import { addressOutcomes } from '../../documents/observed/tcp.js';
import { purposeOf } from '../../documents/observed/tls.js';
import type { Observations, ReportDocument } from '../../documents/report.js';
import type { TlsPurpose } from '../../documents/tls.js';
import { familyOf } from '../../net/address/address.js';
import { scopeOf } from '../../net/address/scope.js';
import { dnsMark, httpMark, type Mark, pathMark, tcpMark, tlsMark } from '../marks.js';
import { answerWords } from '../phases.js';
import { markHtml, sectionHtml, tableHtml } from './elements.js';
import { type Html, html } from './escape.js';

/** Each address of the target with the result of every step there. */
export function addressesHtml(report: ReportDocument): Html | null {
  const { observations } = report;
  const outcomes = addressOutcomes(report);
  if (outcomes.length === 0) return null;
  const rows = outcomes.map(({ address, status, errno, durationMs }) => {
    const tls = observations.tls.find((doc) => purposeOf(doc) === 'target' && doc.address === address);
    const http = observations.http.find((doc) => doc.variant === 'plain' && doc.address === address);
    const trace = observations.trace.find((doc) => doc.address === address);
    const reason = errno === null ? '' : ` (${errno})`;
    return [
      html`<span class="mono nowrap">${address}</span>`,
      familyOf(address) === null ? '' : scopeOf(address),
      stepHtml(tcpMark(status), `${status}${reason}`, durationMs),
      tls ? stepHtml(tlsMark(tls), tls.protocol ?? tls.status, tls.durationMs) : '–',
      http ? stepHtml(httpMark(http), answerWords(http), http.durationMs) : '–',
      trace
        ? stepHtml(
            pathMark(trace, status === 'open'),
            `${trace.outcome}, ${count(trace.hops.length, 'hop')}`,
            trace.durationMs,
          )
        : '–',
    ];
  });
  const heads = ['Address', 'Scope', 'TCP', 'TLS', 'HTTP', 'Path'];
  return sectionHtml('Addresses', tableHtml(`Each address on TCP ${report.target.port}`, heads, rows));
}

/** Every DNS query for a name with the server asked and its answer. */
export function answersHtml({ observations: { dns } }: ReportDocument): Html | null {
  if (dns.length === 0) return null;
  const rows = dns.map((doc) => [
    html`<span class="mono">${doc.question.name}</span> ${doc.question.type}`,
    html`<span class="mono nowrap">${doc.server ?? '–'}</span>`,
    stepHtml(dnsMark(doc.status), doc.rcode ?? doc.status, doc.durationMs),
    doc.addresses.length === 0
      ? '–'
      : doc.addresses.map(
          ({ address, scope }) =>
            html`<div class="nowrap"><span class="mono">${address}</span> <span class="soft">${scope}</span></div>`,
        ),
    doc.chain.length === 0 ? '–' : doc.chain.map((name) => html`<div class="mono">${name}</div>`),
  ]);
  const heads = ['Question', 'Server', 'Status', 'Addresses', 'Alias of'];
  return sectionHtml('DNS answers', tableHtml('Each question', heads, rows));
}

/** How long each measurement took. They run at the same time, so their times do not add up to that of the report. */
export function timingsHtml({ observations, durationMs }: ReportDocument): Html | null {
  const timings = timingsOf(observations);
  if (timings.length === 0) return null;
  const longest = Math.max(...timings.map(({ ms }) => ms));
  const rows = timings.map(({ name, what, ms }) => [
    html`<span class="mono">${name}</span>`,
    html`<span class="mono">${what}</span>`,
    html`<div class="measure"><span>${duration(ms)}</span>${barHtml(ms, longest)}</div>`,
  ]);
  const caption = `The whole run took ${duration(durationMs)}; steps run at the same time`;
  return sectionHtml('Timings', tableHtml(caption, ['Observation', 'What', 'Time'], rows));
}

interface Timing {
  /** As the evidence refers to it: `tcp[0]`. */
  name: string;
  what: string;
  ms: number;
}

/** The purpose of a TLS handshake that is not a step of the request. */
const TLS_PURPOSES: Readonly<Record<TlsPurpose, string>> = {
  target: '',
  'other-name': ', with another server name',
  'small-segments': ', in small segments',
  'small-hello': ', with a small ClientHello',
};

/** The difference of an HTTP request from the plain one. */
const HTTP_VARIANTS: Readonly<Record<HttpVariant, string>> = {
  plain: '',
  host: ", with the API's name in Host",
  'api-id': ', with x-apigw-api-id',
  bogus: ', with an API id that cannot exist',
};

function timingsOf({ dns, tcp, tls, http, trace }: Observations): Timing[] {
  return [
    ...dns.map((doc, i) => ({
      name: `dns[${i}]`,
      what: `${doc.question.name} ${doc.question.type}`,
      ms: doc.durationMs,
    })),
    ...tcp.flatMap((doc, i) =>
      doc.attempts.map(({ address, port, durationMs: ms }) => ({
        name: `tcp[${i}]`,
        what: `${address} port ${port}`,
        ms,
      })),
    ),
    ...tls.map((doc, i) => ({
      name: `tls[${i}]`,
      what: `${doc.address} ${doc.protocol ?? doc.status}${TLS_PURPOSES[purposeOf(doc)]}`,
      ms: doc.durationMs,
    })),
    ...http.map((doc, i) => ({
      name: `http[${i}]`,
      what: `${doc.address} ${doc.status ?? doc.failure ?? ''}${HTTP_VARIANTS[doc.variant]}`,
      ms: doc.durationMs,
    })),
    ...trace.map((doc, i) => ({
      name: `trace[${i}]`,
      what: `${doc.address} ${doc.outcome}`,
      ms: doc.durationMs,
    })),
  ];
}

/** A bar as long as the share of `ms` in `longest`. The number beside it says the same to screen readers. */
function barHtml(ms: number, longest: number): Html {
  const share = longest > 0 ? Math.max(0.5, (100 * ms) / longest).toFixed(1) : '0';
  return html`<svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="room" width="100" height="6"/><rect class="measured" width="${share}" height="6"/></svg>`;
}

/** The result of one step, and how long it took. */
function stepHtml(mark: Mark, words: string, ms: number): Html {
  return html`<span class="nowrap">${markHtml(mark)} ${words}</span> <span class="soft nowrap">${duration(ms)}</span>`;
}
