import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { DiagnoseOptions } from '../../src/diagnose/diagnose.js';
import type { ReportDocument } from '../../src/documents/report.js';
import type { Lab } from '../lab/lab.js';

const script = fileURLToPath(new URL('diagnoser.mjs', import.meta.url));

export interface Diagnoser {
  /** Diagnoses as the lab's client would, with these variables in its environment besides its own. */
  diagnose(target: string, options?: DiagnoseOptions, env?: Record<string, string>): Promise<ReportDocument>;
  stop(): void;
}

/** A process in the lab's client that diagnoses one target after the other. It trusts the lab's authority. */
export function startDiagnoser(lab: Lab, ca: string): Diagnoser {
  const child = lab.spawn('client', [process.execPath, script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('no pipes');
  const lines = createInterface({ input: stdout });
  return {
    async diagnose(target, options = {}, env = {}) {
      const answered = once(lines, 'line');
      stdin.write(`${JSON.stringify({ target, options: { ca, ...options }, env })}\n`);
      const [line] = await answered;
      const answer = JSON.parse(String(line)) as { report: ReportDocument } | { error: string };
      if ('error' in answer) throw new Error(answer.error);
      return answer.report;
    },
    stop: () => child.kill(),
  };
}
