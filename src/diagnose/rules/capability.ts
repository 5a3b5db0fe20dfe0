import { hostAnswers } from '../facts/dns.js';
import { addressOutcomes } from '../facts/tcp.js';
import { type Judgement, type Rule, rule } from '../finding.js';
import type { SkippedStep } from '../observations.js';
import { excerpt } from '../words.js';

/**
 * This host could not measure what everything else rests on. A missing trace engine is none of that: without it a
 * verdict is only less sure. Older reports name no `missing`; there, a name that was neither asked about nor found means it.
 */
const capability = rule('local.capability', { needs: ['skipped'] }, (evidence): Judgement | null => {
  const index = evidence.skipped.findIndex((step) => stops(step));
  const step = evidence.skipped[index];
  if (step === undefined || hostAnswers(evidence).length > 0 || addressOutcomes(evidence).length > 0)
    return null;
  if (evidence.observations.trace.length > 0 || evidence.observations.http.length > 0) return null;
  return {
    phase: 'local',
    confidence: step.missing === undefined ? 'high' : 'certain',
    summary: `This host cannot even ask where ${evidence.target.host} is: ${excerpt(step.reason.replace(/\.$/, ''))}.`,
    evidence: [
      {
        observation: `skipped[${index}]`,
        text: `${step.step} was not measured${step.missing === undefined ? '' : `: ${excerpt(step.missing, 80)} is missing`}`,
      },
    ],
    remedies: [
      {
        text:
          step.remedy === undefined
            ? 'pprobe doctor says what this host lacks and how to add it'
            : 'Add what is missing',
        command: step.remedy ?? 'pprobe doctor',
      },
    ],
    check: 'pprobe doctor',
  };
});

function stops({ step, reason, missing }: SkippedStep): boolean {
  if (step !== 'dns' && step !== 'tcp') return false;
  return missing !== undefined || (step === 'dns' && !/hosts says|switched off|interrupt/.test(reason));
}

export const capabilityRules: readonly Rule[] = [capability];
