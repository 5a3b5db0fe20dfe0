import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyState, endpointConfig, type Machinery } from './agent/apply.js';
import { makeCertificates } from './agent/certificates.js';
import { startConfiguration } from './agent/configuration.js';
import { serveControl } from './agent/control.js';
import { configureNamespaces, createNamespaces } from './agent/network.js';
import { startServer } from './agent/server.js';
import type { EndpointConfig } from './endpoint/main.js';
import { type Fault, faultNamed } from './faults/index.js';
import {
  type AgentOptions,
  type FaultPart,
  files,
  type Readiness,
  type Reply,
  type Request,
} from './protocol.js';
import type { ResolverConfig } from './resolver/zone.js';
import { healthy, type LabState, onpremResolver, publicFrontEnd } from './state.js';

/**
 * The first process of a lab's namespaces. It makes the network, runs the servers and switches faults; when it ends,
 * the kernel ends every process it started and removes the namespaces.
 */

const options = JSON.parse(process.argv[2] ?? '') as AgentOptions;
let broken: Fault | null = null;
let state: LabState = healthy;

if (options.until === 'parent') process.stdin.on('end', leave).on('close', leave).resume();

try {
  const machinery = await build();
  await serveControl(files.control, (request) => handle(machinery, request));
  report({ ready: true });
} catch (error) {
  report({ ready: false, error: error instanceof Error ? error.message : String(error) });
  process.exit(1);
}

async function build(): Promise<Machinery> {
  const namespaces = createNamespaces(options.dir, healthy.nameservers);
  const certificates = await makeCertificates();
  writeFileSync(join(options.dir, files.certificateAuthority), certificates.authority);
  await namespaces;

  // The servers start while the network is configured; they bind to its addresses only when they are configured too.
  const network = configureNamespaces();
  const resolver = startServer<ResolverConfig>('vpc', './resolver/main.js', die);
  const onprem = startServer<ResolverConfig>('onprem', './resolver/main.js', die);
  const endpoints = (['eni-a', 'eni-b'] as const).map((namespace) =>
    startServer<EndpointConfig>(namespace, './endpoint/main.js', die),
  );
  const frontEnd = startServer<EndpointConfig>('public', './endpoint/main.js', die);
  await network;

  const endpoint = endpointConfig(certificates, healthy.endpoint);
  await Promise.all([
    resolver.configure(healthy.resolver),
    onprem.configure(onpremResolver),
    ...endpoints.map((server) => server.configure(endpoint)),
    frontEnd.configure(endpointConfig(certificates, publicFrontEnd)),
  ]);
  return { dir: options.dir, certificates, resolver, endpoints, configuration: null };
}

async function handle(machinery: Machinery, request: Request): Promise<Reply> {
  switch (request.do) {
    case 'break':
      await change(machinery, faultNamed(request.fault), request.part);
      break;
    case 'heal':
      await change(machinery, null);
      break;
    case 'apply':
      await move(machinery, null, request.state);
      break;
    case 'serve-configuration':
      machinery.configuration ??= await startConfiguration(state.configuration, die);
      break;
    case 'status':
      break;
    case 'stop':
      // After the reply is sent.
      setImmediate(leave);
      break;
  }
  return { ok: true, fault: broken?.name ?? null };
}

async function change(machinery: Machinery, next: Fault | null, part: FaultPart = 'both'): Promise<void> {
  await move(machinery, next, partOf(next?.state ?? healthy, part));
}

async function move(machinery: Machinery, next: Fault | null, to: LabState): Promise<void> {
  const from = state;
  // Set before the change: if the change fails half way, healing then undoes the part that was made.
  broken = next;
  state = to;
  await applyState(machinery, from, to);
}

/** The state with a part of a fault, and the rest healthy. */
function partOf(whole: LabState, part: FaultPart): LabState {
  if (part === 'packets') return { ...whole, configuration: healthy.configuration };
  return part === 'facts' ? { ...healthy, configuration: whole.configuration } : whole;
}

function report(readiness: Readiness): void {
  process.stdout.write(`${JSON.stringify(readiness)}\n`);
}

function die(reason: string): void {
  console.error(reason);
  process.exit(1);
}

function leave(): void {
  rmSync(options.dir, { recursive: true, force: true });
  process.exit(0);
}
