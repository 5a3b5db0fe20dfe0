import { checkOptions, checkPort, checkString, isPlainObject, refused } from '../core/check-options.js';
import { elapsedMs, nowMs, systemClock } from '../core/clock.js';
import { anyOf } from '../core/deadline.js';
import { checkRuntime } from '../core/runtime.js';
import { stoppedMember } from '../documents/header.js';
import type { KnownEnds } from '../documents/known-ends.js';
import type { ControlMeasurement, Evidence, ObservedSystem, SkippedStep } from '../documents/report.js';
import type { Target } from '../documents/target.js';
import { interfaceOf, metadataAddress, readEc2Interfaces } from '../host/instance-metadata.js';
import { reversePathDrops } from '../host/proc.js';
import { readProxyEnvironment } from '../host/proxy.js';
import { trustWith } from '../host/trust-store.js';
import { type Ec2Identity, readVantage, type Vantage } from '../host/vantage.js';
import { preloadEngines } from '../net/wire/engines.js';
import { checkHost, checkSendable } from '../target/host.js';
import { queryOf, targetOf, targetText } from '../target/parse-target.js';
import { type Branches, type Outcome, resultsOf, skippedOf, startBranches } from './branches.js';
import { connectAndAsk, type TargetConnections } from './connections.js';
import { observeControls } from './control.js';
import { askEachResolver, askSystem, type HostLookup, lookUpEndpoint, lookUpHost } from './dns.js';
import { outwardAddresses } from './known-ends.js';
import { type ObserveOptions, observeChecks } from './options.js';
import { permittedOf, withPermittedServers } from './permitted.js';
import { SilenceEvidence } from './silence.js';
import { startTracing, type TargetTraces, traceSwitchedOff } from './trace.js';

export type { ObserveOptions } from './options.js';

/**
 * How long, in milliseconds, second opinions have once the target itself is known. They started together with it, so a
 * resolver that works has answered by then, and one that is dead is not waited for.
 */
const graceMs = 50;
/**
 * How long, in milliseconds, getaddrinfo(3) is waited for. It answers as soon as DNS does, unless one of its
 * queries is lost or a source before DNS is slow, and then programs wait: that is worth a second. On a busy host, where the
 * lookup took long as well, only a longer time tells the two apart.
 */
const systemGrace = { leastMs: 1000, lookups: 5, mostMs: 2000 };

/**
 * Measures a target, and does not judge it. Everything that needs no result of another measurement starts at once: every
 * resolver, the endpoint's name, the control targets. As soon as the target's addresses are known, all of them are
 * connected to; one that opens gets a TLS handshake and a request, one that does not is traced, each without waiting for
 * the timeouts of the others.
 *
 * Rejects with InvalidInputError or the signal's reason, once every socket is closed. What this host cannot measure is in
 * `skipped`.
 */
export async function observe(
  target: Target | string | URL,
  options: ObserveOptions = {},
): Promise<Evidence> {
  checkRuntime();
  checkOptions(observeChecks, options);
  if (typeof target !== 'string' && !(target instanceof URL)) {
    checkTargetObject(target);
    return observeTarget(target, options);
  }
  const text = targetText(target);
  return observeTarget(targetOf(text, { headers: options.headers }), {
    ...options,
    query: options.query ?? queryOf(text),
  });
}

/** Checks what the measurements read of a target that a caller made. Throws InvalidInputError. */
function checkTargetObject(target: unknown): asserts target is Target {
  const right = 'give a URL, a host, host:port, or what parseTarget returns';
  if (!isPlainObject(target)) throw refused('target', target, 'a target', right);
  const { host, port, url, privateApi } = target;
  checkHost(host, 'target.host');
  checkPort(port, 'target.port');
  if (url !== null) checkString('target.url', url, 'give the URL to request, or null');
  if (privateApi !== null && !isPlainObject(privateApi))
    throw refused(
      'target.privateApi',
      privateApi,
      'the parts of a private API',
      'give null where it is not one',
    );
}

/** observe() of a target and with options that were checked. */
export async function observeTarget(target: Target, given: ObserveOptions): Promise<Evidence> {
  given.signal?.throwIfAborted();
  const { options: permitted, skipped: refusedServers } = withPermittedServers(given);
  if (permitted === null) return unmeasured(target, refusedServers);
  checkSendable(target.host, 'target');
  const startMs = nowMs();
  await prepare(permitted);
  const vantage = await readVantage();
  const { nameservers } = vantage;
  const branches = startBranches(permitted.signal, permitted.stop);
  const { signals } = branches;
  const options = withGuards(permitted, branches);
  const asksMetadata = options.imds !== false && options.permit?.(metadataAddress, 80) !== false;
  const identifying = !asksMetadata ? [] : readEc2Interfaces(anyOf(signals.signal, signals.stop));

  const enough = new AbortController();
  const aside = { signal: signals.signal, stop: anyOf(signals.stop, enough.signal) };
  const enoughOfSystem = new AbortController();
  const systemAside = { signal: signals.signal, stop: anyOf(signals.stop, enoughOfSystem.signal) };
  const dropsBefore = reversePathDrops();
  const askedMs = nowMs();
  const asking = branches.run('dns', () => askSystem(target, options, systemAside));
  const asideFromTarget = Promise.all([
    branches.run('dns', () => lookUpEndpoint(target, options, signals)),
    branches.run('dns', () => askEachResolver(target, nameservers, options, branches, aside)),
    asking,
  ]);
  const silence = new SilenceEvidence(vantage.addresses);
  const controlling = branches.run('tcp', () =>
    observeControls(nameservers, options, branches, aside, (attempt) => silence.noteAttempt(attempt)),
  );

  const system = { asking, end: () => enoughOfSystem.abort() };
  const reached = await reach(target, options, branches, silence, system, (addresses) =>
    options.onEnds?.(knownEnds(addresses, options.source ?? null, vantage, identifying)),
  );
  const { lookup, connections, tracing } = reached;
  const attempts = connections?.tcp?.attempts ?? [];
  const isOpen = attempts.length > 0 && attempts.every(({ status }) => status === 'open');
  // Where an address did not open, the name may be wrong: every resolver's answer is worth waiting for.
  if (!isOpen) await asideFromTarget;
  const { leastMs, lookups, mostMs } = systemGrace;
  const systemMs = Math.min(mostMs, Math.max(leastMs, lookups * (lookup.result?.answer?.durationMs ?? 0)));
  const passedMs = elapsedMs(askedMs);
  // What has had a second by now gets no more time.
  const cancelGrace = systemClock.after(Math.min(graceMs, leastMs - passedMs), () => enough.abort());
  const cancelSystem = systemClock.after(Math.max(graceMs, systemMs - passedMs), () =>
    enoughOfSystem.abort(),
  );
  const [[endpoint, resolvers, programs], controls] = await Promise.all([asideFromTarget, controlling]);
  cancelGrace();
  cancelSystem();
  branches.throwIfFailed();

  const answers = resolvers.result ?? [];
  const control = controlOf(controls);
  const reversePath = (reversePathDrops() ?? 0) - (dropsBefore ?? 0);
  const sources = [
    ...attempts.map(({ localAddress }) => localAddress),
    ...(tracing?.traces ?? []).map(({ source }) => source),
    ...vantage.addresses,
  ];
  const ec2 = interfaceOf(
    await identifying,
    sources.filter((each) => each !== null),
  );
  return {
    target,
    vantage: { ...vantage, ...(ec2 === null ? {} : { ec2 }) },
    observations: {
      dns: [lookup.result?.answer, endpoint.result, ...resultsOf(answers)].filter((answer) => answer != null),
      tcp: connections === null || connections.tcp === null ? [] : [connections.tcp],
      tls: connections?.tls ?? [],
      http: connections?.http ?? [],
      trace: tracing?.traces ?? [],
      environment: readProxyEnvironment(process.env, target.host, target.port),
      ...(lookup.result === null ? {} : { origin: lookup.result.origin }),
      ...(programs.result === null ? {} : { system: programs.result }),
      ...(control === null ? {} : { control }),
      ...(connections === null || connections.pathMtu.length === 0 ? {} : { pathMtu: connections.pathMtu }),
      ...(dropsBefore !== null && reversePath > 0 ? { ownDrops: { reversePath } } : {}),
    },
    skipped: skippedOf([
      { skipped: refusedServers },
      lookup,
      { skipped: lookup.result?.skipped ?? [] },
      { skipped: reached.refused },
      endpoint,
      resolvers,
      ...answers,
      programs,
      controls,
      ...(controls.result ?? []),
      { skipped: connections?.skipped ?? [] },
      { skipped: tracing?.skipped ?? (options.trace === false ? [traceSwitchedOff] : []) },
      { skipped: notSpoken(target, options) },
    ]),
    ...stoppedMember(options.stop, elapsedMs(startMs)),
  };
}

/** The options with callbacks whose errors end the measurements. */
function withGuards(options: ObserveOptions, branches: Branches): ObserveOptions {
  const { onEnds, onProgress, permit } = options;
  return {
    ...options,
    ...(onEnds === undefined ? {} : { onEnds: branches.guard(onEnds, undefined) }),
    ...(onProgress === undefined ? {} : { onProgress: branches.guard(onProgress, undefined) }),
    ...(permit === undefined ? {} : { permit: branches.guard(permit, false) }),
  };
}

/** The evidence where every resolver that the caller names is refused: nothing is sent. */
async function unmeasured(target: Target, skipped: SkippedStep[]): Promise<Evidence> {
  return {
    target,
    vantage: await readVantage(),
    observations: { dns: [], tcp: [], tls: [], http: [], trace: [] },
    skipped,
  };
}

/** null where this host could connect to none of them: that is not the same as nothing to connect to. */
function controlOf(controls: Outcome<Outcome<ControlMeasurement>[]>): ControlMeasurement[] | null {
  if (controls.result === null) return null;
  const measured = resultsOf(controls.result);
  return measured.length === 0 && controls.result.length > 0 ? null : measured;
}

/** The steps that the target or the options leave out. */
function notSpoken({ url }: Target, { http }: ObserveOptions): SkippedStep[] {
  if (url === null) {
    const reason = 'nothing is known of the protocol; give an https:// URL to speak TLS and HTTP';
    return [{ step: 'tls', reason }];
  }
  return http === false ? [{ step: 'http', reason: 'switched off' }] : [];
}

/** What is known of both ends when the addresses of the target are. */
async function knownEnds(
  addresses: readonly string[],
  source: string | null,
  vantage: Vantage,
  identifying: Promise<Ec2Identity[]> | Ec2Identity[],
): Promise<KnownEnds> {
  const own = source === null ? outwardAddresses(vantage) : [source];
  return { addresses, own, identities: await identifying };
}

/** What measuring the target itself gave; null where there was no address to connect to. */
interface Reached {
  lookup: Outcome<HostLookup>;
  connections: TargetConnections | null;
  tracing: TargetTraces | null;
  /** The addresses that are not permitted. */
  refused: SkippedStep[];
}

/** A call of getaddrinfo(3) that is under way. */
interface GetaddrinfoCall {
  asking: Promise<Outcome<ObservedSystem | null>>;
  /** Ends it without an answer. */
  end: () => void;
}

/** Measures the target itself. Never rejects. */
async function reach(
  target: Target,
  options: ObserveOptions,
  branches: Branches,
  silence: SilenceEvidence,
  system: GetaddrinfoCall,
  onFound: (addresses: readonly string[]) => void,
): Promise<Reached> {
  options.onProgress?.(`resolving ${target.host}`);
  const lookup = await branches.run('dns', () => lookUpHost(target, options, branches.signals));
  if (lookup.result?.origin.source === 'dns' && lookup.result.origin.addresses.length === 0) {
    // Names of mDNS, of this host itself and of the links of a VPN are not in DNS, and programs reach them. The sources
    // before DNS have answered by now. Those behind it are asked only when the C library gives up on the resolvers, which
    // takes 10 s (resolv.conf(5): 5 s, twice) where they are silent.
    const isSilent = lookup.result.answer?.status === 'timeout';
    const cancelGrace = isSilent ? systemClock.after(graceMs, system.end) : undefined;
    const addresses = (await system.asking).result?.addresses ?? [];
    cancelGrace?.();
    if (addresses.length > 0) lookup.result.origin = { source: 'system', addresses, hostsFile: null };
  }
  const found = lookup.result?.origin.addresses ?? [];
  onFound(found);
  const { addresses, skipped: refused } = permittedOf(found, target.port, options.permit);
  if (addresses.length === 0) return { lookup, connections: null, tracing: null, refused };
  silence.noteDns(lookup.result?.answer?.attempts ?? []);
  const tracing = startTracing(target, addresses, options, branches, silence);
  const connections = await connectAndAsk(target, addresses, options, branches, silence, (attempt) => {
    silence.noteAttempt(attempt);
    tracing.onAttempt(attempt);
  });
  return { lookup, connections, tracing: await tracing.finish(), refused };
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
