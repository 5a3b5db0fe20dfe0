import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TraceDocument } from '../../../src/documents/trace.js';
import type { Finished, TunPath } from '../../tun/tun.js';

const node = process.execPath;
const pprobe = [node, join(process.cwd(), 'bin/pprobe.js')];
export const library = pathToFileURL(join(process.cwd(), 'dist/index.js')).href;

/** Round trips by TTL, in the order in which the probes were sent, milliseconds. */
export type Measured = Map<number, number[]>;

export interface Tool {
  name: string;
  argv: (target: string) => string[];
  read: (output: string) => Measured;
}

export const traceroute: Tool = {
  name: 'traceroute -n -T',
  argv: (target) => ['traceroute', '-n', '-T', '-p', '443', target],
  read: (output) => {
    const lines = output.split('\n').map((line) => /^\s*(\d+) {2}(.*)$/.exec(line));
    return new Map(
      lines
        .filter((match) => match !== null)
        .map(([, ttl, rest = '']) => [
          Number(ttl),
          [...rest.matchAll(/([\d.]+) ms/g)].map(([, rtt]) => Number(rtt)),
        ]),
    );
  },
};

/** Three rounds, as many as its timing allows: it sends a probe for each hop once in a while. */
export const mtr: Tool = {
  name: 'mtr --tcp',
  argv: (target) => ['mtr', '--raw', '-n', '--tcp', '-P', '443', '-c', '3', '-i', '0.2', target],
  read: (output) => {
    const measured: Measured = new Map();
    // "p hop microseconds sequence"; hops count from 0.
    for (const [, hop, rttUs] of output.matchAll(/^p (\d+) (\d+)/gm)) {
      const ttl = Number(hop) + 1;
      measured.set(ttl, [...(measured.get(ttl) ?? []), Number(rttUs) / 1000]);
    }
    return measured;
  },
};

export const nodeStart: Tool = {
  name: 'node alone',
  argv: () => [node, '-e', '0'],
  read: () => new Map(),
};

export function pprobeTrace(method: string, options: readonly string[] = []): Tool {
  return {
    name: ['pprobe', method, ...options].join(' '),
    argv: (target) => [...pprobe, 'trace', target, '--json', '--method', method, ...options],
    read: readDocument,
  };
}

/** The library in a process whose event loop is kept busy 20 ms at a time. */
export function busyTrace(method: string): Tool {
  return {
    name: `pprobe ${method}, busy loop`,
    argv: (target) => [node, 'test/bench/trace/busy.mjs', library, target, method],
    read: readDocument,
  };
}

function readDocument(output: string): Measured {
  const { hops } = JSON.parse(output) as TraceDocument;
  return new Map(
    hops.map(({ ttl, probes }) => [ttl, probes.flatMap(({ rttMs }) => (rttMs === null ? [] : [rttMs]))]),
  );
}

/** Runs a tool in the namespace. Returns its output and the wall time from start to end. */
export async function timed(
  path: TunPath,
  tool: Tool,
  target: string,
): Promise<Finished & { wallMs: number }> {
  const start = process.hrtime.bigint();
  const finished = await path.exec(tool.argv(target));
  return { ...finished, wallMs: Number(process.hrtime.bigint() - start) / 1e6 };
}
