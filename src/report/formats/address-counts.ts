import type { ReportDocument } from '../../documents/report.js';
import type { TcpStatus } from '../../documents/tcp.js';
import { isBetterStatus } from '../../documents/terms/tcp-status.js';

/** How many addresses the target has, and how many of them ended with each status of a connection. */
export interface AddressCounts {
  /** All that were found for the target. */
  all: number;
  /** The best attempt on each address counts. Every status is there, also with 0. */
  byStatus: Readonly<Record<TcpStatus, number>>;
}

/** Counts the addresses of a report's target. */
export function addressCounts({ observations }: Pick<ReportDocument, 'observations'>): AddressCounts {
  const { origin, tcp } = observations;
  const best = new Map<string, TcpStatus>();
  for (const { address, status } of tcp.flatMap(({ attempts }) => attempts)) {
    const known = best.get(address);
    if (known === undefined || isBetterStatus(status, known)) best.set(address, status);
  }
  const byStatus = {
    open: 0,
    refused: 0,
    reset: 0,
    timeout: 0,
    prohibited: 0,
    unreachable: 0,
    denied: 0,
    error: 0,
  };
  for (const status of best.values()) byStatus[status] += 1;
  return { all: new Set([...(origin?.addresses ?? []), ...best.keys()]).size, byStatus };
}
