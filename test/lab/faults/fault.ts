import type { GatewayConfig } from '../endpoint/gateway.js';
import type { ResolverConfig } from '../resolver/zone.js';
import { type EndpointState, healthy, type LabState } from '../state.js';

/** The expected result of pprobe: the verdict on the API's URL, or the outcome of a trace to `public`. */
export type Expectation =
  | { ask: 'diagnose'; cause: string; exitCode: number }
  | { ask: 'trace'; outcome: string; exitCode: number };

/** One fault of the lab. */
export interface Fault {
  name: string;
  /** What is broken, in AWS's terms, in one sentence. */
  sentence: string;
  expect: Expectation;
  /** The whole state of the lab with the fault. */
  state: LabState;
}

export type StateChange = Partial<Omit<LabState, 'resolver' | 'endpoint'>> & {
  resolver?: Partial<ResolverConfig>;
  endpoint?: Partial<Omit<EndpointState, 'gateway'>> & { gateway?: Partial<GatewayConfig> };
};

/** A fault of the API's endpoint. `change` is the difference from the healthy state. */
export function fault(
  name: string,
  sentence: string,
  cause: string,
  exitCode: number,
  change: StateChange,
): Fault {
  return { name, sentence, expect: { ask: 'diagnose', cause, exitCode }, state: changed(change) };
}

/** A fault of the path to `public`. */
export function pathFault(
  name: string,
  sentence: string,
  outcome: string,
  exitCode: number,
  change: StateChange,
): Fault {
  return { name, sentence, expect: { ask: 'trace', outcome, exitCode }, state: changed(change) };
}

function changed({ resolver, endpoint, ...rest }: StateChange): LabState {
  return {
    ...healthy,
    ...rest,
    resolver: { ...healthy.resolver, ...resolver },
    endpoint: {
      ...healthy.endpoint,
      ...endpoint,
      gateway: { ...healthy.endpoint.gateway, ...endpoint?.gateway },
    },
  };
}
