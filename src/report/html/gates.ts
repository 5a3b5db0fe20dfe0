import { list } from '../../core/text.js';
import type { Gate } from '../../documents/facts.js';
import type { ReportDocument } from '../../documents/report.js';
import { gateMarks, gateName, gateResource, gateSource } from '../gate-words.js';
import { markHtml, sectionHtml, toneOf } from './elements.js';
import { type Html, html } from './escape.js';

/** A text and no markup: esbuild writes it in ASCII, which it does not do for a template. */
const dot = '·';

/**
 * The way from this host to the target through what the configuration decides: a station for each gate, green where it allows,
 * red where it denies and grey where it was not read.
 */
export function gatesHtml(report: ReportDocument): Html | null {
  const { gates = [], vantage, target } = report;
  if (gates.length === 0) return null;
  const client = report.observations.configuration?.client?.addresses[0] ?? vantage.addresses[0] ?? null;
  return sectionHtml(
    'The way through the configuration',
    html`<p class="soft">${gateSource(report)}</p>
<div class="route"><ol class="hops gates">
<li><span class="node" aria-hidden="true">${dot}</span>this host ${client === null ? null : html`<span class="mono soft">${client}</span>`}</li>
${gates.map(gateHtml)}<li class="end"><span class="node" aria-hidden="true">${dot}</span><span class="mono">${target.host}</span> port ${target.port}</li>
</ol></div>`,
  );
}

function gateHtml(gate: Gate): Html {
  const kind = gateMarks[gate.state];
  const tone = toneOf(kind);
  const resource = gateResource(gate);
  const addresses = gate.addresses ?? [];
  return html`<li class="gate ${gate.state}"><span class="node ${tone}">${markHtml(kind)}</span><div class="reply"><b class="${tone}">${gateName(gate)}</b>${resource === null ? null : html`<span class="tag mono">${resource}</span>`}${addresses.length === 0 ? null : html`<span class="soft mono">${list([...addresses], 4)}</span>`}</div><div class="soft">${gate.text}</div></li>
`;
}
