import { anyOf } from '../core/deadline.js';
import type { Evidence, Observations } from '../documents/report.js';
import type { Target } from '../documents/target.js';
import { readProxyEnvironment } from '../host/proxy.js';
import { trustWith } from '../host/trust-store.js';
import { readVantage } from '../host/vantage.js';
import { preloadEngines } from '../net/wire/engines.js';
import { type Branches, startBranches } from './branches.js';
import { connectAndAsk } from './connections.js';
import { observeControls } from './control.js';
import { askEachResolver, askSystem, lookUpEndpoint, lookUpHost, sortAnswers } from './dns.js';
import type { ObserveOptions } from './options.js';
import { startTracing } from './trace.js';

export type { ControlTarget, ObserveOptions, Progress } from './options.js';

/**
 * What second opinions get once the target itself is known: they started with it, so whatever answers has answered by
 * then, and a dead resolver beside a good one is not waited for.
 */
const graceMs = 50;

/**
 * Measures and does not judge. All that needs no answer of another measurement starts at once: every resolver, the
 * endpoint's name, the control targets. As soon as the target's addresses are known, every one is connected to; one that
 * opens is shaken hands with and asked, one that does not is traced, each without waiting for the others' timeouts. Throws
 * InvalidInputError or the signal's reason, once every socket is closed; what this host cannot measure is in `skipped`.
 */
export async function observe(target: Target, options: ObserveOptions = {}): Promise<Evidence> {
  options.signal?.throwIfAborted();
  await prepare(options);
  const vantage = await readVantage();
  const { nameservers } = vantage;
  const observations: Observations = { dns: [], tcp: [], tls: [], http: [], trace: [] };
  observations.environment = readProxyEnvironment(process.env, target.host, target.port);
  const branches = startBranches(options.signal, options.stop);
  const { skipped, signals } = branches;

  const enough = new AbortController();
  const aside = { signal: signals.signal, stop: anyOf(signals.stop, enough.signal) };
  const opinions = Promise.all([
    branches.run('dns', () => lookUpEndpoint(target, options, branches, observations)),
    branches.run('dns', () => askEachResolver(target, nameservers, options, aside, observations)),
    branches.run('dns', () => askSystem(target, options, aside, observations)),
  ]);
  const controls = branches.run('tcp', () => observeControls(nameservers, options, aside, observations));

  const isReached = await reach(target, options, branches, observations);
  // Names are in doubt where nothing opened; then every resolver's answer is worth waiting for.
  if (!isReached) await opinions;
  const hurry = setTimeout(() => enough.abort(), graceMs);
  await Promise.all([opinions, controls]);
  clearTimeout(hurry);
  branches.throwIfFailed();

  observations.dns = sortAnswers(observations.dns, options.dns?.servers ?? nameservers);
  if (target.url === null) {
    const reason = 'nothing is known of the protocol; give an https:// URL to speak TLS and HTTP';
    skipped.push({ step: 'tls', reason });
  } else if (options.http === false) {
    skipped.push({ step: 'http', reason: 'switched off' });
  }
  return { target, vantage, observations, skipped };
}

/** Measures the target itself. Whether every one of its addresses opened. Never rejects. */
async function reach(
  target: Target,
  options: ObserveOptions,
  branches: Branches,
  observations: Observations,
): Promise<boolean> {
  let addresses: string[] = [];
  let isOpen = false;
  options.onProgress?.(`resolving ${target.host}`);
  await branches.run('dns', async () => {
    addresses = await lookUpHost(target, options, branches, observations);
  });
  if (addresses.length === 0) {
    if (options.trace === false) branches.skipped.push({ step: 'trace', reason: 'switched off' });
    return false;
  }
  const tracing = startTracing(target, addresses, options, branches, observations);
  await branches.run('tcp', async () => {
    const { onAttempt } = tracing;
    const { attempts } = await connectAndAsk(target, addresses, options, branches, observations, onAttempt);
    isOpen = attempts.every(({ status }) => status === 'open');
  });
  await tracing.finish();
  return isOpen;
}

/**
 * Loads what a measurement would otherwise load while its packets are under way: reading 140 authorities takes 50 ms
 * and the trace engines' native parts 30 ms, on the one thread that is to notice a SYN-ACK after 0.2 ms. Throws
 * InvalidInputError for authorities that cannot be read, before anything is sent.
 */
async function prepare(options: ObserveOptions): Promise<void> {
  if (options.trace !== false) await preloadEngines();
  trustWith(options.ca);
}
