import { readdirSync, readFileSync } from 'node:fs';
import type { RoutingLoop, TraceDocument, TraceProbe } from '../../../src/documents/trace.js';
import { type Pace, PacedWire } from '../../../src/net/wire/pace.js';
import type { PortPool } from '../../../src/net/wire/port-pool.js';
import { SynHub } from '../../../src/net/wire/syn-hub.js';
import { openSynWire } from '../../../src/net/wire/syn-wire.js';
import type { ProbeRequest } from '../../../src/net/wire/wire.js';
import { traceAddress } from '../../../src/probe/trace/trace.js';
import { SimulatedNetwork } from '../../simulation/network.js';
import type { SimulatedPath } from '../../simulation/path.js';
import { VirtualClock } from '../../simulation/virtual-clock.js';

/** A simulated network and the expected trace. Each file of test/scenarios/trace is one. */
export interface Scenario {
  says: string;
  path: SimulatedPath & { repeat?: { hops: number; stepMs: number; addresses?: string[] } };
  options?: Parameters<typeof traceAddress>[1];
  /** Source ports of the probes, in order. Default: counting up from 40000. */
  ports?: number[];
  expect: Expectation;
  /**
   * The scenario also runs behind a TUN responder, with real kernels, where these expectations replace those of `expect`.
   * Without it the scenario runs only on the simulated wire.
   */
  tun?: {
    /** The kernel chooses the ports, so each probe can get any of the replies expected for its hop. */
    anyOrder?: boolean;
    /** How far the connect engine gets is random: everything that its hops may show. The end of the trace is not checked. */
    connectShowsAtMost?: string[];
    syn?: Partial<Expectation>;
    /** What the connect engine does not see, or sees differently. */
    connect?: Partial<Expectation>;
  };
}

export interface Expectation {
  outcome: string;
  stoppedBy: string;
  destinationTtl: number | null;
  /** One line per hop: the reply to each probe, with `|` between replies that differ. */
  hops?: string[];
  hopCount?: number;
  loop?: RoutingLoop;
  discarded?: Record<string, number>;
  /** The longest virtual time for the whole trace. */
  atMostMs: number;
}

const folder = new URL('../../scenarios/trace/', import.meta.url);

export function readScenarios(): { name: string; scenario: Scenario }[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({
      name: file.replace('.json', ''),
      scenario: JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Scenario,
    }));
}

export interface SimulatedRun {
  document: TraceDocument;
  elapsedMs: number;
  packetsSent: number;
}

/** Called for every probe that is sent and for every matched reply, with the virtual time. */
export interface Watcher {
  onSend(probe: ProbeRequest, atMs: number): void;
  onReply(id: number): void;
}

/** Runs a trace over the scenario's path, in virtual time, through the real SYN wire; with `pace`, at that pace. */
export async function simulate(
  scenario: Scenario,
  {
    watcher,
    clock = new VirtualClock(),
    pace,
  }: { watcher?: Watcher; clock?: VirtualClock; pace?: Pace } = {},
): Promise<SimulatedRun> {
  const path = pathOf(scenario);
  const packets = new SimulatedNetwork(path, clock);
  const family = path.target.includes(':') ? 6 : 4;
  const hub = new SynHub(family, packets, portsInOrder(scenario.ports));
  const input = { host: path.target, address: path.target, port: path.port, resolution: null };
  const { paris = false } = scenario.options ?? {};
  const document = await clock.runUntil(
    traceAddress(input, scenario.options, undefined, {
      clock,
      openWire: async (listener) => {
        const wire = openSynWire(
          {
            hub,
            source: path.client,
            address: path.target,
            family,
            port: path.port,
            mtu: 1500,
            paris,
            silentNeighbour: () => null,
            onClose: () => hub.close(),
          },
          {
            ...listener,
            onReply(reply) {
              watcher?.onReply(reply.id);
              listener.onReply(reply);
            },
          },
        );
        const watched = {
          ...wire,
          send(probe: ProbeRequest) {
            watcher?.onSend(probe, clock.now());
            wire.send(probe);
          },
        };
        return pace === undefined ? watched : new PacedWire(watched, listener, pace);
      },
    }),
  );
  return { document, elapsedMs: clock.now(), packetsSent: packets.sent };
}

/** The scenario's path, with its repeated hops. */
export function pathOf(scenario: Scenario): SimulatedPath {
  return { ...scenario.path, hops: [...scenario.path.hops, ...repeatedHops(scenario)] };
}

function repeatedHops({ path: { repeat } }: Scenario) {
  if (repeat === undefined) return [];
  return Array.from({ length: repeat.hops }, (_, index) => ({
    address: repeat.addresses?.[index % repeat.addresses.length] ?? `100.64.1.${index + 1}`,
    rttMs: (index + 1) * repeat.stepMs,
  }));
}

/** Ports in a known order, because a scenario's load balancer chooses the path by the port. */
function portsInOrder(given: number[] = []): PortPool {
  let leased = 0;
  return {
    lease() {
      leased += 1;
      return given[leased - 1] ?? 40000 + leased - 1;
    },
    close() {},
  };
}

/** One line per hop, as in scenario files. Equal replies are written once. */
export function describeHops(document: TraceDocument): string[] {
  return document.hops.map(({ probes }) => {
    const lines = probes.map(describeProbe);
    return new Set(lines).size === 1 ? (lines[0] ?? '') : lines.join(' | ');
  });
}

function describeProbe(probe: TraceProbe): string {
  if (probe.reply === 'none') return '*';
  const words: (string | number | null)[] = [probe.from, probe.rttMs];
  if (probe.reply === 'syn-ack' || probe.reply === 'rst') words.push(probe.reply);
  if (probe.annotation !== null) words.push(probe.annotation);
  if (probe.nat) words.push('nat');
  if (probe.mpls.length > 0) {
    words.push('mpls', ...probe.mpls.map((entry) => `${entry.label}/${entry.tc}/${entry.ttl}`));
    if (probe.mpls.at(-1)?.bottom) words.push('bottom');
  }
  return words.join(' ');
}
