import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { version } from '../core/version.js';
import type { VerdictClass } from '../documents/causes.js';
import { type Metric, verdictClasses } from './samples.js';

/** The content type of the text format of Prometheus. */
export const metricsContentType = Registry.PROMETHEUS_CONTENT_TYPE;

/** Metrics in the text format of Prometheus. */
export function exposition(metrics: readonly Metric[]): Promise<string> {
  const registry = new Registry();
  for (const { name, help, samples } of metrics) {
    const labelNames = Object.keys(samples[0]?.labels ?? {});
    const gauge = new Gauge({ name, help, labelNames, registers: [registry] });
    for (const { labels, value } of samples) gauge.set({ ...labels }, value);
  }
  return registry.metrics();
}

/** Why a request for a probe was turned away. */
export const rejections = ['busy', 'target', 'module', 'timeout'] as const;

export type ProbeRejection = (typeof rejections)[number];

/** What is counted of the exporter itself, for /metrics. */
export interface OwnMetrics {
  probed(module: string, verdict: VerdictClass): void;
  rejected(reason: ProbeRejection): void;
  inFlight(count: number): void;
  /** A configuration was read, with these modules, or could not be read. */
  reloaded(modules: Iterable<string> | null): void;
  text(): Promise<string>;
}

/** The metrics of an exporter that has just started. */
export function ownMetrics(): OwnMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  // Those of Node's internals say nothing about probes, and break the rules for names: nodejs_active_handles_total is a gauge.
  for (const { name } of registry.getMetricsAsArray())
    if (name.startsWith('nodejs_')) registry.removeSingleMetric(name);
  const probes = new Counter({
    name: 'pprobe_probes_total',
    help: 'Probes that ended, by module and by the class of their verdict',
    labelNames: ['module', 'class'],
    registers,
  });
  const running = new Gauge({
    name: 'pprobe_probes_in_flight',
    help: 'Probes that run now',
    registers,
  });
  const turnedAway = new Counter({
    name: 'pprobe_probes_rejected_total',
    help: 'Requests for a probe that was not begun: no room (busy), not allowed or no target (target), no such module (module), no time (timeout)',
    labelNames: ['reason'],
    registers,
  });
  const isReloaded = new Gauge({
    name: 'pprobe_config_last_reload_successful',
    help: 'Whether the configuration could be read the last time',
    registers,
  });
  const reloadTime = new Gauge({
    name: 'pprobe_config_last_reload_success_timestamp_seconds',
    help: 'When a configuration was read last, in seconds since 1970',
    registers,
  });
  new Gauge({
    name: 'pprobe_build_info',
    help: 'The versions of pprobe and of Node',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version, node: process.versions.node }, 1);
  for (const reason of rejections) turnedAway.inc({ reason }, 0);
  return {
    probed: (module, verdict) => probes.inc({ module, class: verdict }),
    rejected: (reason) => turnedAway.inc({ reason }),
    inFlight: (count) => running.set(count),
    reloaded(modules) {
      isReloaded.set(modules === null ? 0 : 1);
      if (modules === null) return;
      reloadTime.set(Date.now() / 1000);
      // A counter that begins with its first event has no rate of it.
      for (const module of modules) for (const each of verdictClasses) probes.inc({ module, class: each }, 0);
    },
    text: () => registry.metrics(),
  };
}
