import { CAUSES, type Cause } from '../../documents/causes.js';
import type { Gate } from '../../documents/facts.js';
import type { Confidence, Evidence, EvidenceItem } from '../../documents/report.js';
import { isOld, useOf } from '../configuration/use.js';
import type { Finding } from '../finding.js';
import type { Advice } from '../remedies/advice.js';

/** What every join of packets and configuration needs: how much it may claim, and a gate as evidence and as remedies. */

/**
 * How much configuration may claim: what was read hours before or after the packets less than what was read with them, and
 * nothing is certain of what was read at a time that is not known.
 */
export function confidenceOfFacts(evidence: Evidence): Confidence {
  const facts = evidence.observations.configuration ?? null;
  if (facts === null) return 'low';
  const use = useOf(evidence, facts);
  if (use.olderMs === null) return 'high';
  return isOld(use) ? 'high' : 'certain';
}

/** One line of evidence for each gate, in path order. */
export function told(gates: readonly Gate[]): EvidenceItem[] {
  return gates.slice(0, 12).map(({ text }) => ({ observation: 'configuration', text }));
}

/** The changes of several gates as remedies, each command once. */
export function remediesOfGates(gates: readonly Gate[]): Advice[] {
  const all = gates.flatMap(remediesOfGate);
  return all.filter(
    ({ commandLine, text }, index) =>
      all.findIndex((each) => each.commandLine === commandLine && each.text === text) === index,
  );
}

/** The changes of a gate as remedies. */
export function remediesOfGate({ remedies = [] }: Gate): Advice[] {
  return remedies.map(({ text, command, snippet, docs, resource }) => ({
    text,
    ...(command === undefined ? {} : { commandLine: command }),
    ...(snippet === undefined ? {} : { snippet }),
    ...(docs === undefined ? {} : { docs }),
    ...(resource === undefined ? {} : { resource }),
  }));
}

/** The cause that a gate is of, if it is one of a verdict. */
export function causeOfGate(gate: Gate | undefined): Cause | null {
  const name = gate?.cause;
  return name !== undefined && Object.hasOwn(CAUSES, name) ? (name as Cause) : null;
}

/** A finding with the cause of a gate, or without one where the gate is of another class. */
export function withGate(
  found: Finding,
  gate: Gate,
  changes: Pick<Finding, 'confidence' | 'summary' | 'evidence' | 'remedies' | 'alternatives'>,
): Finding | null {
  const cause = causeOfGate(gate);
  if (cause === null || CAUSES[cause].class !== found.class) return null;
  return {
    ...found,
    ...changes,
    cause,
    // The gate first: it is what decides.
    evidence: [...changes.evidence, ...found.evidence],
  };
}
