import type { IncomingHttpHeaders } from 'node:http';
import { elapsedMs, nowMs } from '../core/clock.js';
import { anyOf } from '../core/deadline.js';
import { InvalidInputError } from '../core/errors.js';
import { jsonText } from '../core/json-text.js';
import { count, excerpt, quoted } from '../core/text.js';
import type { ReportDocument } from '../documents/report.js';
import type { ProbeDefaults } from '../observe/options.js';
import { cleanForTerminal } from '../report/text/style.js';
import { verdictText } from '../report/text/verdict.js';
import { defaultModule, type ProbeModule, readServeConfig, type ServeConfig } from './config.js';
import { ProbeHistory } from './history.js';
import { type Measure, measureProbe, probeTarget } from './measure.js';
import { exposition, metricsContentType, ownMetrics, type ProbeRejection } from './registry.js';
import { probeMetrics } from './samples.js';
import { ProbeSlots } from './slots.js';
import { scrapeTimeoutHeader, type TimeLimit, timeLimit } from './time-limit.js';

/** An answer of the exporter. */
export interface ExporterAnswer {
  status: number;
  type: string;
  body: string;
  /** Further headers. */
  headers?: Readonly<Record<string, string>>;
}

/** A request for a probe, checked. */
interface Request {
  text: string;
  name: string;
  module: ProbeModule;
  limit: TimeLimit;
  debug: boolean;
  /** When it came, by the monotonic clock. */
  arrivedMs: number;
}

/** What an exporter needs of its surroundings. */
export interface ExporterOptions {
  /** Returns the text of the configuration file. */
  readConfig: () => Promise<string>;
  /** Writes one line of the log, which is clean for a terminal. */
  log: (line: string) => void;
  /** What modules do that do not say it. */
  defaults?: ProbeDefaults;
  measure?: Measure;
}

export function plainAnswer(
  status: number,
  text: string,
  headers?: ExporterAnswer['headers'],
): ExporterAnswer {
  return {
    status,
    type: 'text/plain; charset=utf-8',
    body: `${text}\n`,
    ...(headers === undefined ? {} : { headers }),
  };
}

/** A probe that was turned away, and the answer that says so. */
class Rejected extends Error {
  constructor(
    readonly reason: ProbeRejection,
    readonly answer: ExporterAnswer,
  ) {
    super(answer.body);
  }
}

/** The exporter apart from its HTTP server: it makes the answers. */
export class Exporter {
  #config: ServeConfig;
  readonly #readConfig: () => Promise<string>;
  readonly #log: (line: string) => void;
  readonly #measure: Measure;
  readonly #defaults: ProbeDefaults;
  readonly #own = ownMetrics();
  readonly #history = new ProbeHistory();
  readonly #slots: ProbeSlots;
  #reloading: Promise<unknown> = Promise.resolve();

  /** Reads the configuration. Rejects where that is not possible or where the configuration is wrong. */
  static async start(options: ExporterOptions): Promise<Exporter> {
    return new Exporter(readServeConfig(await options.readConfig(), options.defaults), options);
  }

  private constructor(
    config: ServeConfig,
    { readConfig, log, defaults = {}, measure = measureProbe }: ExporterOptions,
  ) {
    this.#defaults = defaults;
    this.#config = config;
    this.#readConfig = readConfig;
    this.#log = log;
    this.#measure = measure;
    this.#slots = new ProbeSlots(config);
    this.#own.reloaded(config.modules.keys());
  }

  /** How many probes wait or run. */
  get busy(): number {
    return this.#slots.running + this.#slots.waiting;
  }

  /** Sends away the probes that wait, and every one that comes. Those that run go on. */
  close(): void {
    this.#slots.close();
  }

  /** Reads the configuration again. A broken one leaves the old one in force. */
  reload(): Promise<ExporterAnswer> {
    const next = this.#reloading.then(() => this.#reload());
    this.#reloading = next;
    return next;
  }

  async #reload(): Promise<ExporterAnswer> {
    try {
      const config = readServeConfig(await this.#readConfig(), this.#defaults);
      this.#config = config;
      this.#slots.limit(config);
      this.#own.reloaded(config.modules.keys());
      this.#log('configuration read again');
      return plainAnswer(200, 'configuration read again');
    } catch (error) {
      this.#own.reloaded(null);
      const why = error instanceof Error ? error.message : String(error);
      const text = cleanForTerminal(`the configuration was not read; the old one stays in force: ${why}`);
      this.#log(text);
      return plainAnswer(500, text);
    }
  }

  /** Logs an error that no probe can have, and returns the answer for the request that met it. */
  bug(error: unknown): ExporterAnswer {
    const text = error instanceof Error ? (error.stack ?? String(error)) : String(error);
    for (const line of text.split('\n')) this.#log(cleanForTerminal(line));
    return plainAnswer(500, 'this is a bug in pprobe; its log has the details');
  }

  async metrics(): Promise<ExporterAnswer> {
    this.#own.inFlight(this.#slots.running);
    return { status: 200, type: metricsContentType, body: await this.#own.text() };
  }

  /** The last report about a target, and the last of another class. */
  last(query: URLSearchParams): ExporterAnswer {
    const repeated = repeatedIn(query);
    if (repeated !== null) return plainAnswer(400, repeated);
    const target = query.get('target');
    if (target === null || target === '')
      return plainAnswer(400, 'target is missing: /last?target=HOST:PORT');
    const found = this.#history.find(target, query.get('module'));
    if (found === null) return plainAnswer(404, 'nothing was measured of this target since the start');
    return { status: 200, type: 'application/json', body: `${jsonText(found)}\n` };
  }

  /** Measures a target. `gone` aborts when nobody waits for the answer any more. Never rejects for a mistake in the request. */
  async probe(
    query: URLSearchParams,
    headers: IncomingHttpHeaders,
    gone: AbortSignal,
  ): Promise<ExporterAnswer> {
    try {
      return await this.#probe(this.#requestOf(query, headers), gone);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      this.#own.rejected(error.reason);
      return error.answer;
    }
  }

  async #probe(
    { text, name, module, limit, debug, arrivedMs }: Request,
    gone: AbortSignal,
  ): Promise<ExporterAnswer> {
    const target = turnedAway('target', 400, () => probeTarget(text, module));
    const { allow } = this.#config;
    const refusal = allow.refusalOf(target.host, target.port);
    if (refusal !== null)
      throw new Rejected('target', plainAnswer(403, cleanForTerminal(`target is not allowed: ${refusal}`)));
    const endMs = arrivedMs + limit.budgetMs;
    const admission = await this.#slots.enter(endMs - limit.neededMs, gone);
    if (admission !== 'entered') throw this.#noRoom(admission === 'late' ? 'timeout' : 'busy');
    try {
      const startMs = nowMs();
      const limitMs = Math.min(limit.probeMs, endMs - startMs);
      const stopping = new AbortController();
      const timer = setTimeout(
        () => stopping.abort(new DOMException('the time of the probe is over', 'TimeoutError')),
        limitMs,
      );
      const report = await this.#measure({
        text,
        target,
        module,
        permit: allow.permitFor(target.host),
        limitMs,
        stop: anyOf(stopping.signal),
        signal: anyOf(gone),
      }).finally(() => clearTimeout(timer));
      this.#own.probed(name, report.verdict.class);
      this.#note(name, report);
      const times = {
        durationMs: elapsedMs(startMs),
        queuedMs: elapsedMs(arrivedMs, startMs),
        limitMs,
        limitFrom: limit.origin,
      };
      const body = await exposition(probeMetrics(report, module, times));
      return debug ? debugAnswer(report, body) : { status: 200, type: metricsContentType, body };
    } finally {
      this.#slots.leave();
    }
  }

  #noRoom(reason: 'busy' | 'timeout'): Rejected {
    const { maxConcurrent } = this.#config;
    const text =
      reason === 'busy'
        ? `busy: ${count(maxConcurrent, 'probe')} at a time, and the queue is full`
        : 'no time: the probe could not have ended before Prometheus stops waiting';
    return new Rejected(reason, plainAnswer(503, text, { 'retry-after': '1' }));
  }

  #requestOf(query: URLSearchParams, headers: IncomingHttpHeaders): Request {
    const arrivedMs = nowMs();
    const repeated = repeatedIn(query);
    if (repeated !== null) throw new Rejected('target', plainAnswer(400, repeated));
    const text = query.get('target');
    const [name, module] = this.#moduleNamed(query.get('module'));
    if (text === null || text === '')
      throw new Rejected(
        'target',
        plainAnswer(400, 'target is missing: /probe?target=HOST:PORT&module=NAME'),
      );
    const header = headers[scrapeTimeoutHeader];
    const limit = turnedAway('timeout', 400, () => timeLimit(module.timeoutMs, [header].flat()[0]));
    if (limit === null) throw this.#noRoom('timeout');
    return { text, name, module, limit, debug: query.get('debug') === 'true', arrivedMs };
  }

  #moduleNamed(given: string | null): [name: string, module: ProbeModule] {
    const { modules } = this.#config;
    const [first, ...others] = modules;
    const asked = given === null || given === '' ? null : given;
    if (asked === null && first !== undefined && others.length === 0) return first;
    const name = asked ?? defaultModule;
    const module = modules.get(name);
    if (module !== undefined) return [name, module];
    const known = excerpt([...modules.keys()].join(', '));
    const what = asked === null ? 'module is missing' : `module ${quoted(name)} is not known`;
    throw new Rejected('module', plainAnswer(400, `${what}; give one of ${known}`));
  }

  /** Logs a probe whose class differs from that of the probe before it: a constant failure is one line. */
  #note(name: string, report: ReportDocument): void {
    const { verdict, target } = report;
    const before = this.#history.add(name, report);
    if (before === null ? verdict.class === 'reachable' : before.verdict.class === verdict.class) return;
    const was = before === null ? '' : ` (was ${before.verdict.class})`;
    const found = verdict.cause === 'none' ? verdict.class : verdict.cause;
    this.#log(
      cleanForTerminal(
        `${excerpt(target.input, 300)} module ${name}: ${found}${was}: ${excerpt(verdict.summary, 300)}`,
      ),
    );
  }
}

/** Says which parameter a request has more than once; null where it has none. One of the values would be measured, and not the others. */
function repeatedIn(query: URLSearchParams): string | null {
  const name = ['target', 'module', 'debug'].find((each) => query.getAll(each).length > 1);
  return name === undefined ? null : `${name} is given ${query.getAll(name).length} times; give it once`;
}

/** Turns what the user got wrong into an answer. */
function turnedAway<Result>(reason: ProbeRejection, status: number, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new Rejected(reason, plainAnswer(status, cleanForTerminal(error.message)));
  }
}

/** The report as text, and the metrics below it, as blackbox_exporter shows them. */
function debugAnswer(report: ReportDocument, metrics: string): ExporterAnswer {
  const text = verdictText(report, { color: false, columns: 100, unicode: true }, true);
  return plainAnswer(200, `${text}\n\nMetrics that would have been returned:\n${metrics}`);
}
