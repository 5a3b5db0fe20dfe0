import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  type Attributes,
  context,
  metrics,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { version } from '../core/version.js';
import type { DiagnoseReportMessage } from '../diagnose/channels.js';
import { causeOf } from '../documents/gateway-answer.js';

/** What a span needs of a document: when it began, and how long it took. */
interface Timed {
  startedAt: string;
  durationMs: number;
}

const channelName = 'pprobe:diagnose:report';

/**
 * Makes spans of OpenTelemetry from every diagnosis of this process: `pprobe diagnose`, and below it `dns.lookup`, `tcp.connect` for
 * each address, `tls.handshake`, `http.request` and `trace`; and the metric `dns.lookup.duration`. They belong to the span that was
 * active where `diagnose` was called. Without an SDK, the API drops them.
 *
 * `error.type` is the cause of the verdict, of a step `dns.STATUS`, `tcp.STATUS`, `tls.STATUS`, `trace.OUTCOME` or the cause of the
 * answer; a step that worked has none.
 *
 * @returns a function that ends it
 */
export function traceDiagnoses(): () => void {
  const listener = (message: unknown): void => recordSpans(message as DiagnoseReportMessage);
  subscribe(channelName, listener);
  return () => {
    unsubscribe(channelName, listener);
  };
}

function recordSpans(report: DiagnoseReportMessage): void {
  const tracer = trace.getTracer('pprobe', version);
  const lookups = metrics.getMeter('pprobe', version).createHistogram('dns.lookup.duration', { unit: 's' });
  const { target, observations, verdict } = report;
  const server = { 'server.address': target.host, 'server.port': target.port };
  const root = tracer.startSpan('pprobe diagnose', {
    kind: SpanKind.INTERNAL,
    startTime: Date.parse(report.startedAt),
    attributes: {
      ...server,
      'pprobe.verdict.class': verdict.class,
      'pprobe.verdict.confidence': verdict.confidence,
    },
  });
  const within = trace.setSpan(context.active(), root);
  const step = (name: string, timed: Timed, error: string | null, attributes: Attributes): void => {
    const startTime = Date.parse(timed.startedAt);
    const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, startTime, attributes }, within);
    finish(span, timed, error);
  };
  for (const doc of observations.dns) {
    const error = doc.status === 'answered' ? null : `dns.${doc.status}`;
    const attributes = {
      'dns.question.name': doc.question.name,
      'dns.answers': doc.addresses.map(({ address }) => address),
    };
    step('dns.lookup', doc, error, attributes);
    lookups.record(doc.durationMs / 1000, {
      'dns.question.name': doc.question.name,
      ...(error === null ? {} : { 'error.type': error }),
    });
  }
  for (const doc of observations.tcp)
    for (const { address, port, status, durationMs } of doc.attempts)
      step(
        'tcp.connect',
        { startedAt: doc.startedAt, durationMs },
        status === 'open' ? null : `tcp.${status}`,
        {
          ...server,
          'network.peer.address': address,
          'network.peer.port': port,
        },
      );
  for (const doc of observations.tls)
    step('tls.handshake', doc, doc.status === 'ok' ? null : `tls.${doc.status}`, {
      ...server,
      'network.peer.address': doc.address,
      'network.peer.port': doc.port,
      ...(doc.protocol === null ? {} : { 'tls.protocol.version': doc.protocol.replace(/^TLSv/, '') }),
    });
  for (const doc of observations.http)
    step('http.request', doc, causeOf(doc), {
      ...server,
      'network.peer.address': doc.address,
      'http.request.method': 'GET',
      ...(doc.status === null ? {} : { 'http.response.status_code': doc.status }),
    });
  for (const doc of observations.trace)
    step('trace', doc, doc.outcome === 'open' ? null : `trace.${doc.outcome}`, {
      ...server,
      'network.peer.address': doc.address,
      'pprobe.trace.hops': doc.hops.length,
    });
  const found = verdict.cause === 'none' ? verdict.class : verdict.cause;
  finish(root, report, verdict.class === 'reachable' ? null : found);
}

function finish(span: Span, { startedAt, durationMs }: Timed, error: string | null): void {
  if (error !== null) span.setAttribute('error.type', error).setStatus({ code: SpanStatusCode.ERROR });
  span.end(Date.parse(startedAt) + durationMs);
}
