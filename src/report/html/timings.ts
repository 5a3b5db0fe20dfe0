import { duration } from '../../core/text.js';
import type { HttpVariant } from '../../documents/http.js';
import { purposeOf } from '../../documents/observed/tls.js';
import type { ReportDocument } from '../../documents/report.js';
import type { TlsPurpose } from '../../documents/tls.js';
import { type Html, html } from './escape.js';
import { titled } from './sections.js';
import { table } from './tables.js';

interface Timing {
  /** As the evidence refers to it: `tcp[0]`. */
  name: string;
  what: string;
  ms: number;
}

/** What is no step of the request itself says what it is. */
const LOOKS: Readonly<Record<TlsPurpose, string>> = {
  target: '',
  'other-name': ', asked once more under another name',
  'small-segments': ', asked once more in small segments',
};

const VARIANTS: Readonly<Record<HttpVariant, string>> = {
  plain: '',
  host: ", with the API's name in Host",
  'api-id': ', with x-apigw-api-id',
  bogus: ', with an id that cannot be',
};

/** How long each measurement took, beside the longest. They run at the same time, so they do not add up. */
export function timingsHtml({ observations, durationMs }: ReportDocument): Html | null {
  const { dns, tcp, tls, http, trace } = observations;
  const timings: Timing[] = [
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
      what: `${doc.address} ${doc.protocol ?? doc.status}${LOOKS[purposeOf(doc)]}`,
      ms: doc.durationMs,
    })),
    ...http.map((doc, i) => ({
      name: `http[${i}]`,
      what: `${doc.address} ${doc.status ?? doc.failure ?? ''}${VARIANTS[doc.variant]}`,
      ms: doc.durationMs,
    })),
    ...trace.map((doc, i) => ({
      name: `trace[${i}]`,
      what: `${doc.address} ${doc.outcome}`,
      ms: doc.durationMs,
    })),
  ];
  if (timings.length === 0) return null;
  const longest = Math.max(...timings.map(({ ms }) => ms));
  const rows = timings.map(({ name, what, ms }) => [
    html`<span class="mono">${name}</span>`,
    html`<span class="mono">${what}</span>`,
    html`<div class="measure"><span>${duration(ms)}</span>${bar(ms, longest)}</div>`,
  ]);
  return titled(
    'Timings',
    table(
      `All of it took ${duration(durationMs)}; steps run at the same time`,
      ['Observation', 'What', 'Time'],
      rows,
    ),
  );
}

/** The share of the longest as a bar; the number beside it says the same. */
function bar(ms: number, longest: number): Html {
  const share = longest > 0 ? Math.max(0.5, (100 * ms) / longest).toFixed(1) : '0';
  return html`<svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="room" width="100" height="6"/><rect class="measured" width="${share}" height="6"/></svg>`;
}
