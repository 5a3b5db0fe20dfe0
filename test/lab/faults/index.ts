import { answerFaults } from './answers.js';
import { dnsFaults } from './dns.js';
import type { Fault } from './fault.js';
import { networkFaults, pathFaults } from './network.js';
import { serviceFaults } from './service.js';
import { tlsFaults } from './tls.js';

export type { Expectation, Fault } from './fault.js';

/** All faults, in the order of the layers that a request passes. */
export const faults: readonly Fault[] = [
  ...dnsFaults,
  ...networkFaults,
  ...tlsFaults,
  ...serviceFaults,
  ...answerFaults,
  ...pathFaults,
];

/** The fault of that name. @throws Error that lists the names of all faults. */
export function faultNamed(name: string): Fault {
  const found = faults.find((fault) => fault.name === name);
  if (found === undefined) {
    throw new Error(`no fault is named "${name}"; there are ${faults.map((fault) => fault.name).join(', ')}`);
  }
  return found;
}
