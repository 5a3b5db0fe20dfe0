import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { test } from 'tap';
import { published } from '../../src/diagnose/channels.js';
import { diagnose } from '../../src/index.js';
import { traceDiagnoses } from '../../src/telemetry/opentelemetry.js';
import { dns, evidence, HOST, hops, http, tcp, tls, trace as traced } from '../diagnose/evidence.js';
import { reportOf } from '../report/report-of.js';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
trace.setGlobalTracerProvider(provider);
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

/** The spans that work makes, by name. */
async function spansOf(work: () => unknown): Promise<ReadableSpan[]> {
  exporter.reset();
  const end = traceDiagnoses();
  await work();
  end();
  return exporter.getFinishedSpans();
}

const ms = ([seconds, nanoseconds]: ReadableSpan['startTime']): number => seconds * 1000 + nanoseconds / 1e6;

test('the spans of a diagnosis, with the attributes of the semantic conventions', async (t) => {
  const report = reportOf(
    evidence({
      dns: [dns(HOST, ['10.0.1.5', '10.0.2.5'])],
      tcp: [tcp(HOST, { '10.0.1.5': 'open', '10.0.2.5': 'timeout' })],
      tls: [tls('ok')],
      http: [http(200)],
      trace: [traced('filtered', hops('10.0.9.1', null), { address: '10.0.2.5' })],
    }),
  );
  const spans = await spansOf(() => published(report));
  t.same(spans.map(({ name }) => name).sort(), [
    'dns.lookup',
    'http.request',
    'pprobe diagnose',
    'tcp.connect',
    'tcp.connect',
    'tls.handshake',
    'trace',
  ]);
  const root = spans.find(({ name }) => name === 'pprobe diagnose');
  for (const span of spans) {
    if (span !== root) t.equal(span.parentSpanContext?.spanId, root?.spanContext().spanId, span.name);
    t.ok(ms(span.endTime) >= ms(span.startTime), span.name);
  }
  t.match(root, {
    attributes: { 'server.address': HOST, 'server.port': 443, 'error.type': 'tcp.timeout-some' },
    status: { code: 2 },
  });
  t.equal(Math.round(ms(root?.duration ?? [0, 0])), 3100);
  const [open, dead] = spans.filter(({ name }) => name === 'tcp.connect');
  t.match(open?.attributes, { 'network.peer.address': '10.0.1.5' });
  t.notOk('error.type' in (open?.attributes ?? {}), 'absent on success');
  t.match(dead?.attributes, { 'network.peer.address': '10.0.2.5', 'error.type': 'tcp.timeout' });
  t.equal(Math.round(ms(dead?.duration ?? [0, 0])), 3001);
  t.match(spans.find(({ name }) => name === 'dns.lookup')?.attributes, { 'dns.question.name': HOST });
  t.match(spans.find(({ name }) => name === 'http.request')?.attributes, {
    'http.response.status_code': 200,
  });
});

test('diagnose itself: the spans belong to the one that was active where it was called; none after the end', async (t) => {
  const tracer = trace.getTracer('test');
  const around = tracer.startSpan('around');
  const options = { imds: false, trace: false, http: false, timeoutMs: 60_000 };
  const inside = context.with(trace.setSpan(context.active(), around), () =>
    spansOf(() => diagnose('127.0.0.1:1', options)),
  );
  const spans = await inside;
  const root = spans.find(({ name }) => name === 'pprobe diagnose');
  t.equal(root?.parentSpanContext?.spanId, around.spanContext().spanId);
  t.match(root?.attributes, { 'error.type': 'tcp.refused' });
  exporter.reset();
  await diagnose('127.0.0.1:1', options);
  t.same(exporter.getFinishedSpans(), []);
});
